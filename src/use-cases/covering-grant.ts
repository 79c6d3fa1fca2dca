import { essence } from '#domain/guard/fingerprint.ts';
import { isOfSecret } from '#domain/guard/veil.ts';
import type { Write } from '#domain/guard/write.ts';
import type { PersonId, RequestId } from '#domain/ids.ts';
import type { Json } from '#domain/json.ts';
import type { AccessProbe, KubernetesIdentity, Target } from '#domain/plan.ts';
import type { Risk } from '#domain/policy/policy.ts';
import type { Chain } from '#domain/request/chain.ts';
import { endedFor, isKept, isWorse } from '#domain/request/misuse.ts';
import { allows } from '#domain/request/rights.ts';
import { findingsIn, levelOf } from '#domain/risk/assess.ts';
import type { Finding } from '#domain/risk/finding.ts';
import { identityMark } from '#domain/seal.ts';
import { apiVersionOf } from '#kinds/kind.ts';
import { sealOfDraft } from './draft.ts';
import type { GuardPorts } from './guard-ports.ts';
import type { Guarded } from './guarded.ts';
import { knownIn } from './known-users.ts';
import { latest } from './latest-time.ts';
import { find } from './request-log.ts';

/**
 * `worse`: it is more dangerous than what the grant's card showed. `lost`: that has ended the grant just now. `unjudged`: nobody can
 * tell, and nobody is blamed for it. `again`: nor for making again what was as dangerous when the grant let them delete it.
 */
export type Covering = { readonly type: CoveringType; readonly chain: Chain } & Judged;
type CoveringType = 'covers' | 'worse' | 'lost' | 'unjudged' | 'again';

/** How dangerous a write is, and why. What is too large to be looked at could be as bad as anything. */
type Judged = { readonly risk: Risk; readonly findings: readonly Finding[]; readonly isTooLarge?: true };

/** The object that is written to, by its name. */
export const targetIn = ({ write, sort }: Pick<Guarded, 'write' | 'sort'>): Target => ({
  apiVersion: apiVersionOf(sort),
  kind: sort.kind,
  namespace: write.namespace,
  name: write.name,
});

/** Whose grants could cover a write, and which those are: the index is only a hint, and their logs say whether they do. */
export type Grants = {
  readonly person: PersonId;
  readonly identity: KubernetesIdentity;
  readonly ids: readonly RequestId[];
};

/** Somebody has few grants at a time; the latest of theirs are looked at. */
const mostLooked = 30;

/** The grants in force, and one that was just ended, of whoever writes as this user; undefined where nobody is known to be that. */
export const grantsOf = async (
  { settings, store, lostGrants, cluster }: GuardPorts,
  user: string,
): Promise<Grants | undefined> => {
  const known = knownIn(settings(), user, cluster.name);
  if (known?.identity === undefined) return undefined;
  const { person, identity } = known;
  const lost = lostGrants.of(person);
  const ids = await store.activeOf(person, mostLooked);
  return { person, identity, ids: lost === undefined || ids.includes(lost) ? ids : [...ids, lost] };
};

/**
 * The grant in force that gives its author the right to make this write. A person asked for it, somebody agreed, so that it is not
 * held once more; unless it is worse than what they were shown.
 */
export const coveringGrant = async (
  ports: GuardPorts,
  { write, sort, fingerprint }: Guarded,
  grants: Grants | undefined,
): Promise<Covering | undefined> => {
  // Most people have none: then nobody is asked for the time.
  if (grants === undefined || grants.ids.length === 0) return undefined;
  const { person, identity, ids } = grants;
  const place = { group: sort.group, resource: sort.resource, namespace: write.namespace, name: write.name };
  const wanted = verbs[write.operation].map((verb) => ({ verb, ...place }));
  const worse: Chain[] = [];
  let lost: Covering | undefined;
  let judged: Judged | undefined;
  const now = await latest(ports);
  for (const found of await Promise.all(ids.map((id) => find(ports, id)))) {
    if (found.type !== 'found') continue;
    const { asked, state } = found.chain.request;
    if (asked.cluster !== ports.cluster.name || asked.subject !== person) continue;
    if ('identity' in state && identityMark(asked.id, identity, ports.trust.digest) !== state.identity) continue;
    const ended = endedFor(state, { operation: write.operation, target: targetIn({ write, sort }), fingerprint }, now);
    if (ended !== undefined) lost ??= { type: 'lost', chain: found.chain, risk: ended.risk, findings: [] };
    if (state.status !== 'active' || state.ending !== undefined) continue;
    if (Temporal.Instant.compare(now, state.expiresAt) >= 0) continue;
    const rights = await rightsOf(ports, found.chain, identity);
    if (!rights.some((held) => wanted.some((one) => allows(held, one)))) continue;
    judged ??= judge(write);
    if (!isWorse(asked, judged.risk)) return { type: 'covers', chain: found.chain, ...judged };
    worse.push(found.chain);
  }
  if (lost !== undefined) return lost;
  // Where one was taken by break-glass it is an emergency, in which no other is lost either.
  const chain = worse.find(({ request }) => isKept(request.asked)) ?? worse[0];
  if (chain === undefined || judged === undefined) return undefined;
  return { type: beyond(ports, { write, sort }, chain, judged), chain, ...judged };
};

const beyond = (
  { justDeleted }: GuardPorts,
  guarded: Pick<Guarded, 'write' | 'sort'>,
  { request: { asked } }: Chain,
  { findings, isTooLarge }: Judged,
): CoveringType => {
  if (isTooLarge === true) return 'unjudged';
  const worse = findings.filter(({ change, severity }) => change === 'introduces' && isWorse(asked, severity));
  const isAgain = guarded.write.operation === 'create' && justDeleted.had(asked.subject, targetIn(guarded), worse);
  return isAgain ? 'again' : 'worse';
};

/** Remembers what a grant lets its person delete: they may be about to make it again. */
export const rememberDeleted = (
  { justDeleted }: GuardPorts,
  guarded: Pick<Guarded, 'write' | 'sort'>,
  { chain }: Covering,
): void => {
  const { operation, before } = guarded.write;
  if (operation !== 'delete' || before === undefined) return;
  const { findings } = judge({ ...guarded.write, operation: 'create', before: undefined, after: before });
  justDeleted.remember(chain.request.asked.subject, targetIn(guarded), findings);
};

/**
 * Characters of an object, before and after, without what tools and the API server keep in it: looking for dangers in a longer one
 * would keep others waiting.
 */
const longest = 200_000;

const judge = (write: Write): Judged => {
  const [before, after] = [write.before, write.after].map((one) => one && essence(one, []));
  if (JSON.stringify([before, after]).length > longest) return { risk: 'critical', findings: [], isTooLarge: true };
  const findings = findingsIn([{ before, after }]);
  const found = levelOf(findings);
  // No rule sees the values of a Secret: as bad as the right to write Secrets, which the card of a grant shows.
  return { risk: isOfSecret(write) && found === 'none' ? 'medium' : found, findings };
};

/** All that a grant gives, as it was approved: by a profile that is another by now nobody knows what it gave. */
const rightsOf = async (
  { settings, cluster, trust }: GuardPorts,
  { request: { asked } }: Chain,
  identity: KubernetesIdentity,
): Promise<readonly AccessProbe[]> => {
  const { id: request, namespace } = asked;
  const ask = asked.ask as Json;
  const kind = settings().kinds.find(({ name }) => name === asked.kind);
  const looks = kind?.look(ask, namespace);
  if (kind?.isForSomebody !== true || looks?.ok !== true || looks.value.length > 0) return [];
  const plan = kind.plan(ask, { request, namespace, identity, seen: [] });
  const place = await cluster.namespace(namespace);
  if (!plan.ok || place === undefined) return [];
  const { create, probes, proofs } = plan.value;
  const draft = { namespaceUid: place.uid, plan: { create, probes, proofs }, edits: [] };
  return sealOfDraft(asked, identity, draft, trust.digest) === asked.seal ? probes : [];
};

/** Admission is asked about the same operation for each of these. */
const verbs: Readonly<Record<Write['operation'], readonly string[]>> = {
  create: ['create'],
  update: ['update', 'patch'],
  delete: ['delete', 'deletecollection'],
};
