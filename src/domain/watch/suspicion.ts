/** What a grant's use is watched for, as the API server reports it. Each has what to do about it in the policy (`watch`). */
export const useRules = [
  'rbac-write',
  'webhook-write',
  'impersonation',
  'token-creation',
  'node-proxy',
  'exec',
  'secrets-listing',
  'own-objects',
  'denied-burst',
  'delete-burst',
  'new-address',
  'out-of-scope',
] as const;
export type UseRule = (typeof useRules)[number];

/** What whoever has a grant is watched for in Slack. */
export const personRules = ['slack-deactivated', 'slack-guest', 'left-groups'] as const;
export type PersonRule = (typeof personRules)[number];

export const watchRules = [...useRules, ...personRules] as const;
export type WatchRule = (typeof watchRules)[number];

/** `revoke`: the grant is ended at once. `warn`: its thread and its people are told, once. */
export const responses = ['revoke', 'warn', 'off'] as const;
export type Response = (typeof responses)[number];

/** So much evidence is told, in so many characters each. */
export const mostEvidence = { lines: 10, characters: 300 } as const;

/** What was seen, as people read it after "because". */
export const saySuspicion: Readonly<Record<WatchRule, string>> = {
  'rbac-write': 'roles or bindings were written',
  'webhook-write': 'admission webhooks or API services were written',
  impersonation: 'somebody else was impersonated',
  'token-creation': 'a token was made that outlives the grant',
  'node-proxy': 'a node was reached past the API server',
  exec: 'a command was run, or a connection opened, in a pod',
  'secrets-listing': 'Secrets were listed',
  'own-objects': 'objects of Hallpass itself were touched',
  'denied-burst': 'many different things were tried that are not allowed',
  'delete-burst': 'many objects were deleted within a short time',
  'new-address': 'it was used from another network than before',
  'out-of-scope': 'something was written that it does not cover',
  'slack-deactivated': 'the Slack account of one of its people was deactivated',
  'slack-guest': 'one of its people is no full member in Slack any more',
  'left-groups': 'whoever asked for it has left the groups that may ask for it',
};

/** Whether it is about whose grant it is, and not about what is done with it. */
export const isAboutPerson = (rule: WatchRule): rule is PersonRule => personRules.some((one) => one === rule);
