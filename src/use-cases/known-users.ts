import { isIn } from '#domain/callers.ts';
import { identityOf } from '#domain/identities.ts';
import type { PersonId } from '#domain/ids.ts';
import type { Identity } from '#domain/people.ts';
import type { KubernetesIdentity } from '#domain/plan.ts';
import type { Settings } from './ports.ts';

/** Who writes as a user of the cluster; `identity` is absent where that user is not theirs alone. */
export type KnownUser = { readonly person: PersonId; readonly identity: KubernetesIdentity | undefined };

type Lines = readonly Identity[];
const indices = new WeakMap<Lines, ReadonlyMap<string, PersonId>>();
const found = new WeakMap<Lines, Map<string, KnownUser>>();

/**
 * Finds who a user is, by a line of the policy only: an address is for the bot to look up. Asked about each write, so that what these
 * lines say is remembered for as long as they are in force.
 */
export const knownUser = (identities: Lines, user: string): KnownUser | undefined => {
  const person = indexOf(identities).get(user);
  if (person === undefined) return undefined;
  const known = found.get(identities) ?? new Map<string, KnownUser>();
  found.set(identities, known);
  const before = known.get(user);
  if (before !== undefined) return before;
  const identity = identityOf(identities, person);
  const one = { person, identity: identity.ok ? identity.value : undefined };
  known.set(user, one);
  return one;
};

/**
 * The same, and pipelines and agents by what they are in the cluster themselves: they are known as who answers for them. What is theirs
 * is told apart by whose access it is.
 */
export const knownIn = (
  { identities, callers = [] }: Pick<Settings, 'identities' | 'callers'>,
  user: string,
  cluster: string,
): KnownUser | undefined => {
  const person = knownUser(identities, user);
  if (person !== undefined) return person;
  const caller = callers.find((one) => one.kubernetes?.user === user && isIn(one, cluster));
  return caller && { person: caller.responsible, identity: caller.kubernetes };
};

const indexOf = (identities: Lines): ReadonlyMap<string, PersonId> => {
  const before = indices.get(identities);
  if (before !== undefined) return before;
  // The first line of a user counts.
  const index = new Map(identities.toReversed().map(({ kubernetes, person }) => [kubernetes.user, person]));
  indices.set(identities, index);
  return index;
};
