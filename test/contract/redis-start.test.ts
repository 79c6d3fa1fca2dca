import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { generateKeys } from '#adapters/keys/generate.ts';
import { createKeys } from '#adapters/keys/keys.ts';
import { redisAcl } from '#adapters/redis/acl.ts';
import type { RedisAddress } from '#adapters/redis/address.ts';
import { openingsOf } from '#adapters/redis/look.ts';
import { freePort } from '#local/parts/daemon.ts';
import { type LocalRedis, startRedis } from '#local/parts/redis.ts';
import { startBot } from '#src/bot.ts';
import { checkRedisAt } from '#src/commands/check-redis.ts';
import type { Config } from '#src/config.ts';
import { openGround } from '#src/core.ts';
import { startGuard } from '#src/guard.ts';
import { openOutpost } from '#src/outpost.ts';
import { startWatcher } from '#src/watcher.ts';
import { startWorker } from '#src/worker.ts';
import { createAuthority } from '#test/build/authority.ts';
import { type RedisOverTls, startRedisOverTls } from '#test/contract/parts/redis-tls.ts';
import { startSentinel } from '#test/contract/parts/sentinels.ts';

const roles = ['bot', 'worker', 'guard', 'watcher'] as const;
type Role = (typeof roles)[number];
const secret = 'a-password-of-all';
const hash = createHash('sha256').update(secret).digest('hex');

let redis: RedisOverTls;
let admin: Redis;
let folder: string;
let keys: string;
beforeAll(async () => {
  redis = await startRedisOverTls();
  admin = new Redis(`redis://admin:any@127.0.0.1:${redis.server.port}`);
  folder = mkdtempSync(join(tmpdir(), 'hallpass-redis-start-'));
  keys = join(folder, 'keys');
  generateKeys(keys, []);
});
afterAll(async () => {
  admin?.disconnect();
  await redis?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const one of undo.splice(0).toReversed()) await one();
});

/** What a process says when it opens this Redis: why it does not start, or what it logs. */
const saidAtStart = async (role: Role, { url, tls, sentinels }: RedisAddress): Promise<readonly string[]> => {
  const lines: string[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  const config: Config = {
    role,
    redisUrl: url,
    ...(tls === undefined ? {} : { redisTls: tls }),
    ...(sentinels === undefined ? {} : { redisSentinels: sentinels }),
    policy: 'manifests/policy',
    keys,
    clusters: [],
    workerClusters: [],
    home: 'hallpass',
    managedNamespaces: [],
  };
  let stop: (() => Promise<void>) | undefined;
  try {
    if (role === 'bot' || role === 'worker') {
      const ground = await openGround(config, role, []);
      if (!ground.ok) return ground.error;
      stop = ground.value.stop;
      await ground.value.looked;
    } else {
      const loaded = createKeys(keys, [role]);
      if (!loaded.ok) throw new Error(loaded.error.join());
      const outpost = openOutpost(config, role, loaded.value, 'Redis is away');
      stop = outpost.stop;
      await outpost.looked;
    }
    return lines.flatMap((line) => JSON.parse(line).problem ?? []);
  } finally {
    await stop?.();
    spy.mockRestore();
  }
};

const saidByDoctor = async (role: Role, address: RedisAddress): Promise<readonly string[]> => {
  const ends: (() => unknown)[] = [];
  const findings = await checkRedisAt(address, role).look((end) => void ends.push(end));
  for (const end of ends) end();
  return findings
    .filter(({ type, text }) => type !== 'fine' && !text.startsWith('appendfsync is not'))
    .map(({ type, text }) => `${type}: ${text}`);
};

const userOf = (role: Role): string => `hallpass-${role}`;
const plain = (role: Role): RedisAddress => ({ url: redis.plainUrlOf(userOf(role)) });
const secured = (role: Role): RedisAddress => ({ url: redis.urlOf(userOf(role)), tls: { ca: redis.ca } });
const set = async (name: string, bad: string, good: string): Promise<void> => {
  await admin.config('SET', name, bad);
  undo.push(() => admin.config('SET', name, good));
};
const listening = async (server: ReturnType<typeof createServer>): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  undo.push(() => server.close());
  return (server.address() as AddressInfo).port;
};
const at =
  (port: number) =>
  (role: Role): RedisAddress => ({
    url: redis.plainUrlOf(userOf(role)).replace(/\d+$/, String(port)),
  });
const another = async (flags: readonly string[]): Promise<LocalRedis> => {
  const aclFile = join(mkdtempSync(join(folder, 'acl-')), 'users.acl');
  writeFileSync(aclFile, redisAcl({ bot: hash, worker: hash, guard: hash, watcher: hash }));
  const server = await startRedis({ aclFile, flags });
  undo.push(server.stop);
  return server;
};
const certified = async (names: readonly string[], from?: number, until?: number): Promise<typeof secured> => {
  const { cert, key } = redis.write('bad', await redis.authority.issue(names, from, until));
  await admin.config('SET', 'tls-cert-file', cert, 'tls-key-file', key);
  const own = { cert: join(redis.folder, 'redis.crt'), key: join(redis.folder, 'redis.key') };
  undo.push(() => admin.config('SET', 'tls-cert-file', own.cert, 'tls-key-file', own.key));
  return secured;
};
/** A Redis that says another thing of itself, of as many letters. */
const sayingOf = async (from: string, to: string): Promise<typeof secured> => {
  const sockets = new Set<Socket>();
  const port = await listening(
    createServer((client) => {
      const server = connect(redis.server.port, '127.0.0.1');
      for (const socket of [client, server]) sockets.add(socket.on('error', () => {}));
      client.on('close', () => server.destroy()).pipe(server);
      server.on('close', () => client.destroy());
      server.on('data', (data) => client.write(Buffer.from(data.toString('latin1').replace(from, to), 'latin1')));
    }),
  );
  undo.push(() => {
    for (const socket of sockets) socket.destroy();
  });
  return at(port);
};

test('a Redis that is as it should be is said nothing of, over TLS as without it on this machine', async () => {
  for (const role of roles) {
    expect(await saidAtStart(role, secured(role))).toEqual([]);
    expect(await saidAtStart(role, plain(role))).toEqual([]);
    expect(await saidByDoctor(role, secured(role))).toEqual([]);
  }
});

test('one that calls its mode as Valkey does is as good', async () => {
  const address = await sayingOf('redis_mode:standalone', 'server_mode:standalon');
  for (const role of roles) expect(await saidAtStart(role, address(role))).toEqual([]);
});

type Bad = () => Promise<(role: Role) => RedisAddress> | ((role: Role) => RedisAddress);
const wrongs: readonly (readonly [what: string, said: RegExp, bad: Bad])[] = [
  [
    'the wrong password',
    /Redis at 127\.0\.0\.1:\d+ does not take the user "hallpass-\w+" with this password \(WRONGPASS\).*ACL LOAD/,
    () => (role) => ({ url: plain(role).url.replace(secret, 'another-secret') }),
  ],
  [
    'a user that it does not know',
    /does not take the user "somebody" with this password \(WRONGPASS\)/,
    () => (role) => ({ url: plain(role).url.replace(userOf(role), 'somebody') }),
  ],
  [
    'no password',
    /wants a password \(NOAUTH\), and REDIS_URL has none\. Put the user of this process/,
    () => () => ({ url: `redis://127.0.0.1:${redis.server.port}` }),
  ],
  [
    'a user that may do nothing',
    /lets the user "nobody" in and do nothing \(NOPERM\)\. Give it the rights that manifests\/redis\/users\.acl has/,
    async () => {
      await admin.acl('SETUSER', 'nobody', 'on', `>${secret}`, 'resetchannels', '-@all');
      undo.push(() => admin.acl('DELUSER', 'nobody'));
      return (role) => ({ url: plain(role).url.replace(userOf(role), 'nobody') });
    },
  ],
  [
    'TLS to a port without',
    /speaks without TLS, and REDIS_URL starts with rediss:\/\/\. Give it a TLS port/,
    () => (role) => ({ url: plain(role).url.replace('redis:', 'rediss:'), tls: { ca: redis.ca } }),
  ],
  [
    'no TLS to a port with it',
    /speaks TLS, and REDIS_URL starts with redis:\/\/\. Write rediss:\/\//,
    () => (role) => ({ url: secured(role).url.replace('rediss:', 'redis:') }),
  ],
  [
    'an authority that Node does not know',
    /of an authority that Node does not know \(SELF_SIGNED_CERT_IN_CHAIN\)\. Set REDIS_CA/,
    () => (role) => ({ url: secured(role).url }),
  ],
  [
    'another authority than that in REDIS_CA',
    /of an authority that is not the one in REDIS_CA \(SELF_SIGNED_CERT_IN_CHAIN\)/,
    async () => {
      const ca = join(folder, 'other.crt');
      writeFileSync(ca, (await createAuthority()).ca);
      return (role) => ({ url: secured(role).url, tls: { ca } });
    },
  ],
  [
    'a certificate of another name',
    /certificate of Redis at 127\.0\.0\.1:\d+ is not for "127\.0\.0\.1": its names are DNS:elsewhere\.example\.com\. Name one of them in REDIS_SERVERNAME/,
    () => certified(['elsewhere.example.com']),
  ],
  [
    'a certificate that expired',
    /certificate of Redis at 127\.0\.0\.1:\d+ expired on \w+ .*GMT\. Renew it/,
    () => certified(['127.0.0.1'], -3, -2),
  ],
  [
    'a certificate that is not valid yet',
    /certificate of Redis at 127\.0\.0\.1:\d+ is not valid yet\. Set the clocks/,
    () => certified(['127.0.0.1'], 1, 2),
  ],
  [
    'no certificate of ours, where one is wanted',
    /ends TLS \(ERR_SSL_.*_ALERT_.*\)\. It may want a certificate \(tls-auth-clients\): set REDIS_CERT and REDIS_KEY/,
    async () => {
      await set('tls-auth-clients', 'yes', 'no');
      return secured;
    },
  ],
  [
    'cluster mode',
    /Redis is in cluster mode \(cluster_enabled 1\).*Take one without/,
    async () => at((await another(['--cluster-enabled', 'yes'])).port),
  ],
  [
    'a replica',
    /Redis is a replica \(role:slave\): it takes no writes\. Let REDIS_URL lead to the primary, or name Sentinels/,
    async () => at((await another(['--replicaof', '127.0.0.1', String(redis.server.port)])).port),
  ],
  [
    'one that evicts',
    /maxmemory-policy is "allkeys-lru".*Set "maxmemory-policy noeviction"/,
    async () => {
      await set('maxmemory-policy', 'allkeys-lru', 'noeviction');
      return plain;
    },
  ],
  [
    'one that writes nothing to disk',
    /appendonly is "no".*Set "appendonly yes"/,
    async () => {
      await set('appendonly', 'no', 'yes');
      return plain;
    },
  ],
  [
    'one that writes to disk each second, with a user who may see that',
    /appendfsync is "everysec".*Set "appendfsync always"/,
    async () => {
      await set('appendfsync', 'everysec', 'always');
      return () => ({ url: `redis://admin:any@127.0.0.1:${redis.server.port}` });
    },
  ],
  ['one that is too old', /Redis is 6\..*, which is too old\. Take version 7/, oldOne],
  [
    'one that does not say what it is',
    /Redis does not say in its INFO what is to be known \(aof_enabled\)/,
    () => sayingOf('aof_enabled', 'xof_enabled'),
  ],
  [
    'a Sentinel',
    /REDIS_URL leads to a Sentinel, which keeps nothing\. Name it in REDIS_SENTINELS/,
    async () => {
      const sentinel = await startSentinel('mymaster', redis.server.port);
      undo.push(sentinel.stop);
      return at(sentinel.port);
    },
  ],
  [
    'something that is no Redis',
    /What answers at 127\.0\.0\.1:\d+ is not Redis: it says "HTTP\/1\.1 400 Bad Request"\. Correct host and port/,
    async () => at(await listening(createHttp())),
  ],
  [
    'something that says nothing',
    /Redis at 127\.0\.0\.1:\d+ takes the connection and says nothing\. Look whether/,
    async () => at(await listening(silent())),
  ],
  [
    'nobody there',
    /Nothing listens at 127\.0\.0\.1:\d+ \(ECONNREFUSED\)\. Start it, or correct host and port/,
    async () => at(await freePort()),
  ],
  [
    'a host that has no address',
    /The host name "redis\.invalid" is not known here \(E\w+\)\. Correct it/,
    () => (role) => ({ url: plain(role).url.replace('127.0.0.1', 'redis.invalid') }),
  ],
];

function silent() {
  const sockets = new Set<Socket>();
  undo.push(() => {
    for (const socket of sockets) socket.destroy();
  });
  return createServer((socket) => sockets.add(socket.on('error', () => {})));
}
async function oldOne(): Promise<typeof secured> {
  const version = /redis_version:(\S+)/.exec(await admin.info('server'))?.[1] ?? '';
  return sayingOf(`redis_version:${version}`, `redis_version:6${version.slice(1)}`);
}

describe.each(wrongs)('with %s', (_, said, bad) => {
  let address: (role: Role) => RedisAddress;
  beforeEach(async () => {
    address = await bad();
  });
  test('each role says so at start, and the doctor too', async () => {
    for (const role of roles) {
      const lines = await saidAtStart(role, address(role));
      expect(
        lines.filter((line) => said.test(line)),
        `${role}: ${lines.join('\n')}`,
      ).toHaveLength(1);
      expect(lines.join()).not.toMatch(/a-password-of-all|another-secret/);
    }
    const found = await saidByDoctor('bot', address('bot'));
    expect(
      found.filter((line) => said.test(line)),
      found.join('\n'),
    ).toHaveLength(1);
    expect(found.join()).toMatch(/^wrong: /);
  }, 60_000);
});

test('files that cannot be used keep each role from starting, and are named', async () => {
  const tls = { ca: join(folder, 'nowhere') };
  const common = { redisUrl: secured('bot').url, redisTls: tls, policy: 'manifests/policy', keys };
  const more = { workerClusters: [], home: 'hallpass', managedNamespaces: [] };
  const clusters = [{ name: 'prod', source: { type: 'in-cluster', at: ['127.0.0.1', '1'] } }] as const;
  const guard = { port: 1, names: ['guard'], worker: 'worker' };
  const watcher = { cluster: 'prod', port: 1, certificate: folder };
  const slack = {
    botToken: 'xoxb-1',
    inbound: { type: 'socket', appToken: 'xapp-1' },
    apiUrl: 'https://127.0.0.1:1/',
    port: 1,
  } as const;
  const refusals = await Promise.all([
    startBot({ ...common, ...more, role: 'bot', clusters, slack }),
    startWorker({ ...common, ...more, role: 'worker', clusters }),
    startGuard({ ...common, ...more, role: 'guard', clusters, guard }),
    startWatcher({ ...common, ...more, role: 'watcher', clusters, watcher }),
    checkRedisAt({ url: common.redisUrl, tls }, 'bot').look(() => {}),
  ]);
  const said = /REDIS_CA leads to no file that can be read: ".*nowhere" \(ENOENT\)\. Correct the path/;
  for (const refusal of refusals) expect(JSON.stringify(refusal).replaceAll('\\', '')).toMatch(said);
});

test('rights that the user lacks are named at start by each role, which goes on', async () => {
  for (const role of roles) {
    await admin.acl(
      'SETUSER',
      'lesser',
      'reset',
      'on',
      `>${secret}`,
      '~{hallpass}:*',
      '-@all',
      '+ping',
      '+info',
      '+time',
      '+multi',
      '+exec',
      '+discard',
      '+select',
      '+client|setname',
    );
    const lines = await saidAtStart(role, { url: plain(role).url.replace(userOf(role), 'lesser') });
    expect(lines).toEqual([
      expect.stringMatching(
        new RegExp(
          `^Redis refuses its user what the ${role} needs: .* and \\d+ more\\. Give it the rights .* hallpass-${role}\\.$`,
        ),
      ),
    ]);
  }
  await admin.acl('DELUSER', 'lesser');
});

test('a Redis that lets everybody in is a caution, and no reason not to start', async () => {
  await admin.acl('SETUSER', 'default', 'on', 'nopass', '~*', '+@all');
  undo.push(() => admin.acl('SETUSER', 'default', 'reset'));
  const said = /^Redis lets everybody in without a password: its user "default" is on\. Turn it off/;
  for (const role of roles) expect(await saidAtStart(role, secured(role))).toEqual([expect.stringMatching(said)]);
  expect(await saidByDoctor('bot', plain('bot'))).toEqual([expect.stringMatching(/^caution: Redis lets everybody in/)]);
});

test.each([
  [
    'redis://bot:secret@redis.example.com',
    ['is without TLS and leads to another machine, redis://bot@redis.example.com:'],
  ],
  ['redis://10.0.0.5', ['is without TLS', 'has neither user nor password']],
  ['rediss://127.0.0.2.example.com', ['has neither user nor password']],
  ['redis://127.0.0.1:1', []],
  ['redis://localhost', []],
  ['redis://[::1]:1', []],
])('%s is told of where others may listen or come in', async (url, said) => {
  expect((await openingsOf({ url })).map(({ problem }) => problem)).toEqual(
    said.map((one) => expect.stringContaining(one)),
  );
});
