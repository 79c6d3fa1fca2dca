import { isSecret } from '#domain/content/mask.ts';
import {
  type Agreed,
  agreedTo,
  type Fact,
  factKey,
  isOnlyGoing,
  isToTheLetter,
  nameInKey,
  readFact,
  type Told,
  type Watched,
  type Wrote,
  writeFact,
} from '#domain/guard/agreed.ts';
import { protectionOf } from '#domain/guard/protection.ts';
import { comesOf } from '#domain/guard/steps.ts';
import type { Manifest } from '#domain/plan.ts';
import type { Chain } from '#domain/request/chain.ts';
import { apiVersionOf, heldSorts } from '#kinds/kind.ts';
import type { DriftPorts } from './drift-ports.ts';
import { driftOf, type Scope } from './drifted.ts';
import { isOurs } from './home.ts';
import type { ClusterWriter, NamespaceInfo } from './ports.ts';
import { reportFound, reportOver } from './report-drift.ts';
import { find } from './request-log.ts';
import { createLately, wasAgreedTo, wasToGo } from './was-agreed-to.ts';

/** Milliseconds. So soon at the earliest one object is told of again; so late what became no request, or came to nothing, is. */
const again = { atOnce: 60_000, unfiled: 24 * 3_600_000, undone: 600_000 } as const;
/** So long (milliseconds) a write of Hallpass's own may be under way. */
const underWay = 30_000;

/**
 * Looks over what is protected in a cluster for objects that are another than was agreed to last; to be run again and again. What a
 * request has brought about is agreed to, and so is what a grant was used for; anything else becomes a request of its own, once it
 * was seen twice. Throws what the cluster or Redis throws, after it has looked at the rest; the next round tries again.
 */
export const createDriftWatch = (ports: DriftPorts, cluster: ClusterWriter): (() => Promise<void>) => {
  /** Seen once to be another. */
  const suspected = new Set<string>();
  /** Lines as they were read last: not each signature is looked at each time. */
  const read = new Map<string, ReadonlyMap<string, { readonly line: string; readonly fact: Fact | undefined }>>();
  /** The policy for which what is not protected was forgotten. */
  let tidied = '';

  const factsOf = async (scope: Scope): Promise<Known> => {
    const place = `${scope.namespace}/${scope.profile}`;
    const before = read.get(place);
    const lines = [...(await ports.agreed.all(scope))].map(([key, line]) => {
      const same = before?.get(key);
      return [key, same?.line === line ? same : { line, fact: readFact(scope, key, line, ports.trust) }] as const;
    });
    const known = new Map(lines);
    read.set(place, known);
    return known;
  };

  return async () => {
    const { policy } = ports.settings();
    const { scopes, others } = scopesOf(ports, cluster.name);
    if (tidied !== policy.hash) {
      for (const place of others) await ports.agreed.forget(place);
      tidied = policy.hash;
    }
    const faults: unknown[] = [];
    await ports.flush().catch((cause: unknown) => void faults.push(cause));
    const places = new Map<string, Promise<NamespaceInfo | undefined>>();
    const lately = createLately(ports);
    for (const scope of scopes) {
      const { namespace } = scope;
      const place = places.get(namespace) ?? cluster.namespace(namespace);
      places.set(namespace, place);
      // It may fail before anybody waits for it: that is told below, and must not end the process.
      place.catch(() => undefined);
      const looking = async (): Promise<void> => {
        const listed = await ports.clock.now();
        const known = await factsOf(scope);
        const round = { ports, cluster, scope, known, wrote: wroteIn(known), suspected, lately, listed };
        await lookOver(round, await place);
      };
      await looking().catch((cause: unknown) => void faults.push(cause));
    }
    if (faults.length > 0) throw new Error('Not all that is protected could be looked at', { cause: faults[0] });
  };
};

const scopesOf = (
  { settings, managed, home }: DriftPorts,
  cluster: string,
): { readonly scopes: readonly Scope[]; readonly others: readonly Watched[] } => {
  const { policy, kinds } = settings();
  const scopes: Scope[] = [];
  const others: Watched[] = [];
  for (const namespace of managed.filter((one) => !isOurs(home, one)))
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

type Known = ReadonlyMap<string, { readonly line: string; readonly fact: Fact | undefined }>;

/** One look at one sort of objects in one namespace. */
type Round = {
  readonly ports: DriftPorts;
  readonly cluster: ClusterWriter;
  readonly scope: Scope;
  readonly known: Known;
  /** What Hallpass itself did, by the object's name. */
  readonly wrote: ReadonlyMap<string, readonly Wrote[]>;
  readonly suspected: Set<string>;
  /** Requests of late. */
  readonly lately: () => Promise<readonly Chain[]>;
  /** Before anything was looked at. */
  readonly listed: Temporal.Instant;
};

const lookOver = async (round: Round, place: NamespaceInfo | undefined): Promise<void> => {
  const { ports, cluster, scope, known } = round;
  // What is in it goes with it: that is one deletion, of the namespace.
  if (place === undefined || place.terminating) return known.size === 0 ? undefined : goneWith(round);
  const isFirst = known.get(factKey({ type: 'watched' }))?.fact?.type !== 'watched';
  const found = await cluster.scan(scope.sort, scope.namespace, (live) => {
    const { name } = live.metadata;
    const agreed = agreedIn(known, name);
    return { name, live: agreed !== undefined && isToTheLetter(live, agreed, ports.trust.digest) ? undefined : live };
  });
  if (isFirst) return begin(round, found);
  for (const { name, live } of found) await (live === undefined ? isAsAgreed(round, name) : differs(round, name, live));
  const names = new Set(found.map(({ name }) => name));
  const others = new Set([...known.keys()].map(nameInKey).filter((name) => name !== '' && !names.has(name)));
  for (const name of others)
    await (agreedIn(known, name) === undefined ? isAsAgreed(round, name) : differs(round, name, undefined));
};

const agreedIn = (known: Known, name: string): Agreed | undefined => {
  const fact = known.get(factKey({ type: 'agreed' }, name))?.fact;
  return fact?.type === 'agreed' ? fact : undefined;
};
const toldIn = (known: Known, name: string): Told | undefined => {
  const fact = known.get(factKey({ type: 'told' }, name))?.fact;
  return fact?.type === 'told' ? fact : undefined;
};
const wroteIn = (known: Known): ReadonlyMap<string, readonly Wrote[]> => {
  const wrote = new Map<string, readonly Wrote[]>();
  for (const [key, { fact }] of known) {
    if (fact?.type !== 'wrote') continue;
    const name = nameInKey(key);
    wrote.set(name, [...(wrote.get(name) ?? []), fact]);
  }
  return wrote;
};

/** What is there when somebody looks for the first time is as it is; what is not as agreed to then, nobody can know. */
const begin = async (
  { ports, scope, listed, known }: Round,
  found: readonly { readonly live: Manifest | undefined }[],
): Promise<void> => {
  const lines = found.flatMap(({ live }) => {
    if (live === undefined) return [];
    const { name } = live.metadata;
    const agreed = agreedTo(live, listed, ports.trust.digest);
    return [[factKey(agreed, name), writeFact(scope, name, agreed, ports.signer)] as const];
  });
  const watched: Fact = { type: 'watched', since: listed.epochMilliseconds };
  const all = Object.fromEntries([...lines, [factKey(watched), writeFact(scope, '', watched, ports.signer)]]);
  await ports.agreed.put(scope, all);
  if ([...known.values()].some(({ fact }) => fact === undefined))
    ports.alarm('What was agreed to of protected objects is not believed any more; they are taken as they are now', {
      cluster: scope.cluster,
      namespace: scope.namespace,
      what: scope.profile,
      remedy:
        'Was a key of the worker taken from trusted/, or does somebody else write in Redis? Compare them with what is in git',
    });
};

const goneWith = async ({ ports, scope, known, lately }: Round): Promise<void> => {
  await ports.agreed.forget(scope);
  for (const { fact } of known.values())
    if (fact?.type === 'told') await reportOver(ports, fact.id, 'Its namespace is gone.');
  const count = [...known.values()].filter(({ fact }) => fact?.type === 'agreed').length;
  if (count > 0 && !(await wasToGo(ports, scope, lately)))
    ports.alarm('Objects that the policy protects went with their namespace', {
      cluster: scope.cluster,
      namespace: scope.namespace,
      what: `${count} ${scope.profile}`,
    });
};

const keyOf = ({ namespace, profile }: Scope, name: string): string => `${namespace}/${profile}/${name}`;

/** What was told of it is over, and so is what Hallpass did some time ago. */
const isAsAgreed = async ({ ports, scope, known, wrote, suspected, listed }: Round, name: string): Promise<void> => {
  suspected.delete(keyOf(scope, name));
  const told = toldIn(known, name);
  const past = (wrote.get(name) ?? []).filter(({ at }) => at < listed.epochMilliseconds - underWay);
  const over = [...past, ...(told === undefined ? [] : [told])].map((one) => [factKey(one, name), undefined] as const);
  if (over.length > 0) await ports.agreed.put(scope, Object.fromEntries(over));
  if (told !== undefined) await reportOver(ports, told.id, 'It is as it was again.');
};

/** From now on it is what it is, unless somebody was faster. */
const agreeToIt = async (round: Round, name: string, live: Manifest | undefined, why: string): Promise<void> => {
  const { ports, scope, known, wrote, suspected, listed } = round;
  suspected.delete(keyOf(scope, name));
  const key = factKey({ type: 'agreed' }, name);
  const line = live && writeFact(scope, name, agreedTo(live, listed, ports.trust.digest), ports.signer);
  if (!(await ports.agreed.claim(scope, key, known.get(key)?.line, line))) return;
  const told = toldIn(known, name);
  const over = [...(wrote.get(name) ?? []), ...(told === undefined ? [] : [told])];
  if (over.length > 0)
    await ports.agreed.put(scope, Object.fromEntries(over.map((one) => [factKey(one, name), undefined])));
  if (told !== undefined) await reportOver(ports, told.id, why);
};

const byRequest = 'A request has made it what it is.';

const differs = async (round: Round, name: string, live: Manifest | undefined): Promise<void> => {
  const { ports, cluster, scope, known, suspected, lately, listed } = round;
  const agreed = agreedIn(known, name);
  const { digest } = ports.trust;
  if (live !== undefined && isOnlyGoing(live, agreed, scope.protection, digest)) return;
  const drifted = driftOf(ports, scope, name, live, agreed);
  // What is different makes no difference, or nobody can tell later who it was.
  if (drifted.from === drifted.to) return agreeToIt(round, name, live, 'It is as it was again.');
  const wrote = round.wrote.get(name) ?? [];
  if (comesOf(wrote, drifted)) return agreeToIt(round, name, live, byRequest);
  // Whoever has made it may be about to say so.
  if (!suspected.has(keyOf(scope, name))) return void suspected.add(keyOf(scope, name));
  const told = toldIn(known, name);
  const now = listed.epochMilliseconds;
  const isTold = told?.difference === drifted.difference;
  // What is written down only now was done of late.
  const isLate = isTold && now - told.at > again.undone;
  if (!isLate && (await wasAgreedTo(ports, drifted, wrote, lately))) return agreeToIt(round, name, live, byRequest);
  if (told !== undefined) {
    const next = isTold ? await afterTold(ports, told, now) : 'moved';
    if (next === 'accepted') return agreeToIt(round, name, live, '');
    if (next === 'wait' || (next === 'moved' && now - told.at < again.atOnce)) return;
    await reportOver(ports, told.id, 'It has become something else meanwhile.');
  }
  await reportFound(ports, cluster, drifted, known.get(factKey({ type: 'told' }, name))?.line);
};

/** `anew`: it has to be told once more. */
const afterTold = async (ports: DriftPorts, { id, at }: Told, now: number): Promise<'wait' | 'accepted' | 'anew'> => {
  const found = await find(ports, id);
  if (found.type === 'broken') return 'wait';
  if (found.type === 'absent') return now - at < again.unfiled ? 'wait' : 'anew';
  const { asked, state } = found.chain.request;
  switch (state.status) {
    case 'denied':
      return 'accepted';
    // It was put back, and is there again.
    case 'completed':
      return 'anew';
    case 'pending':
      return ports.settings().policy.rules.some(({ name }) => name === asked.approval.rule) ? 'wait' : 'anew';
    case 'lapsed':
    case 'failed':
      return now - state.at.epochMilliseconds < again.undone ? 'wait' : 'anew';
    case 'approved':
    case 'active':
    case 'revoked':
    case 'withdrawn':
    case 'timed-out':
      return 'wait';
  }
};
