import type { Write } from '#domain/guard/write.ts';
import { identityOf } from '#domain/identities.ts';
import type { PersonId } from '#domain/ids.ts';
import type { AccessProbe } from '#domain/plan.ts';
import { type Risk, risks } from '#domain/policy/policy.ts';
import type { Chain } from '#domain/request/chain.ts';
import { findingsIn, levelOf } from '#domain/risk/assess.ts';
import { identityMark } from '#domain/seal.ts';
import type { GuardPorts } from './guard-ports.ts';
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
  const risk = levelOf(findingsIn([{ before: write.before, after: write.after }]));
  let worse: Covering | undefined;
  const now = await ports.clock.now();
  for (const id of await ports.store.ofPerson(person, mostLooked)) {
    const found = await find(ports, id);
    if (found.type !== 'found') continue;
    const { asked, state } = found.chain.request;
    if (state.status !== 'active' || state.ending !== undefined || asked.subject !== person) continue;
    if (asked.cluster !== ports.cluster.name || Temporal.Instant.compare(now, state.expiresAt) >= 0) continue;
    if (identityMark(id, identity.value, ports.trust.digest) !== state.identity) continue;
    if (!state.toProve.some((probe) => isVerbOf(write, probe) && allows(probe, wanted))) continue;
    const shown = (asked.content ?? asked.around)?.risk ?? 'none';
    if (risks.indexOf(risk) <= risks.indexOf(shown)) return { type: 'covers', chain: found.chain, risk };
    worse ??= { type: 'worse', chain: found.chain, risk };
  }
  return worse;
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
