import type { Write } from '#domain/guard/write.ts';
import { identityOf } from '#domain/identities.ts';
import type { PersonId } from '#domain/ids.ts';
import type { Json } from '#domain/json.ts';
import type { AccessProbe, KubernetesIdentity } from '#domain/plan.ts';
import { type Risk, risks } from '#domain/policy/policy.ts';
import type { Chain } from '#domain/request/chain.ts';
import { findingsIn, levelOf } from '#domain/risk/assess.ts';
import { identityMark } from '#domain/seal.ts';
import { sealOfDraft } from './draft.ts';
import type { GuardPorts } from './guard-ports.ts';
import { latest } from './latest-time.ts';
import { find } from './request-log.ts';
import type { Guarded } from './review-write.ts';

/** `worse`: it is more dangerous than what the grant's card showed. */
export type Covering = { readonly type: 'covers' | 'worse'; readonly chain: Chain; readonly risk: Risk };

/** Somebody has few grants at a time; the latest of theirs are looked at. */
const mostLooked = 30;

/**
 * The grant in force that gives its author the right to make this write. A person asked for it, somebody agreed, so that it is not
 * held once more; unless it is worse than what they were shown.
 */
export const coveringGrant = async (ports: GuardPorts, { write, sort }: Guarded): Promise<Covering | undefined> => {
  const person = personFor(ports, write.user);
  if (person === undefined) return undefined;
  const identity = identityOf(ports.settings().identities, person);
  if (!identity.ok) return undefined;
  const wanted = { group: sort.group, resource: sort.resource, namespace: write.namespace, name: write.name };
  let worse: Covering | undefined;
  let risk: Risk | undefined;
  const now = await latest(ports);
  const ids = await ports.store.ofPerson(person, mostLooked);
  for (const found of await Promise.all(ids.map((id) => find(ports, id)))) {
    if (found.type !== 'found') continue;
    const { asked, state } = found.chain.request;
    if (state.status !== 'active' || state.ending !== undefined || asked.subject !== person) continue;
    if (asked.cluster !== ports.cluster.name || Temporal.Instant.compare(now, state.expiresAt) >= 0) continue;
    if (identityMark(asked.id, identity.value, ports.trust.digest) !== state.identity) continue;
    const rights = await rightsOf(ports, found.chain, identity.value);
    if (!rights.some((probe) => isVerbOf(write, probe) && allows(probe, wanted))) continue;
    const shown = (asked.content ?? asked.around)?.risk ?? 'none';
    risk ??= riskOf(write);
    if (risks.indexOf(risk) <= risks.indexOf(shown)) return { type: 'covers', chain: found.chain, risk };
    worse ??= { type: 'worse', chain: found.chain, risk };
  }
  return worse;
};

/** Characters of an object: looking for dangers in a longer one would keep others waiting, so that nothing covers it. */
const longest = 200_000;

const riskOf = ({ before, after }: Write): Risk =>
  JSON.stringify([before, after]).length > longest ? 'critical' : levelOf(findingsIn([{ before, after }]));

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

/** By a line of the policy only: an address is for the bot to look up. */
const personFor = ({ settings }: GuardPorts, user: string): PersonId | undefined =>
  settings().identities.find(({ kubernetes }) => kubernetes.user === user)?.person;

/** Admission is asked about the same operation for each of these. */
const verbs: Readonly<Record<Write['operation'], readonly string[]>> = {
  create: ['create'],
  update: ['update', 'patch'],
  delete: ['delete', 'deletecollection'],
};
const isVerbOf = ({ operation }: Write, { verb }: AccessProbe): boolean => verbs[operation].includes(verb);

/** A right without a namespace or a name is one to all of them. */
const allows = (probe: AccessProbe, wanted: Omit<AccessProbe, 'verb' | 'subresource'>): boolean =>
  probe.group === wanted.group &&
  probe.resource === wanted.resource &&
  probe.subresource === undefined &&
  (probe.namespace === undefined || probe.namespace === wanted.namespace) &&
  (probe.name === undefined || probe.name === wanted.name);
