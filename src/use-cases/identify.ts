import { isIn } from '#domain/callers.ts';
import { identityIn, identityOf, needsAddress, type Unmapped } from '#domain/identities.ts';
import type { PersonId } from '#domain/ids.ts';
import type { KubernetesIdentity } from '#domain/plan.ts';
import type { Submitted } from '#domain/request/events.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { Core, Settings } from './ports.ts';

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

/** For whom in the cluster a request is: its subject, or the pipeline or agent that asks, where that is for itself. Throws when Slack does not say. */
export const identifyFor = async (
  ports: Pick<Core, 'settings' | 'addressOf'>,
  asked: Pick<Submitted, 'subject' | 'caller' | 'cluster'>,
): Promise<Result<KubernetesIdentity, Unmapped>> => {
  return asked.caller?.own === true ? ownIdentity(ports.settings(), asked) : identify(ports, asked.subject);
};

/** What a pipeline or agent itself is in the cluster, by its line in the policy. A ServiceAccount is somebody in its own cluster alone. */
export const ownIdentity = (
  { callers = [] }: Pick<Settings, 'callers'>,
  { subject, caller, cluster }: Pick<Submitted, 'subject' | 'caller' | 'cluster'>,
): Result<KubernetesIdentity, Unmapped> => {
  const found = callers.find(({ name }) => name === caller?.name);
  const own = found !== undefined && isIn(found, cluster) ? found.kubernetes : undefined;
  return own === undefined ? err({ type: 'unmapped', person: subject, why: 'caller' }) : ok(own);
};

/** Whether a pipeline or agent asked that the policy does not know any more. */
export const isNobodyNow = (
  { callers = [] }: Pick<Settings, 'callers'>,
  { caller }: Pick<Submitted, 'caller'>,
): boolean => caller !== undefined && !callers.some(({ name }) => name === caller.name);
