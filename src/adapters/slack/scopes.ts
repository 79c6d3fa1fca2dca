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
