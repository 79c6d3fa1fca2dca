import { type Decision, decisions as known } from '#adapters/http/answer-review.ts';
import { defineCounter, defineHistogram } from './registry.ts';

const toldBy = ['guard'] as const;

const decisions = defineCounter(
  {
    name: 'hallpass_guard_decisions_total',
    help: 'Reviews that the guard has answered: admitted; refused (held, or not to be done at all); undecided (refused because what is held could not be looked up in time); failed (refused because the guard failed); unreadable.',
    labels: ['decision'],
    toldBy,
  },
  known.map((decision) => ({ decision })),
);
const seconds = defineHistogram(
  {
    name: 'hallpass_guard_decision_seconds',
    help: 'From the whole of a review to its answer. A write of somebody waits for it.',
    labels: [],
    toldBy,
  },
  [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.8, 1],
);

/** Counts what a guard has answered, and after how many milliseconds. */
export const countDecision = (decision: Decision, milliseconds?: number): void => {
  decisions.add({ decision });
  if (milliseconds !== undefined) seconds.observe({}, milliseconds / 1_000);
};
