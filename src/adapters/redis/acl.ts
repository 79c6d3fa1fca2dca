/** The processes that Redis knows, each with a user of its own. */
export const redisUsers = ['bot', 'worker', 'guard', 'watcher'] as const;
export type RedisUser = (typeof redisUsers)[number];

/** No password has this SHA-256 that anybody knows: with it, a user exists and nobody gets in. */
export const noPassword = '0'.repeat(64);

/** What BullMQ 6.7 sends, in its scripts and beside them, for the queues and workers that Hallpass has. */
const bullmq =
  'bzpopmin del exists get hdel hexists hget hgetall hincrby hlen hmget hmset hset incr incrby lindex llen lpop lpos ' +
  'lpush lrange lrem lset ltrim pexpire pexpireat pttl rename rpop rpoplpush rpush sadd scard set sismember smembers ' +
  'srem type unlink xadd xdel xlen xrange xtrim zadd zcard zcount zlexcount zpopmin zrange zrangebylex zrangebyscore ' +
  'zrem zremrangebyrank zremrangebyscore zrevrange zrevrangebyscore zscore';

/** Commands by what they may touch. A log is added to and read: nobody may cut or edit it, and the bot alone may remove one. */
const common: readonly (readonly [keys: string, commands: string])[] = [
  ['log:*', 'type llen lrange rpush'],
  // As a log; the bot alone adds to them.
  ['checkpoints', 'llen lrange'],
  ['removed', 'type sismember'],
  ['audit', 'type xadd xrange xlen'],
  [
    'status:* person:* pending-by:* unasked-by:* to-review due news unshown unanchored',
    'type zadd zrem zcard zrange zrangebyscore zrevrange',
  ],
  ['origin:*', 'type get set'],
  ['alarms', 'rpush ltrim lpop'],
  ['cluster:* slack:* drafts:*', bullmq],
  // Who waits for a worker's answer reads the queue's events; the answer is fetched once.
  ['drafts:*', 'xread'],
  ['draft:*', 'set getdel'],
  // Whether audit events come.
  ['watching:*', 'get'],
];
const botsOwn: typeof common = [
  ['intake urgent', 'xlen xgroup|create xautoclaim xclaim xreadgroup xack xdel'],
  ['held:* said:*', 'get set'],
  ['checkpoints', 'rpush'],
  ['tried:*', 'hgetall'],
  // Entries go from here to where they are kept besides.
  ['audit', 'xrevrange'],
  ['view:*', 'hget hmget hset'],
  ['lock:*', 'get set pexpire del'],
  ['content:*', 'get set'],
  // The log of a finished request, once its retention has passed, with all that is kept beside it. In one: a selector has to allow all of
  // a command's keys.
  ['log:* view:* content:* scope:* said:* seen:* held:*', 'unlink type'],
  ['due news unshown unanchored to-review', 'zscore'],
  // How many of what is overdue are in force.
  ['status:*', 'zmscore'],
  ['removed', 'sadd'],
  ['audit', 'xtrim'],
];

/** The worker looks after what is protected, and leaves for the bot what it finds. */
const workers: typeof common = [
  ['agreed:*', 'hgetall hget hset hdel unlink'],
  ['intake', 'xlen xadd'],
  ['scope:*', 'get set unlink'],
];

/** The guard reads logs, and leaves what it holds for the bot; it can neither take that back nor write a log. */
const guards: typeof common = [
  ['urgent', 'xlen xadd'],
  ['log:*', 'lrange'],
  ['person:* status:active', 'zinter'],
  ['held:*', 'get set'],
  ['said:*', 'get'],
  ['intake', 'xlen xadd'],
  ['tried:*', 'hincrby hmget hset expire'],
  ['admitted:*', 'get set'],
  ['filed-by:*', 'get ttl incr expire'],
  ['alarms', 'rpush ltrim'],
];

/** The watcher reads logs, counts what it sees, and leaves for the bot what it makes of it. */
const watchers: typeof common = [
  ['log:*', 'lrange'],
  ['person:* status:active', 'zinter'],
  ['intake urgent', 'xlen xadd'],
  ['seen:*', 'type zadd zrange zrangebyscore zremrangebyrank zremrangebyscore expire'],
  ['watching:*', 'set'],
  ['user:*', 'get set'],
  ['alarms', 'rpush ltrim'],
];

/** Commands without keys, and scripts: each command inside of one is checked by itself again. */
const everywhere = 'eval evalsha ping info time multi exec discard select client|setname';

const each = (sign: string, words: string): string =>
  words
    .split(' ')
    .map((word) => `${sign}${word}`)
    .join(' ');
const touching = (keys: string): string => each('~{hallpass}:', keys);

const user = (name: RedisUser, sha256: string): string => {
  const selectors = partsOf(name)
    .map(([keys, commands]) => `(${touching(keys)} ${each('+', commands)})`)
    .join(' ');
  return `user hallpass-${name} on #${sha256} resetchannels ${touching('*')} -@all ${each('+', everywhere)} ${selectors}`;
};

const partsOf = (name: RedisUser): typeof common => {
  switch (name) {
    case 'bot':
      return [...common, ...botsOwn];
    case 'worker':
      return [...common, ...workers];
    case 'guard':
      return guards;
    case 'watcher':
      return watchers;
  }
};

/** Who else comes in, where an installation has them. */
export type OtherUser = 'admin' | 'replica' | 'sentinel';

const others: Readonly<Record<OtherUser, string>> = {
  admin: '~* &* +@all',
  // As Redis' manual has them (ACL, "rules for Sentinel and Replicas").
  replica: 'resetchannels -@all +psync +replconf +ping',
  sentinel:
    '&* -@all +multi +slaveof +ping +exec +subscribe +config|rewrite +role +publish +info +client|setname +client|kill +script|kill',
};

/** A line of an ACL file for somebody who is no process of Hallpass: an administrator, a replica, or those who watch them. */
export const otherUser = (name: string, user: OtherUser, sha256: string): string =>
  `user ${name} on #${sha256} ${others[user]}`;

/** A command that a process sends, and a key of those that it sends it for. */
export type NeededCommand = { readonly command: string; readonly key: string };

/** Every command of a process, once for each pattern of keys that it touches; those without keys with any. */
export const commandsOf = (name: RedisUser): readonly NeededCommand[] =>
  [['log:*', everywhere] as const, ...partsOf(name)].flatMap(([patterns, commands]) =>
    patterns
      .split(' ')
      .flatMap((pattern) =>
        commands.split(' ').map((command) => ({ command, key: `{hallpass}:${pattern.replace('*', 'doctor')}` })),
      ),
  );

/**
 * What a Redis that starts needs of the user that nobody is: it reads its append-only file as that one, and asks for the rights of all that
 * stands in a transaction there, as what a script did does. Without them it would drop each, and begin with no log at all (Redis 7.0.15).
 * Nobody can log in as a user that is off.
 */
const replay = '~* -@all +@write +select';

/**
 * Writes the ACL file of Hallpass' Redis (selectors: Redis 7 or Valkey; ACL files know no comments).
 *
 * Each process reaches only `{hallpass}:*`, and there only with the commands that it needs for those keys: not FLUSHALL,
 * CONFIG, KEYS, DEBUG or SCRIPT, and nothing that rewrites a log. `sha256` are the passwords' hashes in lower-case hex.
 */
export const redisAcl = (sha256: Readonly<Record<RedisUser, string>>): string =>
  [`user default off resetchannels ${replay}`, ...redisUsers.map((name) => user(name, sha256[name])), ''].join('\n');
