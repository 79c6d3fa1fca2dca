import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Keys } from '#adapters/keys/keys.ts';
import { createRedisClock } from '#adapters/redis/clock.ts';
import { createRedisContents } from '#adapters/redis/contents.ts';
import { createRedisEventStore } from '#adapters/redis/event-store.ts';
import { keys as redisKeys } from '#adapters/redis/keys.ts';
import type { RequestId } from '#domain/ids.ts';
import { extend, readChain } from '#domain/request/chain.ts';
import { auditCommand } from '#src/commands/audit.ts';
import { auditExport } from '#src/commands/audit-export.ts';
import { auditReport } from '#src/commands/audit-report.ts';
import { logCommand } from '#src/commands/log.ts';
import { changeOf, changing, contentOf, kept } from '#test/build/contents.ts';
import { bob } from '#test/build/people.ts';
import { activated, approved, ended, submitted } from '#test/build/requests.ts';
import { fileIn } from '#test/contract/parts/log.ts';
import { runCli } from '#test/contract/parts/operator.ts';
import { anId } from '#test/contract/parts/redis.ts';
import { makeKeys, password, type RedisWithUsers, startRedisWithUsers } from '#test/contract/parts/redis-with-users.ts';
import type { EventStore } from '#use-cases/ports.ts';

let folder: string;
let redis: RedisWithUsers;
let admin: Redis;
let keys: Keys;
let store: EventStore;
let environment: Record<string, string>;

beforeAll(async () => {
  redis = await startRedisWithUsers();
  ({ folder, admin } = redis);
  store = createRedisEventStore(admin, createRedisClock(admin));
  keys = makeKeys(join(folder, 'keys'));
  environment = { REDIS_URL: redis.urlOf('bot'), HALLPASS_KEYS: join(folder, 'keys') };
});
afterAll(async () => {
  await redis?.stop();
});
beforeEach(async () => {
  await admin.flushall();
});

const out = (): string => join(folder, 'audit.out');
const march = ['--from', '2026-03-01', '--to', '2026-03-31'];
const exported = (words: readonly string[], changed: Record<string, string> = {}) =>
  auditExport([...march, '--out', out(), ...words], { ...environment, ...changed });
type Row = Record<string, unknown> & { id: string; shown: { state: string }; log: { believed: boolean } };
const rows = (): readonly Row[] => {
  const text = readFileSync(out(), 'utf8');
  return text === ''
    ? []
    : text
        .trimEnd()
        .split('\n')
        .map((line): Row => JSON.parse(line));
};
const leftovers = (): readonly string[] => readdirSync(folder).filter((name) => name.endsWith('.part'));

const voted = { type: 'voted', by: bob, revision: 1 } as const;
const whole = [submitted(), voted, approved, activated, ended];
const day = (text: string): Temporal.Instant => Temporal.Instant.from(`2026-${text}T12:00:00Z`);
const file = async (events: Parameters<typeof fileIn>[3] = whole, at = day('03-10')): Promise<RequestId> => {
  const id = anId();
  await fileIn(store, keys, id, events, at);
  return id;
};

const diff = '--- before\n+++ after\n-  port: 80\n+  port: 8080';
const content = contentOf([changeOf(diff)], { notes: ['two pods'] });
const changed = async () => {
  const id = await file([changing(content), voted, approved]);
  const { text, ref } = kept(content);
  await createRedisContents(admin).keep(id, ref.digest, text);
  return { id, key: redisKeys.content(id, ref.digest) };
};

/** What approvers were shown of another request. */
const otherContent = async (): Promise<string> => {
  const { text, ref } = kept(contentOf([changeOf('--- before\n+++ after\n-a\n+harmless')]));
  const id = anId();
  await createRedisContents(admin).keep(id, ref.digest, text);
  return redisKeys.content(id, ref.digest);
};

describe('hallpass audit export', () => {
  it('has a request when any of its events lies in the period', async () => {
    const ids = {
      before: await file(whole, day('02-28')),
      within: await file(whole, day('03-31')),
      after: await file(whole, day('04-01')),
      over: anId(),
    };
    await fileIn(store, keys, ids.over, [submitted()], day('02-20'));
    // It is decided in the period.
    const log = await store.read(ids.over);
    const chain = readChain(ids.over, log, keys.trust);
    if (!chain.ok) throw new Error(chain.error.why);
    const { lines } = extend(
      ids.over,
      chain.value,
      [{ type: 'withdrawn', by: submitted().requester }],
      day('03-02'),
      keys.signer('bot'),
      keys.trust,
    );
    await admin.rpush(redisKeys.log(ids.over), ...lines);
    const answer = await exported(['--format', 'jsonl']);
    expect(answer).toMatchObject({
      status: 0,
      errors: [],
      out: [expect.stringContaining('2 requests of 2026-03-01 to 2026-03-31 written to')],
    });
    expect(rows().map(({ id }) => id)).toEqual(expect.arrayContaining([ids.within, ids.over]));
    expect(rows()).toHaveLength(2);
    expect(statSync(out()).mode & 0o777).toBe(0o600);
    expect(leftovers()).toEqual([]);
  });

  it('has the diff that approvers saw, and its digest', async () => {
    const { id } = await changed();
    expect(await exported(['--format', 'jsonl'])).toMatchObject({ status: 0, errors: [] });
    expect(rows()).toMatchObject([
      {
        id,
        shown: {
          state: 'whole',
          digest: kept(content).ref.digest,
          content: { changes: [{ diff }], notes: ['two pods'] },
        },
      },
    ]);
    await exported(['--format', 'csv']);
    expect(readFileSync(out(), 'utf8')).toContain(diff);
  });

  it.each([
    ['is gone', async (key: string): Promise<unknown> => admin.del(key), 'missing', 0],
    [
      'is another text',
      async (key: string): Promise<unknown> => admin.copy(await otherContent(), key, 'REPLACE'),
      'altered',
      1,
    ],
    ['is no content at all', async (key: string): Promise<unknown> => admin.set(key, 'foreign'), 'altered', 1],
    [
      'is another thing',
      async (key: string): Promise<unknown> => {
        await admin.del(key);
        return admin.lpush(key, 'x');
      },
      'altered',
      1,
    ],
  ] as const)('says when the diff %s', async (_, spoil, state, status) => {
    const { id, key } = await changed();
    await spoil(key);
    const answer = await exported(['--format', 'jsonl']);
    expect(answer?.status).toBe(status);
    expect(rows().find((row) => row.id === id)?.shown).toMatchObject({ state, digest: kept(content).ref.digest });
    const said = [...(answer.out ?? []), ...(answer.errors ?? [])].join('\n');
    expect(said).toContain(
      state === 'missing' ? 'missing for 1 of them' : `Request ${id}: what approvers were shown was altered`,
    );
  });
  it('writes a log that is broken as far as it can be read, and names it', async () => {
    const good = await file();
    const [edited, foreign, spoiled, later] = [
      await file(),
      await file(),
      await file(),
      await file(whole, day('06-01')),
    ];
    const line = (await store.read(edited))[3] ?? '';
    for (const id of [edited, later])
      await admin.lset(redisKeys.log(id), 3, line.replace('"identity":"mark"', '"identity":"other"'));
    await admin.del(redisKeys.log(foreign));
    await admin.set(redisKeys.log(foreign), 'x');
    await admin.lset(redisKeys.log(spoiled), 0, 'nothing');
    const answer = await exported(['--format', 'jsonl']);
    expect(answer.status).toBe(1);
    const errors = answer.errors?.join('\n') ?? '';
    expect(errors).toContain(`Request ${edited} cannot be believed from entry 4 on: its signature is not valid.`);
    expect(errors).toContain(`Request ${foreign} has no log`);
    expect(errors).toContain(`Request ${spoiled} cannot be believed from entry 1 on`);
    expect(errors).toContain(`Request ${later} cannot be believed from entry 4 on`);
    expect(
      rows()
        .map(({ id }) => id)
        .sort(),
    ).toEqual([good, edited, spoiled].sort());
    expect(rows().find(({ id }) => id === edited)).toMatchObject({
      status: 'approved',
      log: { believed: false, entries: 3, broken: { entry: 4, why: 'its signature is not valid' } },
      decision: { by: [bob] },
    });
    expect(rows().find(({ id }) => id === spoiled)).toMatchObject({
      status: 'unreadable',
      asked: null,
      log: { entries: 0 },
    });
  });

  it('says from a file what it says from Redis, but for the diffs', async () => {
    await changed();
    await file();
    const log = join(folder, 'log.jsonl');
    expect(await logCommand(['export', log], environment)).toMatchObject({ status: 0 });
    await exported(['--format', 'jsonl']);
    const fromRedis = rows();
    const answer = await exported(['--format', 'jsonl', '--log', log], { REDIS_URL: 'redis://127.0.0.1:1' });
    expect(answer).toMatchObject({ status: 0 });
    expect(answer.out?.join('\n')).toContain('What approvers were shown is missing');
    expect(rows().map(({ shown, ...rest }) => rest)).toEqual(fromRedis.map(({ shown, ...rest }) => rest));
    expect(
      rows()
        .map(({ shown }) => shown.state)
        .sort(),
    ).toEqual(['missing', 'none']);
    // Without keys it is told that signatures were not looked at.
    const unsigned = await exported(['--format', 'jsonl', '--log', log], { HALLPASS_KEYS: '' });
    expect(unsigned.out?.join('\n')).toContain('Signatures were not looked at');
    expect(rows()).toMatchObject([{ log: { signatures: false } }, { log: { signatures: false } }]);
    // Cut off: it is told, and what is there is written.
    const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
    writeFileSync(log, `${lines.slice(0, -1).join('\n')}\n`);
    const half = await exported(['--format', 'jsonl', '--log', log]);
    expect(half).toMatchObject({ status: 1, errors: [expect.stringContaining('its last line is missing')] });
    expect(rows()).toHaveLength(2);
  });

  it('goes to standard output, as what it says goes to standard error', async () => {
    const id = await file();
    const ran = await runCli(['audit', 'export', ...march, '--format', 'csv'], environment);
    expect(ran).toMatchObject({ status: 0, errors: expect.stringContaining('1 request of 2026-03-01 to 2026-03-31') });
    const [header, row] = ran.out.split('\r\n');
    expect(header).toMatch(/^id,status,kind,/);
    expect(row).toMatch(new RegExp(`^${id},revoked,access,`));
  });

  it('holds only some of many at a time', { timeout: 60_000 }, async () => {
    for (let done = 0; done < 100; done += 5) await Promise.all(Array.from({ length: 5 }, () => file()));
    let [most, written] = [0, 0];
    const slow = new Writable({
      highWaterMark: 1,
      write: (chunk, _, done) => {
        most = Math.max(most, chunk.length);
        written += 1;
        done();
      },
    });
    expect(await auditExport([...march, '--format', 'jsonl'], environment, slow)).toMatchObject({ status: 0 });
    expect(written).toBe(100);
    expect(most).toBeLessThan(20_000);
  });

  it('writes nothing where the period is empty, but the heading', async () => {
    await file(whole, day('05-01'));
    expect(await exported(['--format', 'csv'])).toMatchObject({ status: 0 });
    expect(readFileSync(out(), 'utf8')).toMatch(/^id,[^\n]*\r\n$/);
  });
});

describe('hallpass audit report', () => {
  it('is one page about the period, and says what is wrong with the log', async () => {
    await file();
    const edited = await file();
    await admin.lset(redisKeys.log(edited), 4, 'nothing');
    const page = join(folder, 'report.html');
    const answer = await auditReport([...march, '--out', page, '--retention', '90d'], environment, {
      tampering: async (retention) => ({
        checked: ['Checkpoints: 3 of 3.', `Said: ${retention}.`],
        findings: ['Entry 4 is missing <b>'],
      }),
    });
    expect(answer).toMatchObject({
      status: 1,
      errors: [expect.stringContaining(`Request ${edited} cannot be believed`)],
    });
    const html = readFileSync(page, 'utf8');
    expect(html).toContain('<title>Hallpass audit report, 2026-03-01 to 2026-03-31</title>');
    expect(html).toContain('2 logs were read from the first entry on and verified by order, hashes and signatures.');
    expect(html).toContain(`Request ${edited} cannot be believed from entry 5 on`);
    expect(html).toContain('Checkpoints: 3 of 3.');
    expect(html).toContain('Said: 90d.');
    expect(html).toContain('Entry 4 is missing &lt;b&gt;');
    expect(html).not.toContain(password);
  });

  it('names people where names are brought along, and ids elsewhere', async () => {
    await file();
    const page = join(folder, 'report.html');
    const names = join(folder, 'names.yaml');
    writeFileSync(names, 'UALICE: "Alice <i>Adams"\n');
    expect(await auditReport([...march, '--out', page, '--names', names], environment)).toMatchObject({ status: 0 });
    expect(readFileSync(page, 'utf8')).toContain('Alice &lt;i&gt;Adams <span class="id">');
    writeFileSync(names, 'people:\n  - { slack: UALICE, kubernetes: { user: alice@acme.test } }\n');
    await auditReport([...march, '--out', page, '--names', names], environment);
    expect(readFileSync(page, 'utf8')).toContain('alice@acme.test');
    await auditReport([...march, '--out', page], environment);
    expect(readFileSync(page, 'utf8')).not.toContain('alice@acme.test');
    for (const text of ['- a list', 'UALICE: [1]', 'alice: Alice', '{', '']) {
      writeFileSync(names, text);
      const answer = await auditReport([...march, '--out', page, '--names', names], environment);
      expect([answer.status, answer.errors?.join('\n')]).toEqual([1, expect.stringContaining('names.yaml')]);
    }
    expect(await auditReport([...march, '--out', page, '--names', join(folder, 'none')], environment)).toMatchObject({
      status: 1,
      errors: [expect.stringContaining('ENOENT')],
    });
  });

  it('names reviews that are open from before the period', async () => {
    const { approval } = submitted();
    const glass = submitted({ approval: { ...approval, breakGlass: { remindEvery: 60 } } });
    const id = await file([glass, { ...approved, by: [], auto: true }, activated, ended], day('01-10'));
    const page = join(folder, 'report.html');
    await auditReport([...march, '--out', page], environment);
    expect(readFileSync(page, 'utf8')).toContain(`Not reviewed yet from before the period: ${id}.`);
  });
});

describe('what is in its way', () => {
  const asked = ['export', ...march, '--format', 'csv'];
  it.each([
    [['export'], 2, '--from is missing'],
    [['export', '--from', '2026-03-01'], 2, '--to is missing'],
    [['export', ...march], 2, '--format is missing. Say csv or jsonl.'],
    [['export', ...march, '--format', 'xml'], 2, '--format "xml"'],
    [['export', '--from', '1 March', '--to', '2026-03-31', '--format', 'csv'], 2, '--from "1 March" is no day'],
    [['export', '--from', '2026-04-01', '--to', '2026-03-31', '--format', 'csv'], 2, 'is not after'],
    [[...asked, '--format', 'csv'], 2, '--format is there twice'],
    [[...asked, '--nonsense'], 2, 'There is no flag "--nonsense"'],
    [[...asked, 'file'], 2, '"file" is not understood'],
    [[...asked, '--out'], 2, '--out lacks its value'],
    [[...asked, '--out', '/nowhere/at/all.csv'], 1, '/nowhere/at/all.csv cannot be written'],
    [[...asked, '--log', '/nowhere.jsonl'], 1, '/nowhere.jsonl cannot be read'],
    [
      [...asked, '--log', 'README.md'],
      1,
      'README.md: it is not JSON. Name a file that "hallpass log export" has written.',
    ],
    [[...asked, '--log', '/dev/null'], 1, 'it is empty'],
    [['report', ...march], 2, '--out is missing'],
    [['report', ...march, '--out', '/nowhere/r.html'], 1, 'cannot be written'],
  ])('%j ends with %i', async (words, status, error) => {
    const answer = await auditCommand(words, environment);
    expect([answer?.status, answer?.errors?.join('\n')]).toEqual([status, expect.stringContaining(error)]);
    expect(answer?.out).toBeUndefined();
  });

  it.each([[['audit', 'reports']], [['audit']]])('%j shows the usage', async (words) => {
    expect(await runCli(words, environment)).toMatchObject({
      status: 2,
      errors: expect.stringContaining('audit export --from'),
    });
  });

  it('Redis that is away leaves what was there as it was', async () => {
    writeFileSync(out(), 'the one before');
    const answer = await exported(['--format', 'csv'], { REDIS_URL: 'redis://hallpass-bot:hidden-secret@127.0.0.1:1' });
    expect(answer).toMatchObject({
      status: 1,
      errors: [expect.stringMatching(/could not be read from redis:.*Nothing was written\./)],
    });
    expect(answer.errors?.join('')).not.toContain('hidden-secret');
    expect(readFileSync(out(), 'utf8')).toBe('the one before');
    expect(leftovers()).toEqual([]);
  });

  it('keys that cannot be read are told, for whoever names them wants signatures looked at', async () => {
    const answer = await exported(['--format', 'csv'], { HALLPASS_KEYS: join(folder, 'none') });
    expect(answer).toMatchObject({ status: 1 });
    expect(answer.errors?.[0]).toContain('No key of the bot is trusted');
  });

  it('the rights of the worker, which may not read what was shown, are told', async () => {
    await changed();
    const url = redis.urlOf('worker');
    const answer = await exported(['--format', 'jsonl'], { REDIS_URL: url, HALLPASS_ROLE: 'worker' });
    expect(answer).toMatchObject({
      status: 1,
      errors: [expect.stringMatching(/NOPERM.*the user has to be the bot's/)],
    });
  });
});
