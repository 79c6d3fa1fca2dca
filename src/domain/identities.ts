import type { Caller } from './callers.ts';
import { type IdentityTemplate, userFor } from './identity-template.ts';
import type { PersonId } from './ids.ts';
import type { Identity } from './people.ts';
import type { KubernetesIdentity } from './plan.ts';
import { err, ok, type Result } from './result.ts';

/**
 * Why somebody has no Kubernetes user: nobody wrote it down; it is not theirs alone; or they have no line, and the template
 * makes nothing of their address, if Slack has a confirmed one. `caller`: the pipeline or agent that asks is nobody there.
 */
export type Unmapped = {
  readonly type: 'unmapped';
  readonly person: PersonId;
  readonly why: 'none' | 'shared' | 'no-address' | 'caller';
};

/** Who is who: lines for people, and by opt-in a template for those who have none. */
export type Mapping = {
  readonly identities: readonly Identity[];
  readonly identityTemplate?: IdentityTemplate | undefined;
  /** Nobody is what a pipeline or agent is. */
  readonly callers?: readonly Pick<Caller, 'kubernetes'>[] | undefined;
};

/** Two spellings of one user: e-mail addresses differ in case between directories. */
const sameUser = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** Finds whom a Slack user is in the cluster by the lines for people. Only these count, and only when it is one to one. */
export const identityOf = (identities: readonly Identity[], person: PersonId): Result<KubernetesIdentity, Unmapped> => {
  const [mine, ...more] = identities.filter((identity) => identity.person === person);
  if (mine === undefined) return err({ type: 'unmapped', person, why: 'none' });
  const shared = identities.some(
    (other) => other.person !== person && sameUser(other.kubernetes.user, mine.kubernetes.user),
  );
  return shared || more.length > 0 ? err({ type: 'unmapped', person, why: 'shared' }) : ok(mine.kubernetes);
};

/** Whether it depends on somebody's e-mail address who they are: there is a template, and no line for them. */
export const needsAddress = ({ identities, identityTemplate }: Mapping, person: PersonId): boolean =>
  identityTemplate !== undefined && !identities.some((identity) => identity.person === person);

/**
 * Finds whom a Slack user is in the cluster, by their line or, where they have none, by their confirmed address. What a line
 * gives to somebody the template gives to nobody else.
 */
export const identityIn = (
  { identities, identityTemplate: template, callers = [] }: Mapping,
  person: PersonId,
  address: string | undefined,
): Result<KubernetesIdentity, Unmapped> => {
  if (template === undefined || identities.some((identity) => identity.person === person))
    return identityOf(identities, person);
  const made = address === undefined ? undefined : userFor(template, address);
  if (made === undefined) return err({ type: 'unmapped', person, why: 'no-address' });
  const taken = [...identities, ...callers].map(({ kubernetes }) => kubernetes?.user ?? '');
  return taken.some((user) => sameUser(user, made.user)) ? err({ type: 'unmapped', person, why: 'shared' }) : ok(made);
};
