import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { Intake } from '#use-cases/guard-ports.ts';
import { asking, readAs } from './faults.ts';
import { keys } from './keys.ts';

const group = 'bot';
/** Milliseconds after which an entry is handed out again: whoever took it has crashed, or could not do it. */
const givenUp = 5_000;
/** Milliseconds after which what could not be done is tried again. */
const again = 1_000;
/** So often whoever works on it says so. */
const sayEvery = 1_000;
/** Seconds: as long as anything may last. */
const remembered = 400 * 86_400;

const entries = z.array(z.tuple([z.string(), z.union([z.null(), z.array(z.string())])]));
const streams = z.array(z.tuple([z.string(), entries])).nullable();
const claimed = z.tuple([z.string(), entries]).rest(z.unknown());
const attempts = z.object({
  count: z.string().regex(/^\d+$/).transform(Number),
  last: z
    .string()
    .regex(/^\d{1,15}$/, 'not a moment in epoch milliseconds')
    .transform(Number),
  by: z.string(),
});

/** Milliseconds that are waited for something to come. */
const wait = 2_000;

/**
 * Takes what guards have left: waiting for it over a connection of the `listen` profile, everything else over one of the `commit`
 * profile. Several bots share the work, by a consumer group that each of them has its own `name` in. `stream` is `keys.intake`, or
 * `keys.urgent` for what waits behind nothing else.
 */
export const createRedisIntake = (
  { commit: redis, listen }: { readonly commit: Redis; readonly listen: Redis },
  name: string,
  stream: string = keys.intake,
): Intake => {
  let isThere = false;
  /**
   * What has this name by now was handed out in an answer that never came, or to a process before this one; or it could not be done. Whoever
   * takes is through with what they took before.
   */
  let mayHaveMissed = true;
  const prepare = async (): Promise<void> => {
    if (isThere) return;
    await redis.xgroup('CREATE', stream, group, '0', 'MKSTREAM').catch((cause: unknown) => {
      if (!String(cause).includes('BUSYGROUP')) throw cause;
    });
    isThere = true;
  };
  const found = (read: z.output<typeof entries>) =>
    read.map(([key, fields]) => {
      const at = fields?.indexOf('entry') ?? -1;
      return { key, entry: at === -1 ? '' : (fields?.[at + 1] ?? '') };
    });
  const next = async (most: number): Promise<z.output<typeof entries>> => {
    if (mayHaveMissed) {
      const own = redis.xreadgroup('GROUP', group, name, 'COUNT', most, 'STREAMS', stream, '0');
      const [[, missed] = ['', []]] = readAs(streams, stream, await asking(`read "${stream}"`, own)) ?? [];
      // Once: what is more, or fails again, waits as long as what is given up.
      mayHaveMissed = false;
      const there = missed.filter(([, fields]) => fields !== null);
      if (there.length > 0) return there;
    }
    const stale = redis.xautoclaim(stream, group, name, givenUp, '0', 'COUNT', most);
    const [, left] = readAs(claimed, stream, await asking(`read "${stream}"`, stale));
    if (left.length > 0) return left;
    const coming = listen
      .xreadgroup('GROUP', group, name, 'COUNT', most, 'BLOCK', wait, 'STREAMS', stream, '>')
      .catch((cause: unknown) => {
        // Where one answer was lost no other may come; a refusal is an answer.
        if (listen.status === 'ready' && !(cause instanceof Error && cause.name === 'ReplyError'))
          listen.disconnect(true);
        throw cause;
      });
    const read = readAs(streams, stream, await asking(`read "${stream}"`, coming));
    return read?.[0]?.[1] ?? [];
  };

  return {
    take: async (most) => {
      await asking(`prepare "${stream}"`, prepare());
      try {
        return found(await next(most));
      } catch (cause) {
        // Redis was emptied: the group has to be made again. Or what was handed out did not arrive.
        isThere = false;
        mayHaveMissed = true;
        throw cause;
      }
    },
    holding: async (those, work) => {
      // Where that fails, another one may do the same beside it.
      const say = (): void => void redis.xclaim(stream, group, name, 0, ...those, 'JUSTID').catch(() => undefined);
      const saying = those.length === 0 ? undefined : setInterval(say, sayEvery);
      try {
        return await work();
      } finally {
        clearInterval(saying);
      }
    },
    giveBack: async (key) => {
      const idle = givenUp - again;
      const giving = redis.xclaim(stream, group, name, 0, key, 'IDLE', idle, 'JUSTID');
      await asking(`give back "${stream}"`, giving);
    },
    settle: async (key) => {
      // In this order: what is acknowledged and not deleted would be handed out no more, and take a place for ever.
      await asking(`settle "${stream}"`, redis.xdel(stream, key));
      await asking(`settle "${stream}"`, redis.xack(stream, group, key));
    },
    say: async (id, what) => {
      await asking(`write "${keys.said(id)}"`, redis.set(keys.said(id), JSON.stringify(what), 'EX', remembered));
    },
    refuse: async (fingerprint, id, what, seconds) => {
      const { held, said } = { held: keys.held(fingerprint), said: keys.said(id) };
      await asking(`write "${said}"`, redis.set(said, JSON.stringify(what), 'EX', seconds));
      await asking(`write "${held}"`, redis.set(held, id, 'EX', seconds));
    },
    keep: async (fingerprint, id) => {
      await asking(`write "${keys.held(fingerprint)}"`, redis.set(keys.held(fingerprint), id, 'EX', remembered));
    },
    attempts: async (fingerprint) => {
      const key = keys.tried(fingerprint);
      const read = await asking(`read "${key}"`, redis.hgetall(key));
      if (Object.keys(read).length === 0) return undefined;
      const { count, last, by } = readAs(attempts, key, read);
      return { count, by, last: Temporal.Instant.fromEpochMilliseconds(last) };
    },
  };
};
