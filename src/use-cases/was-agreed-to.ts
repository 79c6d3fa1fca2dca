import type { Watched, Wrote } from '#domain/guard/agreed.ts';
import { contentMark, fingerprintOf } from '#domain/guard/fingerprint.ts';
import { stateMark } from '#domain/guard/state-mark.ts';
import { comesOf, type Step } from '#domain/guard/steps.ts';
import { type Manifest, targetKey } from '#domain/plan.ts';
import type { Chain, Entry } from '#domain/request/chain.ts';
import type { HeldWrite } from '#domain/request/events.ts';
import { mostUses } from '#domain/request/terms.ts';
import { isNamespace } from '#domain/risk/cluster/namespace.ts';
import type { DriftPorts } from './drift-ports.ts';
import type { Drifted } from './drifted.ts';
import { find } from './request-log.ts';

/** Requests of each status that may have brought an object to what it is. */
const mostLooked = 300;
/** Of what was not there before nobody knows since when. */
const remembered = Temporal.Duration.from({ hours: 1 });

/** Requests of late, read once for all that is looked at in a round. */
export const createLately = (ports: DriftPorts): (() => Promise<readonly Chain[]>) => {
  let chains: Promise<readonly Chain[]> | undefined;
  const read = async (): Promise<readonly Chain[]> => {
    const all: Chain[] = [];
    for (const status of ['approved', 'completed', 'active', 'revoked'] as const)
      for (const id of await ports.store.inStatus(status, mostLooked)) {
        const found = await find(ports, id);
        if (found.type === 'found') all.push(found.chain);
      }
    return all;
  };
  return () => {
    chains ??= read();
    return chains;
  };
};

/**
 * Whether an object has become what it is by what was agreed to: by Hallpass itself (`wrote`), by a held write that was approved, or
 * under a grant. Step by step from what was agreed to before: what somebody had changed before that is not agreed to with it.
 */
export const wasAgreedTo = async (
  ports: DriftPorts,
  drifted: Drifted,
  wrote: readonly Wrote[],
  lately: () => Promise<readonly Chain[]>,
): Promise<boolean> => {
  const since = drifted.agreed?.at ?? (await ports.clock.now()).subtract(remembered).epochMilliseconds;
  const logged = (await lately()).flatMap((chain) => stepsIn(ports, drifted, chain, since));
  return comesOf([...wrote, ...logged], drifted);
};

const stepsIn = (
  ports: DriftPorts,
  drifted: Drifted,
  { request: { asked, state }, entries }: Chain,
  since: number,
): readonly Step[] => {
  const { target, to } = drifted;
  if (asked.cluster !== drifted.scope.cluster) return [];
  const key = targetKey(target);
  const uses = entries.flatMap(({ event, at }) => (event.type === 'used' ? [{ event, at }] : []));
  const mine = uses.filter(({ event }) => targetKey(event.target) === key);
  const isAfter = ({ at }: Pick<Entry, 'at'>): boolean => at.epochMilliseconds >= since;
  // No more of them are written down.
  if (uses.length >= mostUses && mine.length > 0 && state.status === 'active') return [{ from: 'any', to }];
  const used = mine.filter(isAfter).flatMap(({ event: { from, to: made } }) => {
    return from === undefined || made === undefined ? [] : [{ from, to: made }];
  });
  const isHeld = asked.held !== undefined && asked.content?.targets.some((one) => targetKey(one) === key) === true;
  const isDone = state.status === 'approved' || (state.status === 'completed' && isAfter(state));
  return asked.held === undefined || !isHeld || !isDone ? used : [...used, ...heldStep(ports, drifted, asked.held)];
};

/** A held write that has made an object what it is: it is known by what it was written to as well. */
const heldStep = (
  { trust: { digest } }: DriftPorts,
  { scope, target, live, agreed, from, to }: Drifted,
  { fingerprint, after, replicas, ignore }: HeldWrite,
): readonly Step[] => {
  const { sort, cluster, namespace, protection } = scope;
  const before = agreed?.content as Manifest | undefined;
  if (replicas !== undefined) {
    if (before === undefined) return [];
    const spec = typeof before.spec === 'object' && before.spec !== null ? before.spec : {};
    return [{ from, to: stateMark({ ...before, spec: { ...spec, replicas } }, protection, digest) }];
  }
  const operation = before === undefined ? 'create' : live === undefined ? 'delete' : 'update';
  const isSo = live === undefined ? after === undefined : contentMark(live, operation, ignore, digest) === after;
  const { group, resource } = sort;
  const write = { operation, group, resource, namespace, name: target.name, before, after: live } as const;
  return isSo && fingerprintOf(cluster, write, ignore, digest) === fingerprint ? [{ from, to }] : [];
};

/** Whether somebody has agreed, of late, that a namespace goes with all that is in it. */
export const wasToGo = async (
  ports: DriftPorts,
  { cluster, namespace }: Pick<Watched, 'cluster' | 'namespace'>,
  lately: () => Promise<readonly Chain[]>,
): Promise<boolean> => {
  const since = (await ports.clock.now()).subtract(remembered);
  return (await lately()).some(({ request: { asked, state } }) => {
    if (asked.cluster !== cluster || asked.held === undefined) return false;
    if (state.status !== 'approved' && state.status !== 'completed') return false;
    if (Temporal.Instant.compare(state.at, since) < 0) return false;
    return (
      asked.content?.targets.some((one) => isNamespace(one) && one.op === 'delete' && one.name === namespace) === true
    );
  });
};
