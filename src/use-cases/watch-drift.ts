import { isSecret } from '#domain/content/mask.ts';
import {
  type Agreed,
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
import { protectionOf } from '#domain/guard/protection.ts';
import type { Manifest } from '#domain/plan.ts';
import { apiVersionOf, heldSorts } from '#kinds/kind.ts';
import type { DriftPorts } from './drift-ports.ts';
import { driftOf, type Scope } from './drifted.ts';
import type { ClusterWriter } from './ports.ts';
import { reportFound, reportOver } from './report-drift.ts';
import { find } from './request-log.ts';
import { wasAgreedTo, wasToGo } from './was-agreed-to.ts';
import { linesOf } from './with-agreed.ts';

/** So long (milliseconds) what was told and became no request is not told again. */
const tellAgainAfter = 3_600_000;
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
      // Whoever lists Secrets reads them all. Namespaces are none of what is in one.
      if (!sort.namespaced || isSecret(apiVersionOf(sort), sort.kind)) continue;
      const place = { cluster, namespace, profile: sort.profile };
      const protection = protectionOf(policy.protect, place);
      if (protection === undefined) others.push(place);
      else scopes.push({ ...place, sort, protection });
    }
  return { scopes, others };
};

type Known = ReadonlyMap<string, Fact | undefined>;

/** One look at one sort of objects in one namespace. */
type Round = {
  readonly ports: DriftPorts;
  readonly cluster: ClusterWriter;
  readonly scope: Scope;
  readonly known: Known;
  readonly suspected: Map<string, string>;
};

const lookOver = async (
  ports: DriftPorts,
  cluster: ClusterWriter,
  scope: Scope,
  suspected: Map<string, string>,
): Promise<void> => {
  const lines = await ports.agreed.all(scope);
  const known = new Map([...lines].map(([key, line]) => [key, readFact(scope, key, line, ports.trust)]));
  const round: Round = { ports, cluster, scope, known, suspected };
  const place = await cluster.namespace(scope.namespace);
  // What is in it goes with it: that is one deletion, of the namespace.
  if (place === undefined || place.terminating) return lines.size === 0 ? undefined : goneWith(round);
  const isFirst = known.get(factKey('watched', ''))?.type !== 'watched';
  const found = await cluster.scan(scope.sort, scope.namespace, (live) => {
    const { name } = live.metadata;
    const agreed = agreedIn(known, name);
    return { name, live: agreed !== undefined && isToTheLetter(live, agreed, ports.trust.digest) ? undefined : live };
  });
  if (isFirst) return begin(round, found);
  for (const { name, live } of found) await (live === undefined ? isAsAgreed(round, name) : differs(round, name, live));
  const names = new Set(found.map(({ name }) => name));
  for (const [key, fact] of known) {
    const name = nameInKey(key);
    if (names.has(name)) continue;
    if (fact?.type === 'agreed') await differs(round, name, undefined);
    // Made by nobody's leave, and gone again.
    if (fact?.type === 'told' && agreedIn(known, name) === undefined) await isAsAgreed(round, name);
  }
};

const agreedIn = (known: Known, name: string): Agreed | undefined => {
  const fact = known.get(factKey('agreed', name));
  return fact?.type === 'agreed' ? fact : undefined;
};
const toldIn = (known: Known, name: string): Extract<Fact, { type: 'told' }> | undefined => {
  const fact = known.get(factKey('told', name));
  return fact?.type === 'told' ? fact : undefined;
};

/** What is there when somebody looks for the first time is as it is; what is not as agreed to then, nobody can know. */
const begin = async (
  { ports, scope }: Round,
  found: readonly { readonly live: Manifest | undefined }[],
): Promise<void> => {
  const now = await ports.clock.now();
  const lines = found
    .flatMap(({ live }) => live ?? [])
    .flatMap((live) => Object.entries(linesOf(ports, scope, live.metadata.name, live, now)))
    .filter(([, line]) => line !== undefined);
  const watched = writeFact(scope, '', { type: 'watched', since: now.epochMilliseconds }, ports.signer);
  await ports.agreed.put(scope, { ...Object.fromEntries(lines), [factKey('watched', '')]: watched });
};

const goneWith = async ({ ports, scope, known }: Round): Promise<void> => {
  await ports.agreed.forget(scope);
  const count = [...known.values()].filter((fact) => fact?.type === 'agreed').length;
  if (count > 0 && !(await wasToGo(ports, scope)))
    ports.alarm('Objects that the policy protects went with their namespace', {
      cluster: scope.cluster,
      namespace: scope.namespace,
      what: `${count} ${scope.profile}`,
    });
};

/** What was told of it is over. */
const isAsAgreed = async ({ ports, scope, known, suspected }: Round, name: string): Promise<void> => {
  suspected.delete(keyOf(scope, name));
  const told = toldIn(known, name);
  if (told === undefined) return;
  await ports.agreed.put(scope, { [factKey('told', name)]: undefined });
  await reportOver(ports, told.id, 'It is as it was again.');
};

/** From now on it is what it is. */
const agreeToIt = async (
  { ports, scope, suspected }: Round,
  name: string,
  live: Manifest | undefined,
): Promise<void> => {
  suspected.delete(keyOf(scope, name));
  await ports.agreed.put(scope, linesOf(ports, scope, name, live, await ports.clock.now()));
};

const differs = async (round: Round, name: string, live: Manifest | undefined): Promise<void> => {
  const { ports, cluster, scope, known, suspected } = round;
  // It is known what becomes of it when it is gone.
  if (live !== undefined && 'deletionTimestamp' in live.metadata) return;
  const writing = known.get(factKey('writing', name));
  if (writing?.type === 'writing') {
    const isWriting = writing.until > (await cluster.time()).epochMilliseconds;
    return isWriting ? undefined : agreeToIt(round, name, live);
  }
  const agreed = agreedIn(known, name);
  if (live !== undefined && agreed !== undefined && isNothing(scope, live, agreed)) return agreeToIt(round, name, live);
  const drifted = driftOf(ports, scope, name, live, agreed);
  const told = toldIn(known, name);
  const isTold = told?.fingerprint === drifted.fingerprint;
  if (isTold) {
    const next = await afterTold(ports, cluster, told);
    if (next === 'wait') return;
    if (next === 'accepted') return agreeToIt(round, name, live);
  } else if (suspected.get(keyOf(scope, name)) !== drifted.fingerprint) {
    // Whoever has made it may be about to say so.
    suspected.set(keyOf(scope, name), drifted.fingerprint);
    return;
  }
  if (await wasAgreedTo(ports, drifted)) return agreeToIt(round, name, live);
  suspected.delete(keyOf(scope, name));
  if (told !== undefined && !isTold) await reportOver(ports, told.id, 'It has become something else meanwhile.');
  await reportFound(ports, cluster, drifted);
};

/** Whether what is different makes no difference, or nobody can tell later who it was: whoever may scale is not held. */
const isNothing = ({ protection }: Scope, live: Manifest, agreed: Agreed): boolean =>
  isBesideThePoint(live, agreed, protection.ignoreAnnotations) ||
  (protection.scalers.length > 0 && isScaled(live, agreed));

const keyOf = ({ namespace, profile }: Scope, name: string): string => `${namespace}/${profile}/${name}`;

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
