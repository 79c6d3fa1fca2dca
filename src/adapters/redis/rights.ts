import type { Redis } from 'ioredis';
import { commandsOf, type NeededCommand, type RedisUser } from './acl.ts';

/** What stands behind the key; commands that are not here take nothing more. */
const more: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  (
    [
      ['bzpopmin incrby lindex', ['0']],
      ['hdel hexists hget hmget lpos lpush rpush sadd set sismember srem zrem zscore', ['x']],
      ['pexpire pexpireat', ['1000']],
      ['xdel', ['0-1']],
      ['hincrby', ['x', '1']],
      ['hmset hset', ['x', 'x']],
      ['lrem lset', ['0', 'x']],
      [
        'lrange ltrim zrange zrangebylex zrangebyscore zrevrange zrevrangebyscore zremrangebyrank zremrangebyscore zcount zlexcount',
        ['0', '0'],
      ],
      ['xrange', ['-', '+']],
      ['xtrim', ['MAXLEN', '0']],
      ['zadd', ['0', 'x']],
      ['xadd', ['*', 'x', 'x']],
    ] as const
  ).flatMap(([names, words]) => names.split(' ').map((name) => [name, words])),
);

const wordsOf = ({ command, key }: NeededCommand, database: number): readonly [string, ...string[]] => {
  switch (command) {
    case 'eval':
      return ['eval', 'return 1', '1', key];
    case 'evalsha':
      return ['evalsha', '0'.repeat(40), '1', key];
    case 'client|setname':
      return ['client', 'setname', 'hallpass-doctor'];
    case 'select':
      return ['select', String(database)];
    case 'xread':
      return ['xread', 'STREAMS', key, '0'];
    case 'ping':
    case 'info':
    case 'time':
      return [command];
    case 'rename':
    case 'rpoplpush':
      return [command, key, key];
    default:
      return [command, key, ...(more[command] ?? [])];
  }
};

/** They frame a transaction, and so are tried by trying the others. */
const framing = ['multi', 'exec', 'discard'];

/**
 * The commands that Redis would refuse this connection's user, each with a key that it is needed for. Nothing is done:
 * Redis judges a command when a transaction takes it in, and the transaction is dropped. Wants a connection of its own.
 */
export const refusedCommands = async (redis: Redis, user: RedisUser): Promise<readonly NeededCommand[]> => {
  await redis.multi({ pipeline: false });
  try {
    // Something in between that does not know transactions would do all of it.
    if ((await redis.call('ping')) !== 'QUEUED') throw new Error('Redis does not keep a transaction waiting');
    const needed = commandsOf(user).filter(({ command }) => !framing.includes(command));
    const answers = await Promise.allSettled(needed.map((one) => redis.call(...wordsOf(one, redis.options.db ?? 0))));
    return needed.filter((_, index) => answers[index]?.status === 'rejected');
  } finally {
    await redis.discard();
  }
};
