import { randomBytes } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import type { Redis } from 'ioredis';
import { payload } from '#adapters/bullmq/queues.ts';
import { createVault } from '#adapters/keys/vault.ts';
import { createRedisAgreedStates } from '#adapters/redis/agreed-states.ts';
import { createAlarmBox } from '#adapters/redis/alarm-box.ts';
import { createRedisAuditStream } from '#adapters/redis/audit-stream.ts';
import { createRedisCheckpointStore } from '#adapters/redis/checkpoint-store.ts';
import { createRedisContents } from '#adapters/redis/contents.ts';
import { createRedisEventStore } from '#adapters/redis/event-store.ts';
import { createRedisHeldWrites } from '#adapters/redis/held-writes.ts';
import { createRedisIntake } from '#adapters/redis/intake.ts';
import { createLogReader } from '#adapters/redis/log-reader.ts';
import { createRedisProjectionStore } from '#adapters/redis/projection-store.ts';
import { createRedisRemovalStore } from '#adapters/redis/removal-store.ts';
import { createRedisSumming } from '#adapters/redis/summing.ts';
import { createRedisSeen, lastWatched } from '#adapters/redis/watching.ts';
import { openNotes, ownPermalink } from '#adapters/slack/notes.ts';
import { setbackOf } from '#adapters/slack/slack-faults.ts';
import { checkpointsIn, readCheckpoint } from '#domain/audit/checkpoint.ts';
import { seeEntry } from '#domain/audit/see-entry.ts';
import { readFact } from '#domain/guard/agreed.ts';
import { readEntry, writeEntry } from '#domain/guard/entry.ts';
import { requestId } from '#domain/ids.ts';
import { readChain } from '#domain/request/chain.ts';
import { exportedLine, readExported } from '#domain/request/exported.ts';
import { changeOver } from '#test/build/changes.ts';
import { alice, bob } from '#test/build/people.ts';
import { accessOver } from '#test/build/profiles.ts';
import { addBeta, shopIngress } from '#test/build/shop-ingress.ts';
import { auditEvent, createWatchWorld } from '#test/build/watch-world.ts';
import { createWorld, file, settle } from '#test/build/world.ts';
import { type Input, inputOf, type Judged, jsonIn, type Target, textIn } from '#test/fuzz/target.ts';
import { approveRequest } from '#use-cases/act-on-request.ts';
import { unpackContent } from '#use-cases/contents.ts';
import { contentLimit } from '#use-cases/ports.ts';
import { readBacklog, readCursor } from '#use-cases/sink-cursor.ts';

const id = requestId.parse('k7m2-qx');
const now = Temporal.Instant.from('2026-11-20T12:00:00Z');

/** A connection to a Redis in which somebody else has written, or that is none: it answers every command with the same. */
const answering = (answer: unknown): Redis =>
  new Proxy({} as Redis, {
    get: (_, name) => (name === 'then' ? undefined : name === 'defineCommand' ? () => {} : async () => answer),
  });

/** Everything that is asked of Redis, each with what Redis may answer. */
const asked: Readonly<Record<string, (redis: Redis) => Promise<unknown>>> = {
  'log.read': (redis) => eventStore(redis).read(id),
  'log.append': (redis) =>
    eventStore(redis).append(id, 0, ['{}'], { status: 'pending', toReview: false, people: [alice], submittedAt: now }),
  'log.filed-for': (redis) => eventStore(redis).filedFor('form 1'),
  'log.lengths': (redis) => eventStore(redis).lengths([id]),
  'log.due': (redis) => eventStore(redis).due(now, 10),
  'log.active-of': (redis) => eventStore(redis).activeOf(alice, 10),
  'log.count-pending': (redis) => eventStore(redis).countPending(alice),
  'logs.ids': async (redis) => {
    // It asks on until there is nothing new.
    await createLogReader(redis).ids();
  },
  'notes.read': (redis) => createRedisProjectionStore(redis, 'slack').read(id),
  'notes.write': (redis) => createRedisProjectionStore(redis, 'slack').write(id, 1, '{}'),
  'held.find': (redis) => createRedisHeldWrites(redis).find('print'),
  'held.said': (redis) => createRedisHeldWrites(redis).said(id),
  'held.admitted': (redis) => createRedisHeldWrites(redis).admitted('x', { version: '7' } as never),
  'held.file': (redis) =>
    createRedisHeldWrites(redis).file({ fingerprint: 'print', id, author: 'alice', entry: '{}' } as never),
  'intake.take': (redis) => createRedisIntake({ commit: redis, listen: redis }, 'one').take(10),
  'intake.attempts': (redis) => createRedisIntake({ commit: redis, listen: redis }, 'one').attempts('print'),
  'seen.add': (redis) => createRedisSeen(redis).add({ grant: id, rule: 'exec' }, 'x', now, 1_000),
  'seen.who-is': (redis) => createRedisSeen(redis).whoIs('alice'),
  'watching.last': (redis) => lastWatched(redis, 'prod'),
  'summing.last-audit': (redis) => createRedisSumming(redis).lastAudit('prod'),
  'checkpoints.waiting': (redis) => createRedisCheckpointStore(redis).waiting(10),
  'checkpoints.latest': (redis) => createRedisCheckpointStore(redis).latest(),
  'checkpoints.append': (redis) => createRedisCheckpointStore(redis).append(undefined, '{}', []),
  'removal.submitted-before': (redis) => createRedisRemovalStore(redis).submittedBefore('denied', now, 10, 0),
  'removal.remove': (redis) =>
    createRedisRemovalStore(redis).remove({ id, entries: 1, people: [alice], contents: [], held: [] } as never),
  'agreed.all': (redis) =>
    createRedisAgreedStates(redis).all({ cluster: 'prod', namespace: 'shop', profile: 'configmaps' } as never),
  'stream.end': (redis) => createRedisAuditStream(redis).end(),
  'stream.after': (redis) => createRedisAuditStream(redis).after('1-0', 10),
  'alarms.take': (redis) => createAlarmBox(redis).take(),
};
const eventStore = (redis: Redis) => createRedisEventStore(redis, { now: async () => now });

/** Members with scores are asked for once more from the last one on, until none is new: this Redis would always have the same. */
const endless = new Set(['logs.ids', 'checkpoints.waiting']);

/** Of a key that is not there ioredis makes an object without members. */
const hashes = new Set(['intake.attempts', 'agreed.all']);

/** An answer that ends: fewer than were asked for, in the order of their scores. */
const ended = (answer: unknown): unknown => (Array.isArray(answer) ? answer.slice(0, 40) : answer);

/** A place in a stream is always two numbers: Redis itself sees to that. */
const withPlaces = (answer: unknown): unknown =>
  Array.isArray(answer)
    ? answer.map((one) =>
        Array.isArray(one) && !/^\d{1,20}-\d{1,20}$/.test(typeof one[0] === 'string' ? one[0] : '')
          ? ['1-0', ...one.slice(1)]
          : one,
      )
    : answer;

const answersOf: Readonly<Record<string, readonly unknown[]>> = {
  'log.read': [['{}', '{}'], []],
  'log.append': [['appended'], ['conflict'], ['filed-before', id], ['foreign', 'key', 'string'], ['late']],
  'log.filed-for': [id, null],
  'log.lengths': [3],
  'log.due': [[id, 'k7m2-qz']],
  'log.active-of': [[id]],
  'log.count-pending': [2],
  'logs.ids': [[id, '1763640000000', 'k7m2-qz', '1763640000001']],
  'notes.read': [
    ['3', '{"schema":1}'],
    [null, null],
  ],
  'notes.write': [0, 1],
  'held.find': [[id, '{"type":"waiting"}'], [], [id, null]],
  'held.said': ['{"type":"denied","by":"UBOB","reason":"no"}', null],
  'held.admitted': ['{"version":"7","generation":3}'],
  'held.file': [['filed'], ['held', id], ['flood', 'author', 1]],
  'intake.take': [['0-0', [['1-0', ['entry', '{}']]]], [['hallpass:intake', [['1-0', ['entry', '{}']]]]], null],
  'intake.attempts': [{ count: '3', last: '1763640000000', by: 'alice' }, {}],
  'seen.add': [['{"id":"","what":"10.0.0.0/24","said":""}', '1763640000000']],
  'seen.who-is': ['UALICE', null],
  'watching.last': ['1763640000000', null],
  'summing.last-audit': ['1763640000000', null],
  'checkpoints.waiting': [[id, '1763640000000', 'k7m2-qz', '1.5e+12', 'x', 'inf']],
  'checkpoints.latest': [['{}'], []],
  'checkpoints.append': [0, 1],
  'removal.submitted-before': [[id, 'x']],
  'removal.remove': ['removed', ['key', 'string']],
  'agreed.all': [{ a: '{}' }],
  'stream.end': [[['1763640000000-0', ['request', id, 'version', '1', 'line', '{}']]], []],
  'stream.after': [[['1763640000000-0', ['request', id, 'version', '1', 'line', '{}']]]],
  'alarms.take': ['text', null],
};

/** The product says that something is not its own, and which key holds it. */
const isDocumented = (cause: unknown): boolean =>
  cause instanceof Error &&
  cause.name === 'Error' &&
  /^Redis (key|did not|was asked)|^Cluster|^A note|^So much/.test(cause.message) &&
  isFault(cause.cause);
const isFault = (cause: unknown): boolean =>
  cause === undefined || (cause instanceof Error && (cause.name === 'Error' ? isFault(cause.cause) : false));

/** A world in which two requests were asked for, decided and done, and everything that it left. */
const open = async () => {
  const world = createWorld();
  world.settings.kinds = [accessOver(), changeOver()];
  world.cluster.put(shopIngress());
  const access = await file(world);
  await approveRequest(world.bot, { by: bob, id: access.request.asked.id, revision: 1 });
  const change = await file(world, { kind: 'change', ask: addBeta, duration: '10m', origin: 'form 2' });
  await settle(world);
  const watched = await createWatchWorld();
  const vault = createVault([randomBytes(32)]);
  const logs = await Promise.all(
    [access, change].map(async ({ request: { asked } }) => ({ id: asked.id, lines: await world.store.read(asked.id) })),
  );
  const { trust } = world.bot;
  const entries = [
    {
      text: writeEntry(
        { type: 'tripped', id, cluster: 'prod', rule: 'exec', evidence: ['x'] },
        world.signer('watcher'),
      ),
    },
    {
      text: writeEntry(
        {
          type: 'held',
          id,
          cluster: 'prod',
          fingerprint: 'f',
          user: 'alice',
          operation: 'update',
          profile: 'configmaps',
          protection: 'shop',
          namespace: 'shop',
          name: 'gate',
          after: { data: { a: '1' } },
          intent: { reason: 'why' },
        },
        world.signer('guard'),
      ),
    },
  ];
  const content = change.request.asked.content;
  const shown = content === undefined ? undefined : await world.contents.read(change.request.asked.id, content.digest);
  return {
    world,
    watched,
    vault,
    logs,
    trust,
    entries,
    shown: shown ?? '{}',
    closed: await vault.close('{"kept":true}', 'about this'),
  };
};
type World = Awaited<ReturnType<typeof open>>;

const notes = {
  schema: 1,
  messages: { card: { channel: 'C02APPROVE', ts: '1.2' }, 'event:3': { channel: 'C02APPROVE', ts: '1.3' } },
  attempts: { 'news:3:UALICE': { channel: 'D1', first: '2026-11-20T12:00:00Z', last: '2026-11-20T12:00:00Z' } },
  cardVersion: 3,
  permalink: 'https://acme.slack.com/archives/C02APPROVE/p12',
  files: { 1: { id: 'F1', asked: '2026-11-20T12:00:00Z', isShared: true } },
};
const cursor = {
  schema: 1,
  place: '1-0',
  at: '2026-11-20T12:00:00Z',
  reread: {
    since: '2026-11-19T12:00:00Z',
    until: { place: '1-0', at: '2026-11-20T12:00:00Z' },
    done: id,
    within: { request: id, version: 2 },
  },
};

const samplesOf = ({ logs, entries, shown, closed }: World): readonly Input[] => [
  ...logs.map(({ lines }, index) => inputOf(`log-${index}`, lines.join('\n'))),
  ...logs.flatMap(({ lines }) => lines.slice(0, 2).map((line) => inputOf('line', line))),
  ...entries.map(({ text }) => inputOf('entry', text)),
  inputOf('notes', notes),
  inputOf('cursor', cursor),
  inputOf('cursor', { schema: 1, at: '2026-11-20T12:00:00Z' }),
  inputOf('content', shown),
  { sort: 'deflated', bytes: deflateRawSync(shown) },
  { sort: 'deflated', bytes: deflateRawSync('a'.repeat(20_000_000)) },
  inputOf('closed', closed),
  inputOf('job', { request: id, version: 3 }),
  inputOf('seen', ['{"id":"a","what":"secrets.","said":"12:00 list"}', '{"id":"","what":"10.9.9.0/24","said":""}']),
  inputOf(
    'checkpoint',
    'hallpass.dev/checkpoint 1\nprevious genesis\nat 2026-11-20T12:00:00Z\nk7m2-qx 3 abc\nkey k\nsignature s\n',
  ),
  ...Object.entries(answersOf).flatMap(([sort, answers]) =>
    answers.map((answer) => inputOf(sort, JSON.stringify(answer))),
  ),
];

/** What our own scripts answer says itself which key is foreign, as long as that key is. */
const ownAnswers = new Set(['removal.remove', 'log.append']);

const outcomeOf = async (sort: string, ask: () => Promise<unknown>): Promise<Judged> => {
  try {
    const said = await ask();
    return { outcome: `${sort} ${said === undefined ? 'nothing' : 'read'}` };
  } catch (cause) {
    if (isDocumented(cause)) {
      const { length } = String(cause);
      return {
        outcome: `${sort} refused`,
        why: length > 3_000 && !ownAnswers.has(sort) ? `a fault is long: ${length} characters` : undefined,
      };
    }
    throw cause;
  }
};

const judge = async (world: World, { sort, bytes }: Input): Promise<Judged> => {
  const { trust } = world;
  // Redis answers with texts that ioredis has decoded.
  const text = textIn(bytes) ?? Buffer.from(bytes).toString('utf8');
  const ask = asked[sort];
  if (ask !== undefined) {
    const value = jsonIn(bytes);
    const answer =
      hashes.has(sort) && (typeof value !== 'object' || value === null)
        ? {}
        : endless.has(sort)
          ? ended(value)
          : sort.startsWith('stream.')
            ? withPlaces(value)
            : value;
    return outcomeOf(sort, () => ask(sort === 'logs.ids' ? once(answer) : answering(answer)));
  }
  switch (sort) {
    case 'log-0':
    case 'log-1':
      return judgeLog(world, sort === 'log-0' ? 0 : 1, text);
    case 'line': {
      const seen = seeEntry(text, trust);
      const forged =
        seen.type === 'entry' &&
        seen.event !== undefined &&
        !world.logs.some(({ lines }) => lines.some((line) => isSame(line, text)));
      readExported(text);
      readExported(exportedLine(id, 1, text));
      return {
        outcome: `line ${seen.type}`,
        why: forged ? `a line was believed that nobody signed: ${text.slice(0, 300)}` : undefined,
      };
    }
    case 'entry': {
      const read = readEntry(text, trust);
      const forged = read !== undefined && !world.entries.some((one) => isSame(one.text, text));
      readFact({ cluster: 'prod', namespace: 'shop', profile: 'configmaps' } as never, 'gate', text, trust);
      return {
        outcome: `entry ${read?.said.type ?? 'none'}`,
        why: forged ? `an entry was believed that nobody signed: ${text.slice(0, 300)}` : undefined,
      };
    }
    case 'notes':
      return judgeNotes(text);
    case 'cursor': {
      const { cursor: found } = await readCursor({ read: async () => ({ version: 1, value: text }) }, 'siem' as never);
      await readBacklog(
        {
          stream: { end: async () => ({ place: '9-0', at: now }), after: async () => [] },
          cursors: { read: async () => ({ version: 1, value: text }) },
        },
        'siem' as never,
      );
      return { outcome: `cursor ${found === undefined ? 'none' : 'read'}` };
    }
    case 'content': {
      const shown = unpackIfJson(text);
      return { outcome: `content ${shown}` };
    }
    case 'deflated': {
      const read = await createRedisContents(answering(Buffer.from(bytes))).read(id, 'digest');
      const long = (read?.length ?? 0) > contentLimit * 4;
      return {
        outcome: `deflated ${read === '' ? 'foreign' : 'read'}`,
        why: long ? `it took in too much: ${read?.length} characters` : undefined,
      };
    }
    case 'closed': {
      const opened = await world.vault.open(text, 'about this');
      const forged = opened !== undefined && opened !== '{"kept":true}';
      return {
        outcome: `closed ${opened === undefined ? 'not ours' : 'ours'}`,
        why: forged ? 'the vault opened what it had not closed: so' : undefined,
      };
    }
    case 'job':
      return { outcome: `job ${payload.safeParse(jsonIn(bytes)).success}` };
    case 'seen':
      return judgeSeen(world, jsonIn(bytes));
    case 'checkpoint': {
      const found = [...checkpointsIn(text, trust), readCheckpoint(text, trust)].filter((one) => one !== undefined);
      return {
        outcome: `checkpoint ${found.length > 0}`,
        why: found.some(({ isGenuine }) => isGenuine) ? 'a checkpoint was believed that nobody signed: so' : undefined,
      };
    }
    default:
      return { outcome: 'nothing' };
  }
};

/** As the first answer; nothing comes behind it. */
const once = (answer: unknown): Redis => {
  let times = 0;
  return new Proxy({} as Redis, {
    get: (_, name) =>
      name === 'then'
        ? undefined
        : async () => {
            times += 1;
            return times % 2 === 1 ? answer : [];
          },
  });
};

const isSame = (one: string, other: string): boolean => {
  try {
    return one === other || JSON.stringify(sorted(JSON.parse(one))) === JSON.stringify(sorted(JSON.parse(other)));
  } catch {
    return false;
  }
};
const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => [key, sorted(member)]);
};

/** A log is believed only where each line is one that was signed, in its place. */
const judgeLog = ({ logs, trust }: World, index: number, text: string): Judged => {
  const genuine = logs[index];
  if (genuine === undefined) return { outcome: 'nothing' };
  const lines = text === '' ? [] : text.split('\n');
  const read = readChain(genuine.id, lines, trust);
  if (!read.ok) return { outcome: `log broken ${read.error.why.replaceAll(/[^a-z ]/g, '').slice(0, 30)}` };
  if (read.value === undefined) return { outcome: 'log empty' };
  const isPrefix = lines.every((line, nth) => isSame(line, genuine.lines[nth] ?? ''));
  return {
    outcome: `log ${lines.length}`,
    why: isPrefix ? undefined : `a log was believed that nobody signed: ${text.slice(0, 500)}`,
  };
};

const judgeNotes = async (text: string): Promise<Judged> => {
  const store = {
    read: async () => ({ version: 1, value: text }),
    write: async () => true,
    exclusively: async () => true,
  };
  try {
    const { permalink } = (await openNotes(store, id)).now();
    const own = ownPermalink(permalink, 'C02APPROVE', 'https://acme.slack.com/');
    const isOurs =
      own === undefined ||
      own.startsWith('https://acme.slack.com/archives/C02APPROVE/') ||
      URL.parse(own)?.origin === 'https://acme.slack.com';
    return {
      outcome: `notes read ${own !== undefined}`,
      why: isOurs ? undefined : `it links to another place: ${own}`,
    };
  } catch (cause) {
    if (setbackOf(cause)?.type === 'blocked') return { outcome: 'notes blocked' };
    throw cause;
  }
};

/** Only a text with the digest that was signed is ever unpacked, and that is JSON. */
const unpackIfJson = (text: string): string => {
  try {
    JSON.parse(text);
  } catch {
    return 'no JSON';
  }
  return unpackContent(text).type;
};

/** What watchers have counted together is in Redis, and no watcher may be stopped by what is not theirs. */
const judgeSeen = async ({ watched }: World, value: unknown): Promise<Judged> => {
  const members = Array.isArray(value) ? value.slice(0, 200) : [value];
  const seen = members.map((what, index) => ({
    what: typeof what === 'string' ? what : JSON.stringify(what ?? null),
    at: now.epochMilliseconds + index,
  }));
  Object.assign(watched.ports.seen, { add: async () => seen });
  const at = '2026-11-20T12:00:10Z';
  const refused = { annotations: { 'authorization.k8s.io/decision': 'forbid' }, responseStatus: { code: 403 } };
  await watched.take([
    auditEvent({ verb: 'delete', requestReceivedTimestamp: at }),
    auditEvent({ ...refused, requestReceivedTimestamp: at }),
  ]);
  return { outcome: 'seen counted' };
};

/**
 * What the processes read back from Redis, in which anybody with its password may have written: logs, entries, notes, cursors, contents,
 * jobs, and the answer to each command. Nothing that nobody signed is believed, and what is not ours is a fault that names its key.
 */
export const redis: Target = {
  name: 'redis',
  open: async () => {
    const world = await open();
    return {
      samples: samplesOf(world),
      words: [
        id,
        'appended',
        'genesis',
        '1763640000000',
        'inf',
        '-inf',
        'nan',
        '1e400',
        '2026-11-20T12:00:00Z',
        'approved',
        'schema',
        'entry',
        '1-0',
        'UALICE',
      ],
      largest: 262_144,
      judge: (input) => judge(world, input),
    };
  },
};
