import { defineCounter, defineGauge } from './registry.ts';

const toldBy = ['bot'] as const;

const behind = defineGauge({
  name: 'hallpass_audit_behind_seconds',
  help: 'How much older what a sink of the audit was given last is than the newest entry; 0 when it has all.',
  labels: ['sink'],
  toldBy,
});
const linesOut = defineCounter({
  name: 'hallpass_audit_lines_total',
  help: 'Lines of the audit that this process has given to a sink, which took them.',
  labels: ['sink'],
  toldBy,
});
const webhookTries = defineCounter({
  name: 'hallpass_webhook_tries_total',
  help: 'Tries to give an event to a webhook, by what became of it: taken, away, refused, or gone (410).',
  labels: ['webhook', 'result'],
  toldBy,
});

/** Says how far a sink of the audit is behind, in seconds, and counts what it took since. */
export const markAudit = (sink: string, seconds: number, lines: number): void => {
  behind.set({ sink }, seconds);
  linesOut.add({ sink }, lines);
};

/** Counts what became of one try to give an event to a webhook. */
export const countWebhook = (webhook: string, result: string): void => webhookTries.add({ webhook, result });
