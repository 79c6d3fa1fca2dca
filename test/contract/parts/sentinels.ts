import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { z } from 'zod';
import { otherUser, redisAcl } from '#adapters/redis/acl.ts';
import type { RedisAddress } from '#adapters/redis/address.ts';
import { createDaemon, freePort } from '#local/parts/daemon.ts';
import { ensureParts } from '#local/parts/ensure-parts.ts';
import { answers, type LocalRedis, startRedis } from '#local/parts/redis.ts';
import { createAuthority } from '#test/build/authority.ts';

export type Sentinel = {
  readonly port: number;
  readonly kill: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/**
 * Starts a Sentinel on 127.0.0.1 that watches the primary at `port`, of two that have to agree. It takes a primary for gone
 * after a second. `more` are lines of its configuration; `<name>` in them is the primary's.
 */
export const startSentinel = async (
  name: string,
  port: number,
  more: readonly string[] = [],
  quorum = 2,
): Promise<Sentinel> => {
  const parts = await ensureParts(['redis-server']);
  const dir = mkdtempSync(join(tmpdir(), 'hallpass-sentinel-'));
  const own = await freePort();
  const file = join(dir, 'sentinel.conf');
  writeFileSync(
    file,
    [
      `port ${own}`,
      'bind 127.0.0.1',
      `dir ${dir}`,
      `sentinel monitor ${name} 127.0.0.1 ${port} ${quorum}`,
      `sentinel down-after-milliseconds ${name} 1000`,
      `sentinel failover-timeout ${name} 5000`,
      ...more,
      '',
    ].join('\n'),
  );
  const daemon = createDaemon({
    name: 'Sentinel',
    binary: parts['redis-server'],
    args: [file, '--sentinel'],
    log: join(dir, 'sentinel.log'),
    isReady: () => answers(own),
    readyWithin: 20_000,
  });
  const stop = async () => {
    await daemon.stop();
    rmSync(dir, { recursive: true, force: true });
  };
  await daemon.start().catch(async (fault) => {
    await stop();
    throw fault;
  });
  return { port: own, kill: daemon.kill, stop };
};

const password = 'a-password-of-all';
const asks = 'what-sentinels-want';

export type WatchedRedis = {
  readonly folder: string;
  /** The first primary and its replica. */
  readonly nodes: readonly [LocalRedis, LocalRedis];
  readonly sentinels: readonly Sentinel[];
  /** The way of one of Hallpass' users to whoever is the primary. */
  readonly address: (user: string) => RedisAddress;
  /** An administrator of one of the nodes, past the Sentinels. */
  readonly admin: (node: 0 | 1) => Redis;
  readonly stop: () => Promise<void>;
};

/** A primary with a replica, and three Sentinels that watch them and want a password; all over TLS if that is said. */
export const startWatchedRedis = async (isSecured: boolean): Promise<WatchedRedis> => {
  const folder = mkdtempSync(join(tmpdir(), 'hallpass-watched-'));
  const [ca, aclFile] = [join(folder, 'ca.crt'), join(folder, 'users.acl')];
  const own = { cert: join(folder, 'redis.crt'), key: join(folder, 'redis.key') };
  const authority = await createAuthority();
  const pair = await authority.issue(['127.0.0.1']);
  writeFileSync(ca, authority.ca);
  writeFileSync(own.cert, pair.cert);
  writeFileSync(own.key, pair.key);
  const hash = createHash('sha256').update(password).digest('hex');
  writeFileSync(
    aclFile,
    [
      `${redisAcl({ bot: hash, worker: hash, guard: hash, watcher: hash })}user admin on nopass ~* &* +@all`,
      ...(['replica', 'sentinel'] as const).map((name) => otherUser(name, name, hash)),
      '',
    ].join('\n'),
  );
  const tls = { 'tls-ca-cert-file': ca, 'tls-cert-file': own.cert, 'tls-key-file': own.key };
  const secured = isSecured ? { ...tls, 'tls-auth-clients': 'no', 'tls-replication': 'yes' } : {};
  const flagsOf = (settings: Readonly<Record<string, string>>): string[] =>
    Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const tlsPorts = isSecured ? [await freePort(), await freePort()] : [];
  const node = async (index: 0 | 1, more: readonly string[]): Promise<LocalRedis> => {
    const at = tlsPorts[index];
    const port = at === undefined ? {} : { 'tls-port': String(at) };
    const flags = flagsOf({
      ...secured,
      ...port,
      masteruser: 'replica',
      masterauth: password,
      'repl-diskless-sync-delay': '0',
    });
    return startRedis({ aclFile, flags: [...flags, ...more] });
  };
  const first = await node(0, []);
  const from = String(tlsPorts[0] ?? first.port);
  const second = await node(1, ['--replicaof', '127.0.0.1', from]);
  const lines = [
    ...Object.entries(secured).map(([name, value]) => `${name} ${value}`),
    `requirepass ${asks}`,
    `sentinel sentinel-pass ${asks}`,
    'sentinel auth-user mymaster sentinel',
    `sentinel auth-pass mymaster ${password}`,
  ];
  const sentinels = await Promise.all(
    [1, 2, 3].map(async () => {
      const at = isSecured ? await freePort() : undefined;
      const started = await startSentinel('mymaster', Number(from), [
        ...(at === undefined ? [] : [`tls-port ${at}`]),
        ...lines,
      ]);
      return { ...started, port: at ?? started.port };
    }),
  );
  const nodes = [first, second] as const;
  const connections: Redis[] = [];
  return {
    folder,
    nodes,
    sentinels,
    address: (user) => ({
      url: `${isSecured ? 'rediss' : 'redis'}://${user}:${password}@nobody.invalid:1`,
      ...(isSecured ? { tls: { ca } } : {}),
      sentinels: { at: sentinels.map(({ port }) => ({ host: '127.0.0.1', port })), name: 'mymaster', password: asks },
    }),
    admin: (index) => {
      const connection = new Redis(`redis://admin:any@127.0.0.1:${nodes[index].port}`);
      connection.on('error', () => {});
      connections.push(connection);
      return connection;
    },
    stop: async () => {
      for (const connection of connections) connection.disconnect();
      await Promise.all([...sentinels, ...nodes].map(({ stop }) => stop()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** Resolves when all Sentinels know each other and the replica, so that they could agree on a fail-over. */
export const readyToFailOver = async (
  { sentinels, nodes: [, replica], admin }: WatchedRedis,
  isSecured: boolean,
): Promise<void> => {
  const knows = async ({ port }: Sentinel): Promise<boolean> => {
    const secured = isSecured ? { tls: { rejectUnauthorized: false } } : {};
    const asked = new Redis({ port, host: '127.0.0.1', password: asks, ...secured });
    try {
      const [about] = z.array(z.array(z.string())).parse(await asked.call('SENTINEL', 'MASTERS'));
      const said = (name: string): string => about?.[about.indexOf(name) + 1] ?? '';
      return said('num-slaves') === '1' && said('num-other-sentinels') === '2' && said('flags') === 'master';
    } finally {
      asked.disconnect();
    }
  };
  for (;;) {
    const linked = (await admin(1).info('replication')).includes('master_link_status:up');
    const known = await Promise.all(sentinels.map(knows));
    if (linked && replica.pid() !== undefined && known.every(Boolean)) return;
    await pause(200);
  }
};
