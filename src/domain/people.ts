import type { PersonId } from './ids.ts';
import type { KubernetesIdentity } from './plan.ts';

/** What Slack says about somebody, as far as trust goes. Only a `member` may ask or decide. */
export type Membership = 'member' | 'guest' | 'stranger' | 'bot' | 'deactivated';

export type SlackPerson = {
  readonly id: PersonId;
  readonly membership: Membership;
  /** Where their clock is, as `Europe/Berlin`; absent when Slack does not say. */
  readonly zone?: string;
};

/** One line of the identity map: this Slack user is this Kubernetes user. */
export type Identity = { readonly person: PersonId; readonly kubernetes: KubernetesIdentity };
