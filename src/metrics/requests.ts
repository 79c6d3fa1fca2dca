import type { Redis } from 'ioredis';
import { queueDepths } from '#adapters/bullmq/depths.ts';
import { readFigures } from '#adapters/redis/figures.ts';
import { requestEvent } from '#domain/request/events.ts';
import type { Clock, Core } from '#use-cases/ports.ts';
import { defineCounter, defineGauge, defineHistogram, onScrape } from './registry.ts';

const toldBy = ['bot'] as const;
const byBoth = ['bot', 'worker'] as const;

const events = defineCounter(
  {
    name: 'hallpass_events_total',
    help: 'Events that this process has committed to the logs of requests, by their type.',
    labels: ['type'],
    toldBy: byBoth,
  },
  requestEvent.options.map(({ shape }) => ({ type: shape.type.value })),
);

/** From seconds for who looks at the channel to a day for who does not. */
const waits = [5, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 4 * 3_600, 12 * 3_600, 24 * 3_600];
const decisions = defineHistogram(
  {
    name: 'hallpass_decision_seconds',
    help: 'From the asking to the decision: approved or denied by people, or automatic by a rule or break-glass.',
    labels: ['decision'],
    toldBy: ['bot'],
  },
  waits,
  [{ decision: 'approved' }, { decision: 'denied' }, { decision: 'automatic' }],
);
const lag = defineHistogram(
  {
    name: 'hallpass_revocation_lag_seconds',
    help: 'From the moment at which a grant was to end until the cluster confirmed that it had.',
    labels: ['cluster'],
    toldBy: ['worker'],
  },
  [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800],
);

/** Of these clusters it is known from the start that nothing was late. */
export const beginLag = (clusters: Iterable<string>): void => {
  for (const cluster of clusters) lag.begin({ cluster });
};

/** Counts what was committed to the log of a request. Never throws. */
export const countCommitted: NonNullable<Core['countCommitted']> = ({ asked }, committed, at) => {
  for (const event of committed) {
    events.add({ type: event.type });
    if (event.type === 'ended') lag.observe({ cluster: asked.cluster }, event.lagMilliseconds / 1_000);
    if (event.type !== 'approved' && event.type !== 'denied') continue;
    const decision = event.type === 'approved' && event.auto === true ? 'automatic' : event.type;
    decisions.observe({ decision }, at.since(asked.submittedAt).total('seconds'));
  }
};

const requests = defineGauge({
  name: 'hallpass_requests',
  help: 'Requests that Redis has, by state.',
  labels: ['state'],
  toldBy,
});
const overdue = defineGauge({
  name: 'hallpass_overdue_grants',
  help: 'Grants that are in force and should have ended ten seconds ago or earlier; at most 1000 are counted.',
  labels: [],
  toldBy,
});
const behind = defineGauge({
  name: 'hallpass_slack_behind_seconds',
  help: 'For how long the oldest event waits that Slack does not show yet; 0 when it shows all.',
  labels: [],
  toldBy,
});
const depth = defineGauge({
  name: 'hallpass_queue_jobs',
  help: 'What is in a queue: jobs of cluster, slack and drafts that are waiting, active or delayed until their time; and entries in intake and urgent, which guards, watchers and workers have left for the bot.',
  labels: ['queue', 'state'],
  toldBy,
});

/** Milliseconds for which what was read is told again: however many Prometheis read, Redis is asked once. */
const fresh = 5_000;

/** From now on it can be read what Redis has. While it does not answer, nothing is told of that. */
export const tellFigures = (redis: Redis, clock: Clock): ReturnType<typeof onScrape> => {
  let read: { readonly at: number; readonly done: Promise<void> } | undefined;
  return onScrape(() => {
    const now = performance.now();
    if (read === undefined || now - read.at >= fresh) read = { at: now, done: tell(redis, clock) };
    return read.done;
  });
};

const tell = async (redis: Redis, clock: Clock): Promise<void> => {
  const [figures, depths] = await Promise.allSettled([readFigures(redis, clock), queueDepths(redis)]);
  for (const gauge of [requests, overdue, behind, depth]) gauge.forgetAll();
  if (figures.status === 'fulfilled') {
    const { byState, overdueGrants, unshownSeconds, left } = figures.value;
    for (const [state, count] of byState) requests.set({ state }, count);
    overdue.set({}, overdueGrants);
    behind.set({}, unshownSeconds);
    for (const [queue, count] of left) depth.set({ queue, state: 'waiting' }, count);
  }
  if (depths.status === 'fulfilled')
    for (const { queue, state, count } of depths.value) depth.set({ queue, state }, count);
};
