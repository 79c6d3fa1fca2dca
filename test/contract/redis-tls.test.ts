import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createJobs } from '#adapters/bullmq/jobs.ts';
import { createStepWorker } from '#adapters/bullmq/step-worker.ts';
import type { RedisAddress } from '#adapters/redis/address.ts';
import { createRedisClock } from '#adapters/redis/clock.ts';
import { connectRedis, type RedisProfile } from '#adapters/redis/connection.ts';
import { refusedCommands } from '#adapters/redis/rights.ts';
import { readTls } from '#adapters/redis/tls.ts';
import { createAuthority } from '#test/build/authority.ts';
import { runCli } from '#test/contract/parts/operator.ts';
import { anId } from '#test/contract/parts/redis.ts';
import { type RedisOverTls, startRedisOverTls } from '#test/contract/parts/redis-tls.ts';

let redis: RedisOverTls;
let admin: Redis;
beforeAll(async () => {
  redis = await startRedisOverTls();
  admin = new Redis(`redis://admin:any@127.0.0.1:${redis.server.port}`);
});
afterAll(async () => {
  admin?.disconnect();
  await redis?.stop();
});

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const one of undo.splice(0)) await one();
});

const connect = (address: RedisAddress, profile: RedisProfile = 'commit'): Redis & { lostBy: () => string } => {
  let lost = '';
  const connection = connectRedis({
    ...address,
    profile,
    name: 'test',
    onLost: (cause) => {
      lost ||= 'code' in cause ? String(cause.code) : cause.message;
    },
  });
  undo.push(() => connection.disconnect());
  return Object.assign(connection, { lostBy: () => lost });
};
const itself = (user = 'hallpass-bot', host?: string): RedisAddress => ({
  url: redis.urlOf(user, host),
  tls: { ca: redis.ca },
});

test('with the team’s own authority it is connected to, by name as by address, and so is each connection that is made of it', async () => {
  expect(await connect(itself()).ping()).toBe('PONG');
  expect(await connect(itself('hallpass-bot', 'localhost')).ping()).toBe('PONG');
  expect(await refusedCommands(connect(itself('hallpass-worker')), 'worker')).toEqual([]);
});

test('jobs come due over it, through the connections that the queue makes of ours', async () => {
  const producing = connect(itself('hallpass-worker'));
  const jobs = createJobs(producing);
  undo.unshift(() => jobs.close());
  const done = Promise.withResolvers<string>();
  const worker = createStepWorker({
    queue: 'cluster',
    connection: connect(itself('hallpass-worker'), 'consume'),
    concurrency: 1,
    handler: async ({ id }) => {
      done.resolve(id);
      return { type: 'done' };
    },
    onFault: (cause) => done.reject(cause),
  });
  undo.unshift(() => worker.close());
  const [id, now] = [anId(), await createRedisClock(producing).now()];
  await jobs.schedule(id, 1, { do: 'end', at: now.add({ milliseconds: 200 }) }, now);
  expect(await done.promise).toBe(id);
});

test.each([
  ['without its authority', async () => ({ url: redis.urlOf('hallpass-bot') }), 'SELF_SIGNED_CERT_IN_CHAIN'],
  [
    'with another authority',
    async () => {
      const ca = join(redis.folder, 'other.crt');
      writeFileSync(ca, (await createAuthority()).ca);
      return { url: redis.urlOf('hallpass-bot'), tls: { ca } };
    },
    'SELF_SIGNED_CERT_IN_CHAIN',
  ],
  [
    'under a name that is not in its certificate',
    async () => ({ url: redis.urlOf('hallpass-bot'), tls: { ca: redis.ca, servername: 'elsewhere.example.com' } }),
    'ERR_TLS_CERT_ALTNAME_INVALID',
  ],
  [
    'with an authority that cannot be read: nobody is believed then, not those that Node knows',
    async () => ({ url: redis.urlOf('hallpass-bot'), tls: { ca: join(redis.folder, 'nowhere.crt') } }),
    'SELF_SIGNED_CERT_IN_CHAIN',
  ],
])('%s it is not connected to, whatever NODE_TLS_REJECT_UNAUTHORIZED says', async (_, address, code) => {
  const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
  undo.push(() => {
    if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
  });
  const connection = connect(await address());
  await expect(connection.ping()).rejects.toThrow();
  expect(connection.lostBy()).toBe(code);
});

test('another name that is in its certificate will do', async () => {
  const tls = { ca: redis.ca, servername: 'redis.example.com' };
  expect(await connect({ url: redis.urlOf('hallpass-bot'), tls }).ping()).toBe('PONG');
});

test('a URL in capitals is as secure as any other', async () => {
  const url = redis.urlOf('hallpass-bot').replace('rediss:', 'REDISS:');
  expect(await connect({ url, tls: { ca: redis.ca } }).ping()).toBe('PONG');
});

test('where Redis wants a certificate it is shown one, and without it is not spoken to', async () => {
  await admin.config('SET', 'tls-auth-clients', 'yes');
  undo.push(() => admin.config('SET', 'tls-auth-clients', 'no'));
  await expect(connect(itself()).ping()).rejects.toThrow();
  const own = redis.write('client', await redis.authority.issue(['hallpass']));
  expect(await connect({ ...itself(), tls: { ca: redis.ca, ...own } }).ping()).toBe('PONG');
});

test('renewed files are used from the next connection on, and one that cannot be used leaves the last in use', async () => {
  const [next, ca] = [await createAuthority(), join(redis.folder, 'renewed-ca.crt')];
  writeFileSync(ca, redis.authority.ca);
  const connection = connect({ url: redis.urlOf('hallpass-bot'), tls: { ca } });
  expect(await connection.ping()).toBe('PONG');

  const drop = () => admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  writeFileSync(ca, 'half a certificate');
  await drop();
  await expect.poll(() => connection.ping().catch(String)).toBe('PONG');

  const before = await admin.config('GET', 'tls-cert-file');
  const files = redis.write('renewed', await next.issue(['127.0.0.1']));
  const own = { cert: join(redis.folder, 'redis.crt'), key: join(redis.folder, 'redis.key') };
  await admin.config('SET', 'tls-cert-file', files.cert, 'tls-key-file', files.key);
  undo.unshift(() => admin.config('SET', 'tls-cert-file', own.cert, 'tls-key-file', own.key));
  expect(before).toContain(own.cert);
  writeFileSync(ca, next.ca);
  await drop();
  await expect.poll(() => connection.ping().catch(String)).toBe('PONG');
  const duplicate = connection.duplicate();
  undo.push(() => duplicate.disconnect());
  expect(await duplicate.ping()).toBe('PONG');
});

test('a command reads the log over it, and says what is in its way', async () => {
  const environment = { REDIS_URL: redis.urlOf('hallpass-bot'), REDIS_CA: redis.ca };
  const exported = (changed: Readonly<Record<string, string>>) =>
    runCli(['log', 'export', '-'], { ...environment, ...changed });
  expect(await exported({})).toMatchObject({ status: 0, errors: expect.stringContaining('0 requests with 0 entries') });
  const nowhere = await exported({ REDIS_CA: join(redis.folder, 'nowhere') });
  expect(nowhere).toMatchObject({ status: 1, errors: expect.stringMatching(/^REDIS_CA leads to no file/) });
  const unknown = await exported({ REDIS_CA: '' });
  expect(unknown).toMatchObject({
    status: 1,
    errors: expect.stringMatching(
      /could not be read from rediss:.* of an authority that Node does not know .*Set REDIS_CA/,
    ),
  });
  const plain = await exported({ REDIS_URL: redis.plainUrlOf('hallpass-bot') });
  expect(plain).toMatchObject({
    status: 1,
    errors: expect.stringMatching(/^REDIS_CA is set, and REDIS_URL starts with/),
  });
});

test('files that cannot be used are named by their settings, all at once', async () => {
  const nothing = join(redis.folder, 'nothing.pem');
  writeFileSync(nothing, 'nothing');
  const read = readTls({ ca: join(redis.folder, 'nowhere'), cert: nothing, key: nothing });
  expect(read).toEqual({
    ok: false,
    error: [
      expect.stringMatching(/^REDIS_CA leads to no file that can be read: ".*nowhere" \(ENOENT\)\. Correct the path/),
      expect.stringMatching(/^REDIS_CERT leads to ".*nothing\.pem", which holds no certificate in PEM\./),
      expect.stringMatching(/^REDIS_KEY leads to ".*nothing\.pem", which holds no private key without a passphrase/),
    ],
  });
  const [one, other] = [await redis.authority.issue(['a']), await redis.authority.issue(['b'])];
  const mixed = redis.write('mixed', { cert: one.cert, key: other.key });
  expect(readTls(mixed)).toEqual({
    ok: false,
    error: [expect.stringMatching(/^REDIS_KEY leads to a key that is not/)],
  });
});
