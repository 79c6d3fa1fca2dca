/** What the guard's baseline keeps in Redis. */
export const bareKeys = {
  held: '{bench}:held',
  said: '{bench}:said',
  person: '{bench}:person',
  tried: '{bench}:tried',
  intake: '{bench}:intake',
  log: (id: string) => `{bench}:log:${id}`,
} as const;
