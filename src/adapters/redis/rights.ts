import type { Redis } from 'ioredis';
import { commandsOf, type NeededCommand, type RedisUser } from './acl.ts';

/** What stands behind the key; commands that are not here take nothing more. */
const more: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  (
    [
      ['bzpopmin incrby lindex', ['0']],
      ['hdel hexists hget hmget lpos lpush rpush sadd set sismember srem zmscore zrem zscore', ['x']],
      ['expire pexpire pexpireat', ['1000']],
      ['xdel', ['0-1']],
      ['xack', ['x', '0-1']],
      ['xautoclaim', ['x', 'x', '0', '0']],
      ['xclaim', ['x', 'x', '0', '0-1']],
      ['hincrby', ['x', '1']],
      ['hmset hset', ['x', 'x']],
      ['lrem lset', ['0', 'x']],
      [
        'lrange ltrim zrange zrangebylex zrangebyscore zrevrange zrevrangebyscore zremrangebyrank zremrangebyscore zcount zlexcount',
        ['0', '0'],
      ],
      ['xrange', ['-', '+']],
      ['xrevrange', ['+', '-']],
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
    case 'xgroup|create':
      return ['xgroup', 'CREATE', key, 'x', '0'];
    case 'xreadgroup':
      return ['xreadgroup', 'GROUP', 'x', 'x', 'STREAMS', key, '>'];
    case 'xread':
      return ['xread', 'STREAMS', key, '0'];
    case 'ping':
    case 'info':
    case 'time':
      return [command];
    case 'zinter':
      return [command, '1', key];
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
 * Redis judges a command when a transaction takes it in, and the transaction is dropped. It runs over a connection of its
 * own that is never opened again: behind a broken one commands would be sent outside of the transaction.
 */
export const refusedCommands = async (redis: Redis, user: RedisUser): Promise<readonly NeededCommand[]> => {
  const once = redis.duplicate({
    lazyConnect: true,
    enableOfflineQueue: false,
    retryStrategy: () => null,
    sentinelRetryStrategy: () => null,
    reconnectOnError: null,
  });
  once.on('error', () => {});
  try {
    await once.connect();
    await once.multi({ pipeline: false });
    // Something in between that does not know transactions would do all of it.
    if ((await once.call('ping')) !== 'QUEUED') throw new Error('Redis does not keep a transaction waiting');
    const needed = commandsOf(user).filter(({ command }) => !framing.includes(command));
    const answers = await Promise.allSettled(needed.map((one) => once.call(...wordsOf(one, once.options.db ?? 0))));
    await once.discard();
    return needed.filter((_, index) => isRefusal(answers[index]));
  } finally {
    once.disconnect();
  }
};

/** What is refused to everybody. */
const notTheUsers = /^(READONLY|CLUSTERDOWN|MOVED) /;

/** Redis' own no to this user; that it did not answer is a fault. */
const isRefusal = (answer: PromiseSettledResult<unknown> | undefined): boolean => {
  if (answer?.status !== 'rejected') return false;
  if (answer.reason instanceof Error && answer.reason.name === 'ReplyError')
    return !notTheUsers.test(answer.reason.message);
  throw answer.reason;
};
