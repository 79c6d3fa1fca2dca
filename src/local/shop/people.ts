import type { LocalUser } from '#local/parts/control-plane-credentials.ts';

/** The people of the demo whose kubectl stands beside the page: who they are in Slack and in the cluster. */
export const shopPeople = [
  { file: 'requester', slack: 'U0ALICE', user: 'alice@acme.test', groups: ['engineers'] },
  { file: 'approver-one', slack: 'U0BOB', user: 'bob@acme.test', groups: ['engineers', 'platform'] },
  { file: 'approver-two', slack: 'U0DAN', user: 'dan@acme.test', groups: ['security'] },
  { file: 'outsider', slack: 'U0FRANK', user: 'frank@acme.test', groups: ['it'] },
] as const;

/** Their tokens are made from their names: this cluster listens on 127.0.0.1 only and guards nothing. */
export const shopUsers: readonly LocalUser[] = shopPeople.map(({ user, groups }) => ({
  name: user,
  groups: [...groups],
  token: `local-${user}`,
}));
