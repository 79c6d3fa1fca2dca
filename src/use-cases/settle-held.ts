import { contentMark, fingerprintOf } from '#domain/guard/fingerprint.ts';
import { isGoing } from '#domain/guard/namespace.ts';
import type { RequestId } from '#domain/ids.ts';
import type { Manifest } from '#domain/plan.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { ChangedRef, HeldWrite, RequestEvent } from '#domain/request/events.ts';
import { rolls } from '#domain/request/rollout.ts';
import { isNamespace } from '#domain/risk/cluster/namespace.ts';
import { closeMarker } from './marker.ts';
import type { ClusterWriter, WorkerPorts } from './ports.ts';
import { uidOf } from './prepared.ts';
import { commit, find } from './request-log.ts';

const most = 1_000;

/**
 * Completes what was held and approved once its object is seen as it was to be: whoever wrote it has done it again. An approval
 * is used up only by that, for a write that was let through may still fail behind the guard.
 */
export const settleHeld = async (ports: WorkerPorts): Promise<void> => {
  const faults: unknown[] = [];
  for (const id of await ports.store.inStatus('approved', most))
    await settleOne(ports, id).catch((cause: unknown) => void faults.push(cause));
  if (faults.length > 0) throw new Error('Not all that was held could be looked at', { cause: faults[0] });
};

const settleOne = async (ports: WorkerPorts, id: RequestId): Promise<void> => {
  const found = await find(ports, id);
  if (found.type === 'found') await settleSeen(ports, found.chain);
};

/** Completes a held write if it is seen to have been made; true if so. One that Hallpass makes is none of these. */
export const settleSeen = async (ports: WorkerPorts, chain: Chain): Promise<boolean> => {
  const { asked, state } = chain.request;
  const { held, content } = asked;
  const cluster = ports.clusters.get(asked.cluster);
  const [changed] = content?.targets ?? [];
  if (state.status !== 'approved' || held === undefined || changed === undefined || cluster === undefined) return false;
  if (state.confirmed !== undefined) return false;
  const { op, ...target } = changed;
  const live = (await cluster.get(target))?.live;
  if (!isSo(ports, chain, live)) return false;
  // A namespace that is there and does not go was made after the one that is gone.
  const isAnother = live !== undefined && isNamespace(live) && !isGoing(live);
  await complete(ports, cluster, chain, { ...target, uid: (live && !isAnother && uidOf(live)) || '', op });
  return true;
};

/** Whether the object is as it was written; of a deletion, gone. */
const isSo = (ports: WorkerPorts, { request: { asked } }: Chain, live: Manifest | undefined): boolean => {
  const { trust } = ports;
  const { held } = asked;
  if (held === undefined) return false;
  if (live !== undefined && isNamespace(live)) return isNamespaceGone(ports, asked.cluster, held, live);
  if (held.replicas !== undefined) return live !== undefined && replicasOf(live) === held.replicas;
  if (live === undefined || held.after === undefined) return live === undefined && held.after === undefined;
  const operation = asked.content?.targets[0]?.op ?? 'update';
  return contentMark(live, operation, held.ignore, trust.digest) === held.after;
};

/** A namespace takes its time to go, and nobody takes that back; one with another uid was made since. */
const isNamespaceGone = (
  { trust }: WorkerPorts,
  cluster: string,
  { fingerprint, ignore }: HeldWrite,
  live: Manifest,
): boolean => {
  const deletion = { operation: 'delete', group: '', resource: 'namespaces', name: live.metadata.name } as const;
  return isGoing(live) || fingerprintOf(cluster, { ...deletion, before: live }, ignore, trust.digest) !== fingerprint;
};

const replicasOf = ({ spec }: Manifest): unknown =>
  typeof spec === 'object' && spec !== null && 'replicas' in spec ? spec.replicas : undefined;

const complete = async (
  ports: WorkerPorts,
  cluster: ClusterWriter,
  chain: Chain,
  changed: ChangedRef,
): Promise<void> => {
  const { asked, state } = chain.request;
  if (state.status !== 'approved') return;
  // First: from here on no old log lets it through once more.
  await closeMarker(ports, cluster, asked, state.by, state.applyBy);
  const completed: RequestEvent = { type: 'completed', changed: [changed], ...rolls([changed]) };
  await commit(ports, asked.id, chain, [completed], await ports.clock.now());
};
