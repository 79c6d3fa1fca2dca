import type { Watched } from '#domain/guard/agreed.ts';
import { contentMark } from '#domain/guard/fingerprint.ts';
import { type Manifest, targetKey } from '#domain/plan.ts';
import type { Chain, Entry } from '#domain/request/chain.ts';
import type { HeldWrite } from '#domain/request/events.ts';
import { isNamespace } from '#domain/risk/cluster/namespace.ts';
import type { DriftPorts } from './drift-ports.ts';
import type { Drifted } from './drifted.ts';
import { find } from './request-log.ts';
import { mostUses } from './take-in-writes.ts';

/** Requests of each status that may have brought an object to what it is. */
const mostLooked = 300;
/** Of what was not there before nobody knows since when. */
const remembered = Temporal.Duration.from({ hours: 1 });

/**
 * Whether a request has brought it about that this process has not seen being done: a held write that was approved, or one that a
 * grant covers. Whatever was before it was agreed to last has not.
 */
export const wasAgreedTo = async (ports: DriftPorts, drifted: Drifted): Promise<boolean> => {
  const now = await ports.clock.now();
  const since = drifted.agreed?.at ?? now.subtract(remembered).epochMilliseconds;
  for (const status of ['approved', 'completed', 'active', 'revoked'] as const)
    for (const id of await ports.store.inStatus(status, mostLooked)) {
      const found = await find(ports, id);
      if (found.type === 'found' && explains(ports, drifted, found.chain, since)) return true;
    }
  return false;
};

const explains = (
  ports: DriftPorts,
  { target, live, scope }: Drifted,
  { request: { asked, state }, entries }: Chain,
  since: number,
): boolean => {
  if (asked.cluster !== scope.cluster) return false;
  const key = targetKey(target);
  const isNew = ({ at }: Pick<Entry, 'at'>): boolean => at.epochMilliseconds > since;
  const uses = entries.filter(({ event }) => event.type === 'used');
  // No more of them are written down.
  const isCounted = uses.length < mostUses || state.status !== 'active';
  if (
    uses.some((one) => one.event.type === 'used' && targetKey(one.event.target) === key && (!isCounted || isNew(one)))
  )
    return true;
  if (asked.held === undefined || asked.content?.targets.some((one) => targetKey(one) === key) !== true) return false;
  const isDone = state.status === 'approved' || (state.status === 'completed' && isNew(state));
  return isDone && isAfter(ports, asked.held, live);
};

/** Whether somebody has agreed, of late, that a namespace goes with all that is in it. */
export const wasToGo = async (
  ports: DriftPorts,
  { cluster, namespace }: Pick<Watched, 'cluster' | 'namespace'>,
): Promise<boolean> => {
  const since = (await ports.clock.now()).subtract(remembered);
  for (const status of ['approved', 'completed'] as const)
    for (const id of await ports.store.inStatus(status, mostLooked)) {
      const found = await find(ports, id);
      if (found.type !== 'found') continue;
      const { asked, state } = found.chain.request;
      if (asked.cluster !== cluster || asked.held === undefined) continue;
      if (!('at' in state) || Temporal.Instant.compare(state.at, since) < 0) continue;
      if (asked.content?.targets.some((one) => isNamespace(one) && one.op === 'delete' && one.name === namespace))
        return true;
    }
  return false;
};

const isAfter = (
  { trust }: DriftPorts,
  { after, replicas, ignore }: HeldWrite,
  live: Manifest | undefined,
): boolean => {
  if (replicas !== undefined) return false;
  if (live === undefined || after === undefined) return live === undefined && after === undefined;
  return (['create', 'update'] as const).some((one) => contentMark(live, one, ignore, trust.digest) === after);
};
