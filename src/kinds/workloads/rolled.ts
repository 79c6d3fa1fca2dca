import { isGoing } from '#domain/guard/namespace.ts';
import type { Manifest, Target } from '#domain/plan.ts';
import type { Rollout } from '#domain/request/rollout.ts';
import { cut, oneLine } from '#domain/text.ts';
import { isWorkKind } from './sorts.ts';
import { readWorkload, type Workload } from './workload.ts';

/**
 * How far the pods of a workload are after it was written, as `kubectl rollout status` judges it
 * (`k8s.io/kubectl/pkg/polymorphichelpers/rollout_status.go`); `unfinished` where they are under way.
 */
export const rolloutOf = ({ uid, ...target }: Target & { readonly uid: string }, live?: Manifest): Rollout => {
  const { kind, namespace = '', name } = target;
  if (live === undefined || isGoing(live)) return { target, how: 'gone' };
  const read = isWorkKind(kind) ? readWorkload(kind, namespace, name, live) : undefined;
  if (read?.ok !== true) return { target, how: 'unread' };
  const one = read.value;
  if (one.uid !== uid) return { target, how: 'gone' };
  const { wanted, ready, updated } = one;
  const how = howOf(one);
  const why = how === 'stalled' && one.stalled !== undefined ? { why: cut(oneLine(one.stalled), 300) } : {};
  return { target, how, wanted, ready, updated, ...why };
};

const howOf = (one: Workload): Rollout['how'] => {
  // What it says of its pods is of before it was written.
  if (!one.isSettled) return 'unfinished';
  const all = one.wanted - one.partition;
  const isReplaced = one.updated >= all && (one.partition > 0 || one.isOneRevision);
  if (!isReplaced && (one.paused || one.strategy === 'OnDelete')) return 'held-back';
  if (one.stalled !== undefined) return 'stalled';
  const isWhole = one.available >= one.wanted && one.existing <= one.wanted;
  return isReplaced && isWhole ? 'complete' : 'unfinished';
};
