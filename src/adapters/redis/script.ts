import type { Redis } from 'ioredis';

export type Script = (keys: readonly string[], args: readonly (string | number)[]) => Promise<unknown>;

/** Registers a Lua script on a connection; it is sent once and called by its hash from then on. */
export const defineScript = (redis: Redis, name: string, lua: string): Script => {
  redis.defineCommand(name, { lua });
  const run: unknown = Reflect.get(redis, name);
  if (typeof run !== 'function') throw new Error(`ioredis did not define the command "${name}"`);
  return (keys, args) => Reflect.apply(run, redis, [keys.length, ...keys, ...args]);
};
