/** What the bot's token must be allowed to do, and why; manifests/slack-app.yaml asks for exactly these. */
export const neededScopes = [
  'channels:history',
  'channels:read',
  'chat:write',
  'commands',
  'groups:history',
  'groups:read',
  'im:history',
  'im:write',
  'files:read',
  'files:write',
  'usergroups:read',
  'users:read',
] as const;

/** For the addresses of people, which a template in identities.yaml makes users of; without one it is not needed. */
export const addressScope = 'users:read.email';

/** What a token must be allowed to do that only looks up addresses; manifests/slack-lookup-app.yaml asks for exactly these. */
export const lookupScopes = ['users:read', addressScope] as const;
