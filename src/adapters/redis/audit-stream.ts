import type { Redis } from 'ioredis';
import { z } from 'zod';
import { lastMoment } from '#domain/instant.ts';
import type { AuditStream } from '#use-cases/follow-audit.ts';
import { asking, readAs } from './faults.ts';
import { keys } from './keys.ts';

const entries = z.array(z.tuple([z.string(), z.array(z.string())]));
type Read = z.output<typeof entries>[number];

/** Follows the stream of all entries, over a connection of the `commit` profile, with the rights of the bot. */
export const createRedisAuditStream = (redis: Redis): AuditStream => {
  const range = async (answer: Promise<unknown>): Promise<readonly Read[]> =>
    readAs(entries, keys.audit, await asking(`read "${keys.audit}"`, answer));
  return {
    end: async () => {
      const [last] = await range(redis.xrevrange(keys.audit, '+', '-', 'COUNT', 1));
      return last === undefined ? undefined : { place: last[0], at: timeOf(last[0]) };
    },
    after: async (place, most) => {
      // From an empty stream on nothing can be told of what was cut off or taken away meanwhile.
      if (place === '')
        return (await range(redis.xrange(keys.audit, '-', '+', 'COUNT', 1))).length === 0 ? [] : undefined;
      const found = await range(redis.xrange(keys.audit, `(${place}`, '+', 'COUNT', most));
      // Afterwards: what was behind a place that is still there was all there.
      const [there] = await range(redis.xrange(keys.audit, place, place, 'COUNT', 1));
      return there === undefined ? undefined : found.map(entryOf);
    },
  };
};

/** Whoever adds something else to the stream does not stop it. */
const entryOf = ([place, fields]: Read) => {
  const fieldOf = (name: string): string => {
    const at = fields.findIndex((field, index) => index % 2 === 0 && field === name);
    return at === -1 ? '' : (fields[at + 1] ?? '');
  };
  const version = Number(fieldOf('version'));
  return {
    place,
    at: timeOf(place),
    request: fieldOf('request'),
    version: Number.isSafeInteger(version) ? version : 0,
    text: fieldOf('line'),
  };
};

/** The first half of a place is Redis' own time, unless somebody else has set it. */
const timeOf = (place: string): Temporal.Instant => {
  const milliseconds = Number(place.split('-')[0]);
  return Temporal.Instant.fromEpochMilliseconds(Number.isFinite(milliseconds) ? Math.min(milliseconds, lastMoment) : 0);
};
