import { identityIn, identityOf, needsAddress, type Unmapped } from '#domain/identities.ts';
import type { PersonId } from '#domain/ids.ts';
import type { KubernetesIdentity } from '#domain/plan.ts';
import type { Result } from '#domain/result.ts';
import type { Core } from './ports.ts';

/**
 * Whom a Slack user is in the cluster: by their line in the policy, or by an address that this very process looks up. Bot and
 * worker each ask for themselves, and neither believes the other. Throws when Slack does not say.
 */
export const identify = async (
  { settings, addressOf }: Pick<Core, 'settings' | 'addressOf'>,
  person: PersonId,
): Promise<Result<KubernetesIdentity, Unmapped>> => {
  const mapping = settings();
  if (!needsAddress(mapping, person)) return identityOf(mapping.identities, person);
  return identityIn(mapping, person, await addressOf?.(person));
};
