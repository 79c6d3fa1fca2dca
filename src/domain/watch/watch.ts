import type { Response, WatchRule } from './suspicion.ts';

/** What comes of each thing that a grant is watched for, and from when on what is noise by itself counts. */
export type Watch = {
  readonly does: Readonly<Record<WatchRule, Response>>;
  /** So many refusals of one person within a time, on so many different resources. */
  readonly deniedBurst: { readonly count: number; readonly resources: number; readonly within: Temporal.Duration };
  /** So many objects deleted by one person within a time. */
  readonly deleteBurst: { readonly count: number; readonly within: Temporal.Duration };
};

/** Where the policy does not say. */
export const usualWatch: Watch = {
  does: {
    'rbac-write': 'revoke',
    'webhook-write': 'revoke',
    impersonation: 'revoke',
    'token-creation': 'revoke',
    'node-proxy': 'revoke',
    exec: 'revoke',
    'secrets-listing': 'revoke',
    'own-objects': 'revoke',
    'denied-burst': 'revoke',
    'delete-burst': 'revoke',
    // Whoever goes home has another address, and whoever has standing rights uses them.
    'new-address': 'warn',
    'out-of-scope': 'warn',
    'slack-deactivated': 'revoke',
    'slack-guest': 'revoke',
    'left-groups': 'revoke',
  },
  // One refusal is noise: kubectl itself looks around.
  deniedBurst: { count: 5, resources: 3, within: Temporal.Duration.from({ minutes: 1 }) },
  deleteBurst: { count: 20, within: Temporal.Duration.from({ minutes: 1 }) },
};
