import {
  type Agreed,
  asNew,
  type Fact,
  factKey,
  isBesideThePoint,
  isScaled,
  isToTheLetter,
  nameInKey,
  readFact,
  type Watched,
  writeFact,
} from '#domain/guard/agreed.ts';
import { contentMark, fingerprintOf } from '#domain/guard/fingerprint.ts';
import { type Protection, protectionOf } from '#domain/guard/protection.ts';
import { type Manifest, type Target, targetKey } from '#domain/plan.ts';
import type { Chain, Entry } from '#domain/request/chain.ts';
import type { HeldWrite } from '#domain/request/events.ts';
import { apiVersionOf, type Held, heldSorts } from '#kinds/kind.ts';
import type { DriftPorts } from './drift-ports.ts';
import type { ClusterWriter } from './ports.ts';
import { reportFound, reportOver } from './report-drift.ts';
import { find } from './request-log.ts';
import { mostUses } from './take-in-writes.ts';
import { linesOf } from './with-agreed.ts';

/** One sort of objects in one namespace that is protected. */
export type Scope = Watched & { readonly sort: Held; readonly protection: Protection };

/** An object that is another than was agreed to last. */
export type Drifted = {
  readonly scope: Scope;
  readonly target: Target;
  readonly live: Manifest | undefined;
  readonly agreed: Agreed | undefined;
  /** What would put it back; undefined where that is a deletion. */
  readonly after: Manifest | undefined;
  readonly fingerprint: string;
};

/** So long (milliseconds) what was told and became no request is not told again. */
const tellAgainAfter = 3_600_000;
/** Requests of each status that may have brought an object to what it is. */
const mostLooked = 300;
/** Of what was not there before nobody knows since when. */
const remembered = Temporal.Duration.from({ hours: 1 });

/**
 * Looks over what is protected in a cluster for objects that are another than was agreed to last; to be run again and again. What a
 * request has brought about is agreed to, and so is what a grant was used for; anything else becomes a request of its own, once it
 * was seen twice. Throws what the cluster or Redis throws, after it has looked at the rest; the next round tries again.
 */
export const createDriftWatch = (ports: DriftPorts, cluster: ClusterWriter): (() => Promise<void>) => {
  /** Seen once, by what it was seen as. */
  const suspected = new Map<string, string>();
  /** The policy for which what is not protected was forgotten. */
  let tidied = '';

  return async () => {
    const { policy } = ports.settings();
    const { scopes, others } = scopesOf(ports, cluster.name);
    if (tidied !== policy.hash) {
      for (const place of others) await ports.agreed.forget(place);
      tidied = policy.hash;
    }
    const faults: unknown[] = [];
    for (const scope of scopes)
      await lookOver(ports, cluster, scope, suspected).catch((cause: unknown) => void faults.push(cause));
    if (faults.length > 0) throw new Error('Not all that is protected could be looked at', { cause: faults[0] });
  };
};

const scopesOf = (
  { settings, managed }: DriftPorts,
  cluster: string,
): { readonly scopes: readonly Scope[]; readonly others: readonly Watched[] } => {
  const { policy, kinds } = settings();
  const scopes: Scope[] = [];
  const others: Watched[] = [];
  for (const namespace of managed)
    for (const sort of heldSorts(kinds)) {
      const place = { cluster, namespace, profile: sort.profile };
      const protection = protectionOf(policy.protect, place);
      if (protection === undefined) others.push(place);
      else scopes.push({ ...place, sort, protection });
    }
  return { scopes, others };
};

const lookOver = async (
  ports: DriftPorts,
  cluster: ClusterWriter,
  scope: Scope,
  suspected: Map<string, string>,
): Promise<void> => {
  const { namespace, sort } = scope;
  const lines = await ports.agreed.all(scope);
  const known = new Map([...lines].map(([key, line]) => [key, readFact(scope, key, line, ports.trust)]));
  const place = await cluster.namespace(namespace);
  // What is in it goes with it: that is one deletion, of the namespace.
  if (place === undefined || place.terminating) return lines.size === 0 ? undefined : goneWith(ports, scope, known);
  const isFirst = known.get(factKey('watched', ''))?.type !== 'watched';
  const found = await cluster.scan(sort, namespace, (live) => {
    const agreed = agreedIn(known, live.metadata.name);
    const isSame = agreed !== undefined && isToTheLetter(live, agreed, ports.trust.digest);
    return { name: live.metadata.name, live: isSame ? undefined : live };
  });
  if (isFirst)
    return begin(
      ports,
      scope,
      found.flatMap(({ live }) => live ?? []),
    );
  for (const { name, live } of found)
    await (live === undefined
      ? isAsAgreed(ports, scope, known, name)
      : differs(ports, cluster, scope, known, { name, live }, suspected));
  const names = new Set(found.map(({ name }) => name));
  for (const [key, fact] of known)
    if (fact?.type === 'agreed' && !names.has(key))
      await differs(ports, cluster, scope, known, { name: key, live: undefined }, suspected);
  for (const [key, fact] of known) {
    const name = nameInKey(key);
    // Made by nobody's leave, and gone again.
    if (fact?.type === 'told' && !names.has(name) && agreedIn(known, name) === undefined)
      await isAsAgreed(ports, scope, known, name);
  }
};

type Known = ReadonlyMap<string, Fact | undefined>;

const agreedIn = (known: Known, name: string): Agreed | undefined => {
  const fact = known.get(factKey('agreed', name));
  return fact?.type === 'agreed' ? fact : undefined;
};
const toldIn = (known: Known, name: string): Extract<Fact, { type: 'told' }> | undefined => {
  const fact = known.get(factKey('told', name));
  return fact?.type === 'told' ? fact : undefined;
};

/** What is there when somebody looks for the first time is as it is; what is not as agreed to then, nobody can know. */
const begin = async (ports: DriftPorts, scope: Scope, there: readonly Manifest[]): Promise<void> => {
  const now = await ports.clock.now();
  const lines = there.flatMap((live) =>
    Object.entries(linesOf(ports, scope, live.metadata.name, live, now)).filter(([, line]) => line !== undefined),
  );
  const watched = writeFact(scope, '', { type: 'watched', since: now.epochMilliseconds }, ports.signer);
  await ports.agreed.put(scope, { ...Object.fromEntries(lines), [factKey('watched', '')]: watched });
};

const goneWith = async (ports: DriftPorts, scope: Scope, known: Known): Promise<void> => {
  await ports.agreed.forget(scope);
  const count = [...known.values()].filter((fact) => fact?.type === 'agreed').length;
  if (count > 0)
    ports.alarm('Objects that the policy protects went with their namespace', {
      cluster: scope.cluster,
      namespace: scope.namespace,
      what: `${count} ${scope.profile}`,
    });
};

/** What was told of it is over. */
const isAsAgreed = async (ports: DriftPorts, scope: Scope, known: Known, name: string): Promise<void> => {
  const told = toldIn(known, name);
  if (told === undefined) return;
  await ports.agreed.put(scope, { [factKey('told', name)]: undefined });
  await reportOver(ports, told.id, 'It is as it was again.');
};

const differs = async (
  ports: DriftPorts,
  cluster: ClusterWriter,
  scope: Scope,
  known: Known,
  { name, live }: { readonly name: string; readonly live: Manifest | undefined },
  suspected: Map<string, string>,
): Promise<void> => {
  const agreed = agreedIn(known, name);
  const isAgreedNow = async (): Promise<void> =>
    ports.agreed.put(scope, linesOf(ports, scope, name, live, await ports.clock.now()));
  // It is known what becomes of it when it is gone.
  if (live !== undefined && 'deletionTimestamp' in live.metadata) return;
  const writing = known.get(factKey('writing', name));
  if (writing?.type === 'writing')
    return writing.until > (await cluster.time()).epochMilliseconds ? undefined : isAgreedNow();
  if (live !== undefined && agreed !== undefined) {
    if (isBesideThePoint(live, agreed, scope.protection.ignoreAnnotations)) return isAgreedNow();
    // Whoever may scale is not held, and nobody can tell later who it was.
    if (scope.protection.scalers.length > 0 && isScaled(live, agreed)) return isAgreedNow();
  }
  const drifted = driftOf(ports, scope, name, live, agreed);
  const told = toldIn(known, name);
  if (told?.fingerprint === drifted.fingerprint) {
    const next = await afterTold(ports, cluster, told);
    if (next === 'accepted') return isAgreedNow();
    if (next === 'wait') return;
  } else if (suspected.get(keyOf(drifted)) !== drifted.fingerprint) {
    // Whoever has made it may be about to say so.
    suspected.set(keyOf(drifted), drifted.fingerprint);
    return;
  }
  suspected.delete(keyOf(drifted));
  if (await wasAgreedTo(ports, drifted)) return isAgreedNow();
  if (told !== undefined && told.fingerprint !== drifted.fingerprint)
    await reportOver(ports, told.id, 'It has become something else meanwhile.');
  await reportFound(ports, cluster, drifted);
};

const keyOf = ({ target }: Drifted): string => targetKey(target);

const driftOf = (
  { trust }: DriftPorts,
  scope: Scope,
  name: string,
  live: Manifest | undefined,
  agreed: Agreed | undefined,
): Drifted => {
  const { sort, namespace, cluster, protection } = scope;
  const content = agreed?.content as Manifest | undefined;
  const after = live === undefined && content !== undefined ? asNew(content) : content;
  const { group, resource } = sort;
  const operation = live === undefined ? 'create' : agreed === undefined ? 'delete' : 'update';
  const write = { operation, group, resource, namespace, name, before: live, after } as const;
  return {
    scope,
    target: { apiVersion: apiVersionOf(sort), kind: sort.kind, namespace, name },
    live,
    agreed,
    after,
    fingerprint: fingerprintOf(cluster, write, protection.ignoreAnnotations, trust.digest),
  };
};

/** `anew`: it has to be told once more. */
const afterTold = async (
  ports: DriftPorts,
  cluster: ClusterWriter,
  { id, at }: Extract<Fact, { type: 'told' }>,
): Promise<'wait' | 'accepted' | 'anew'> => {
  const found = await find(ports, id);
  if (found.type === 'broken') return 'wait';
  if (found.type === 'absent') return (await cluster.time()).epochMilliseconds - at < tellAgainAfter ? 'wait' : 'anew';
  switch (found.chain.request.state.status) {
    case 'denied':
      return 'accepted';
    // It was put back, and is there again.
    case 'completed':
      return 'anew';
    case 'pending':
    case 'approved':
    case 'active':
    case 'revoked':
    case 'withdrawn':
    case 'timed-out':
    case 'lapsed':
    case 'failed':
      return 'wait';
  }
};

/**
 * Whether a request has brought it about that this process has not seen being done: a held write that was approved, or one that a
 * grant covers. Whatever was before it was agreed to last has not.
 */
const wasAgreedTo = async (ports: DriftPorts, drifted: Drifted): Promise<boolean> => {
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

const isAfter = (
  { trust }: DriftPorts,
  { after, replicas, ignore }: HeldWrite,
  live: Manifest | undefined,
): boolean => {
  if (replicas !== undefined) return false;
  if (live === undefined || after === undefined) return live === undefined && after === undefined;
  return (['create', 'update'] as const).some((one) => contentMark(live, one, ignore, trust.digest) === after);
};
