import type { Redis } from 'ioredis';
import { z } from 'zod';
import { mostWritten } from '#domain/guard/entry.ts';
import type { AgreedStates, DriftPorts } from '#use-cases/drift-ports.ts';
import { asking, readAs } from './faults.ts';
import { noteScript } from './held-writes.ts';
import { keys } from './keys.ts';
import { defineScript } from './script.ts';

/** KEYS: agreed. ARGV: field, what it was or '', what it becomes or ''. */
const claimScript = `
if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then return 0 end
if ARGV[3] == '' then redis.call('HDEL', KEYS[1], ARGV[1]) else redis.call('HSET', KEYS[1], ARGV[1], ARGV[3]) end
return 1
`;

/** Entries that wait for the bot: guards have room beside them. */
const mostWaiting = 150;

/** Leaves for the bot what a worker has found, over a connection of the `commit` profile. */
export const createRedisLeaving = (redis: Redis): DriftPorts['leave'] => {
  const runNote = defineScript(redis, 'hallpassLeave', noteScript);
  return async (entry) => {
    if (entry.length > mostWritten.entry)
      throw new Error(`An entry of ${entry.length} characters is too long to be left`);
    const isLeft = await asking(`leave an entry in "${keys.intake}"`, runNote([keys.intake], [entry, mostWaiting]));
    if (isLeft !== 1) throw new Error('So much waits for the bot that there is no room for more');
  };
};

const lines = z.record(z.string(), z.string());

/** Keeps in Redis what workers know of protected objects, over a connection of the `commit` profile. */
export const createRedisAgreedStates = (redis: Redis): AgreedStates => {
  const runClaim = defineScript(redis, 'hallpassClaim', claimScript);
  return {
    all: async (place) => {
      const key = keys.agreed(place);
      return new Map(Object.entries(readAs(lines, key, await asking(`read "${key}"`, redis.hgetall(key)))));
    },
    put: async (place, changed) => {
      const key = keys.agreed(place);
      const kept = Object.entries(changed).flatMap(([field, line]) =>
        line === undefined ? [] : [[field, line] as const],
      );
      const gone = Object.keys(changed).filter((field) => changed[field] === undefined);
      const steps = redis.multi();
      if (kept.length > 0) steps.hset(key, new Map(kept));
      if (gone.length > 0) steps.hdel(key, ...gone);
      const failed = (await asking(`write "${key}"`, steps.exec()))?.find(([fault]) => fault !== null);
      if (failed !== undefined) throw new Error(`Redis did not write "${key}"`, { cause: failed[0] });
    },
    claim: async (place, field, before, line) => {
      const key = keys.agreed(place);
      return (await asking(`write "${key}"`, runClaim([key], [field, before ?? '', line ?? '']))) === 1;
    },
    forget: async (place) => {
      const key = keys.agreed(place);
      await asking(`remove "${key}"`, redis.unlink(key));
    },
  };
};
