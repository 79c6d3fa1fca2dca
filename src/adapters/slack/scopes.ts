/**
 * What the bot's token must be allowed to do, and what for. The manifests ask for exactly these, each with the same words behind it,
 * and docs/install-slack.md lists them.
 */
export const scopeReasons = {
  'channels:history':
    'finds its own messages in public channels again, so that none is posted twice and audits can read them',
  'channels:read':
    'looks at a public channel before it posts there: whether it is in it, and that no other organisation is',
  'chat:write': 'posts cards, threads and direct messages, and keeps them up to date',
  commands: 'brings /jit',
  'files:read': 'asks whether a diff was attached before, so that it is not attached twice',
  'files:write': 'attaches diffs that do not fit on a card',
  'groups:history': 'the same as channels:history, in private channels',
  'groups:read': 'the same as channels:read, for private channels',
  'im:history': 'finds its own direct messages again, so that none is sent twice',
  'im:write': 'opens the direct conversation with a person, to look there for its own messages',
  'usergroups:read': 'looks up who is in the user groups of the policy, and is told when that changes',
  'users:read': 'looks up who clicks: a member, a guest, a stranger or deactivated; and is told when that changes',
} as const;

export const neededScopes: readonly string[] = Object.keys(scopeReasons);

/** For the addresses of people, which a template in identities.yaml makes users of; without one it is not needed. */
export const addressScope = 'users:read.email';

/** The same of a token that only looks up addresses; manifests/slack-lookup-app.yaml asks for exactly these. */
export const lookupReasons = {
  'users:read': 'looks up who somebody is',
  [addressScope]: 'looks up the address of a person, and whose an address is',
} as const;

export const lookupScopes: readonly string[] = Object.keys(lookupReasons);
