import type { RequestId } from '#domain/ids.ts';
import { isDue, stepAt } from '#domain/request/next-step.ts';
import { applyApproved } from './apply-approved.ts';
import { endGrant } from './end-grant.ts';
import { lookAfter } from './look-after.ts';
import type { WorkerPorts } from './ports.ts';
import { commit, find } from './request-log.ts';
import { sumUp } from './sum-up.ts';
import { lookingKey, summingKey } from './summing.ts';
import { takeOver } from './take-over.ts';

/** Done or nothing to do; or not yet, and how long to wait. */
export type StepOutcome = { readonly type: 'done' } | { readonly type: 'early'; readonly milliseconds: number };

/**
 * Does what is owed to a request as its log stands now, whatever job or sweep asked for it. Idempotent: it may run
 * twice, side by side, or after a crash at any line. Throws on a fault that passes; the sweep comes back to it.
 */
export const runStep = async (ports: WorkerPorts, id: RequestId): Promise<StepOutcome> => {
  const found = await find(ports, id);
  if (found.type !== 'found') return { type: 'done' };
  const { chain } = found;
  // Judged by the common clock: the job's own time came from the clock of the machine it runs on.
  const now = await ports.clock.now();
  const step = stepAt(chain.request, now);
  if (step === undefined) return { type: 'done' };
  if (!isDue(step, now)) return { type: 'early', milliseconds: Math.max(1, step.at.since(now).total('milliseconds')) };
  switch (step.do) {
    case 'time-out':
      await commit(ports, id, chain, [{ type: 'timed-out' }], now);
      break;
    case 'escalate':
      await commit(ports, id, chain, [{ type: 'escalated' }], now);
      break;
    case 'remind':
      await commit(ports, id, chain, [{ type: 'reminded' }], now);
      break;
    case 'apply':
      await applyApproved(ports, chain);
      break;
    case 'take-over':
      await takeOver(ports, chain);
      break;
    case 'warn':
      await commit(ports, id, chain, [{ type: 'warned' }], now);
      break;
    case 'end':
      await endGrant(ports, chain);
      break;
    case 'sum-up':
      // Behind everything that begins or ends; until it is done, the sweep asks for it again.
      ports.summing.later(summingKey(id), () => sumUp(ports, chain));
      break;
    case 'look-after':
      ports.summing.later(lookingKey(id), () => lookAfter(ports, id));
      break;
  }
  return { type: 'done' };
};

/** Runs steps one after another for each request, whoever in this process asks for them. */
export type StepRunner = {
  /** Runs what is owed, after what is under way for the same request. */
  readonly run: (id: RequestId) => Promise<StepOutcome>;
  /** Waits for what is under way, or runs what is owed. For a sweep: what a job is doing needs no second hand. */
  readonly join: (id: RequestId) => Promise<StepOutcome>;
};

export const createStepRunner = (ports: WorkerPorts): StepRunner => {
  const underWay = new Map<RequestId, Promise<StepOutcome>>();
  const run = (id: RequestId): Promise<StepOutcome> => {
    const step = () => runStep(ports, id);
    const running = underWay.get(id)?.then(step, step) ?? step();
    const settle = (): void => {
      if (underWay.get(id) === running) underWay.delete(id);
    };
    underWay.set(id, running);
    running.then(settle, settle);
    return running;
  };
  return { run, join: (id) => underWay.get(id) ?? run(id) };
};
