import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import type { Redis } from 'ioredis';
import { type Contents, contentLimit } from '#use-cases/ports.ts';
import { asking } from './faults.ts';
import { keys } from './keys.ts';

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);
/** Seconds: longer than anything that is asked for may last. */
const keptFor = 400 * 86_400;
/** Bytes of UTF-8 that a content of the longest length may have. */
const mostBytes = contentLimit * 4;

/** Somebody wrote something else there: no content has the digest of this. */
const foreign = '';
const orForeign = (cause: unknown): Buffer => {
  // Redis' own no, of what is no string; that it does not answer is a fault.
  if (cause instanceof Error && cause.message.startsWith('WRONGTYPE')) return Buffer.from(foreign);
  throw cause;
};

/** Keeps what approvers were shown, compressed, over a connection of the `commit` profile. */
export const createRedisContents = (redis: Redis): Contents => ({
  keep: async (id, digest, text) => {
    if (text.length > contentLimit) throw new Error(`A content of ${text.length} characters is too long to be kept`);
    const key = keys.content(id, digest);
    await asking(`write "${key}"`, redis.set(key, await deflate(text), 'EX', keptFor));
  },
  read: async (id, digest) => {
    const key = keys.content(id, digest);
    const kept = await asking(`read "${key}"`, redis.getBuffer(key).catch(orForeign));
    if (kept === null) return undefined;
    try {
      return (await inflate(kept, { maxOutputLength: mostBytes })).toString('utf8');
    } catch {
      return foreign;
    }
  },
});
