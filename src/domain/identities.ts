import type { PersonId } from './ids.ts';
import type { Identity } from './people.ts';
import type { KubernetesIdentity } from './plan.ts';
import { err, ok, type Result } from './result.ts';

/** Why somebody has no Kubernetes user: nobody wrote it down, or it is not theirs alone. */
export type Unmapped = { readonly type: 'unmapped'; readonly person: PersonId; readonly why: 'none' | 'shared' };

/** Two spellings of one user: e-mail addresses differ in case between directories. */
const sameUser = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** Finds whom a Slack user is in the cluster. Only the explicit map counts, and only when it is one to one. */
export const identityOf = (identities: readonly Identity[], person: PersonId): Result<KubernetesIdentity, Unmapped> => {
  const [mine, ...more] = identities.filter((identity) => identity.person === person);
  if (mine === undefined) return err({ type: 'unmapped', person, why: 'none' });
  const shared = identities.some(
    (other) => other.person !== person && sameUser(other.kubernetes.user, mine.kubernetes.user),
  );
  return shared || more.length > 0 ? err({ type: 'unmapped', person, why: 'shared' }) : ok(mine.kubernetes);
};
