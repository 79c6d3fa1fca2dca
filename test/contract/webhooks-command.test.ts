import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRedisClock } from '#adapters/redis/clock.ts';
import { createRedisEventStore } from '#adapters/redis/event-store.ts';
import { createRedisProjectionStore } from '#adapters/redis/projection-store.ts';
import { checkWebhooks } from '#src/commands/check-webhooks.ts';
import { inspectConfig } from '#src/config.ts';
import { submitted } from '#test/build/requests.ts';
import { fileIn } from '#test/contract/parts/log.ts';
import { runCli } from '#test/contract/parts/operator.ts';
import { hangUp, type ReceivingServer, startReceiver, status } from '#test/contract/parts/receiver.ts';
import { anId } from '#test/contract/parts/redis.ts';
import { type RedisWithUsers, startRedisWithUsers } from '#test/contract/parts/redis-with-users.ts';
import { createMemoryKeys } from '#test/memory/keys.ts';

const key = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
let redis: RedisWithUsers;
let receiver: ReceivingServer;
let folder: string;
beforeAll(async () => {
  redis = await startRedisWithUsers();
});
afterAll(() => redis?.stop());
beforeEach(async () => {
  await redis.admin.flushall();
  receiver = await startReceiver();
  folder = mkdtempSync(join(tmpdir(), 'hallpass-webhooks-'));
  write('tickets.key', `${key}\n`);
  writeFileSync(file(), text());
});
afterEach(async () => {
  await receiver.stop();
  rmSync(folder, { recursive: true, force: true });
});
const write = (name: string, content: string): void => writeFileSync(join(folder, name), content, { mode: 0o600 });
const file = (): string => join(folder, 'webhooks.yaml');
const text = (url = receiver.url): string => `destinations:
  - name: tickets
    url: ${url}
    events: [submitted, ended]
    signingKeyFile: tickets.key
`;

describe('"hallpass webhooks test"', () => {
  const test = (...words: readonly string[]) => runCli(['webhooks', 'test', ...words], { HALLPASS_WEBHOOKS: file() });

  it('sends one signed event, says that it was taken, and prints what was answered', async () => {
    const ran = await test('tickets');
    const [got] = receiver.got;
    if (got === undefined) throw new Error('Nothing came');
    expect(receiver.got).toHaveLength(1);
    expect(new Webhook(key).verify(got.body, got.headers)).toMatchObject({ type: 'dev.hallpass.test.v1' });
    expect(ran).toMatchObject({ status: 0, errors: '' });
    expect(ran.out).toContain(
      `Sent dev.hallpass.test.v1 ${got.event.id} to "tickets" (http://127.0.0.1:${receiver.port})`,
    );
    expect(ran.out).toContain('HTTP status 204');
    expect(ran.out).not.toContain('secret-of-the-url');
  });

  it('shows how an answer begins, with what could spoil a terminal made visible', async () => {
    receiver.answer((response) => void response.writeHead(401).end(`no such key \u001b[2J${'x'.repeat(5_000)}`));
    const ran = await test('tickets');
    expect(ran).toMatchObject({ status: 1, out: '' });
    expect(ran.errors).toContain('HTTP status 401');
    expect(ran.errors).toContain('It says: no such key [U+001B][2Jxxx');
    expect(ran.errors).toContain('has the same signing key');
    expect(ran.errors.length).toBeLessThan(1_500);
  });

  it.each<[string, Parameters<ReceivingServer['answer']>[0], string]>([
    ['redirects', status(302, { location: 'https://example.com/' }), 'Redirects are not followed'],
    ['is gone', status(410), 'It is gone (410)'],
    ['is busy', status(503), 'the bot would try again'],
    ['hangs up', hangUp, 'Look whether the receiver runs'],
  ])('says what to do where the receiver %s', async (_, reply, words) => {
    receiver.answer(reply);
    expect(await test('tickets')).toMatchObject({ status: 1, errors: expect.stringContaining(words) });
    expect(receiver.got).toHaveLength(1);
  });

  it('names what there is, where there is no such destination, and what is wrong, where something is', async () => {
    expect(await test('mail')).toMatchObject({
      status: 1,
      errors: expect.stringContaining('has no destination "mail". There are: tickets.'),
    });
    write('tickets.key', 'whsec_c2hvcnQ=');
    expect(await test('tickets')).toMatchObject({ status: 1, errors: expect.stringContaining('a key of 5 bytes') });
    expect(await runCli(['webhooks', 'test', 'tickets'])).toMatchObject({
      status: 1,
      errors: expect.stringContaining('HALLPASS_WEBHOOKS is not set'),
    });
    expect(await runCli(['webhooks', 'test'])).toMatchObject({ status: 2 });
    expect(receiver.got).toEqual([]);
  });
});

describe('the doctor', () => {
  const looked = async (): Promise<readonly string[]> => {
    const { config } = inspectConfig({
      HALLPASS_ROLE: 'bot',
      HALLPASS_WEBHOOKS: file(),
      REDIS_URL: redis.urlOf('bot'),
    });
    const ends: (() => unknown)[] = [];
    const findings = await checkWebhooks(config, Promise.resolve(0)).look((end) => void ends.push(end));
    for (const end of ends) await end();
    return findings.map(({ type, text: said }) => `${type}: ${said.replaceAll(folder, '…')}`);
  };
  const leftAt = (at: Temporal.Instant, place: string) =>
    createRedisProjectionStore(redis.admin, 'audit').write(
      'webhook:tickets',
      0,
      JSON.stringify({ schema: 1, place, at: at.toString() }),
    );

  it('finds nothing where all is well, and sends nothing', async () => {
    const said = `fine: "tickets" gets submitted, ended at http://127.0.0.1:${receiver.port}`;
    expect(await looked()).toEqual([`${said}; it was given nothing yet.`]);
    await leftAt(Temporal.Now.instant(), '0-1');
    expect(await looked()).toEqual([`${said}; nothing waits for long.`]);
    expect(receiver.got).toEqual([]);
  });

  it('names every problem of the file and of what it names', async () => {
    writeFileSync(file(), text('http://tickets.example.com/'));
    expect(await looked()).toEqual([expect.stringMatching(/^wrong: …\/webhooks\.yaml:3: .*starts with https:\/\//)]);
    writeFileSync(file(), `${text()}    caFile: ca.pem\n`);
    rmSync(join(folder, 'tickets.key'));
    expect(await looked()).toEqual([
      expect.stringMatching(/^wrong: .*webhook "tickets": signing key file "…\/tickets\.key" cannot be read/),
      expect.stringMatching(/^wrong: .*webhook "tickets": authority file "…\/ca\.pem" cannot be read/),
    ]);
  });

  it('says that others can read a key', async () => {
    chmodSync(join(folder, 'tickets.key'), 0o644);
    expect((await looked())[0]).toMatch(/^caution: The signing key of "tickets".* open to others \(mode 644\)/);
  });

  it('says how far a destination is behind, and how much waits', async () => {
    const store = createRedisEventStore(redis.admin, createRedisClock(redis.admin));
    const keys = createMemoryKeys();
    const now = Temporal.Now.instant();
    await fileIn(store, keys, anId(), [submitted()], now);
    const [first] = await redis.admin.xrange('{hallpass}:audit', '-', '+');
    for (let done = 0; done < 3; done += 1) await fileIn(store, keys, anId(), [submitted()], now);
    await leftAt(now.subtract({ hours: 2 }), first?.[0] ?? '');
    expect(await looked()).toEqual([
      expect.stringMatching(
        /^caution: .*it is 2h\d*m?\d*s? behind, and 3 entries of the audit wait .*hallpass webhooks test tickets/,
      ),
    ]);
  });
});
