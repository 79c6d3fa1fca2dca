import { z } from 'zod';
import { type Target, target } from '#domain/plan.ts';
import type { ChangedRef, RequestEvent } from './events.ts';
import type { Request, State } from './request.ts';
import { warningOf } from './warning.ts';

/** So many workloads of one request are looked after. */
export const mostRollouts = 50;

const count = z.int().min(0);

/** How far the pods of one workload came after it was written. */
export const rollout = z.strictObject({
  target,
  /**
   * `complete`: all pods are of its newest template and ready; `stalled`: its controller gave up; `unfinished`: it was still going on
   * when it was looked at for the last time; `held-back`: its controller does not replace its pods by itself; `gone`: it is not there any more, or another one of its
   * name; `unread`: the cluster did not answer, or not with what can be understood.
   */
  how: z.enum(['complete', 'stalled', 'unfinished', 'held-back', 'gone', 'unread']),
  /** How many pods it shall have, how many of them are ready, and how many of all are of its newest template. */
  wanted: count.optional(),
  ready: count.optional(),
  updated: count.optional(),
  /** In the words of its controller. */
  why: z.string().max(500).optional(),
});
export type Rollout = z.infer<typeof rollout>;

/** What became of the pods of all workloads that were written. Comes once. */
export const rolledOut = z.strictObject({
  type: z.literal('rolled-out'),
  rollouts: z.array(rollout).min(1).max(mostRollouts),
  /** More workloads than are looked after. */
  more: z.int().min(1).optional(),
  /** From the moment they were written until the last look. */
  seconds: z.int().min(0),
});
export type RolledOut = Omit<z.infer<typeof rolledOut>, 'type'>;

/** Those whose pods are not through, as far as that is known. */
export const stuckIn = ({ rollouts }: { readonly rollouts: readonly Rollout[] }): readonly Rollout[] =>
  rollouts.filter(({ how }) => how !== 'complete');

const kinds: readonly string[] = ['Deployment', 'StatefulSet', 'DaemonSet'];

/** Whether a controller makes pods from it, so that writing it is not all that happens. */
const isRolled = ({ op, apiVersion, kind }: ChangedRef): boolean =>
  op !== 'delete' && apiVersion === 'apps/v1' && kinds.includes(kind);

/** Those of what was changed whose pods are to be looked after, with the uid of each. */
export const rollingIn = (changed: readonly ChangedRef[]): readonly (Target & { readonly uid: string })[] =>
  changed.filter(isRolled).map(({ op: _, ...of }) => of);

/** What an event that says what was changed has beside that, for what becomes of it to be told. */
export const rolls = (changed: readonly ChangedRef[]): { readonly rolls?: true } =>
  changed.some(isRolled) ? { rolls: true } : {};

type Rolling = Extract<State, { status: 'completed' | 'active' }>;

/** Whether it is still to be told what became of its pods. What ends is taken back, and that is told. */
export const owesRollout = (state: State): state is Rolling =>
  (state.status === 'completed' || (state.status === 'active' && state.ending === undefined)) &&
  state.rolls === true &&
  state.rolledOut === undefined;

/** A controller is given so long to begin. */
const aMoment = Temporal.Duration.from({ seconds: 2 });
/** So long it is looked after; a Deployment's own deadline is ten minutes where it says none. */
const patience = Temporal.Duration.from({ minutes: 15 });

/** When its workloads were written. */
export const writtenAt = (state: Rolling): Temporal.Instant =>
  state.status === 'completed' ? state.at : state.startedAt;

/** When its pods are looked at for the first time, and for the last: its people are warned of its end after that. */
export const lookedAfter = (state: Rolling): { readonly from: Temporal.Instant; readonly until: Temporal.Instant } => {
  const at = writtenAt(state);
  const until = at.add(patience);
  const warning = state.status === 'active' ? warningOf(state) : undefined;
  const isBefore = warning !== undefined && Temporal.Instant.compare(warning, until) < 0;
  return { from: at.add(aMoment), until: isBefore ? warning : until };
};

/** Remembers what became of the pods, once. */
export const rolledOutBy = <S extends Request['state']>(
  state: S,
  { type: _, ...rolledOut }: Extract<RequestEvent, { type: 'rolled-out' }>,
): S | undefined => (owesRollout(state) ? { ...state, rolledOut } : undefined);
