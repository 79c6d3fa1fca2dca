import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { redisAcl } from '#adapters/redis/acl.ts';
import { freePort } from '#local/parts/daemon.ts';
import { type LocalRedis, startRedis } from '#local/parts/redis.ts';
import { type Authority, createAuthority, type Pair } from '#test/build/authority.ts';

const password = 'a-password-of-all';
const hash = createHash('sha256').update(password).digest('hex');

export type RedisOverTls = {
  readonly server: LocalRedis;
  readonly folder: string;
  readonly authority: Authority;
  /** The file with its authority. */
  readonly ca: string;
  readonly tlsPort: number;
  /** `rediss://` for one of Hallpass' users. */
  readonly urlOf: (user: string, host?: string) => string;
  readonly plainUrlOf: (user: string) => string;
  /** Writes a pair beside it; answers the files. */
  readonly write: (name: string, pair: Pair) => { readonly cert: string; readonly key: string };
  readonly stop: () => Promise<void>;
};

/** A Redis with the users of an installation, over TLS with a team's own authority, and without TLS on another port. */
export const startRedisOverTls = async (flags: readonly string[] = []): Promise<RedisOverTls> => {
  const folder = mkdtempSync(join(tmpdir(), 'hallpass-redis-tls-'));
  const authority = await createAuthority();
  const write: RedisOverTls['write'] = (name, pair) => {
    const files = { cert: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
    writeFileSync(files.cert, pair.cert);
    writeFileSync(files.key, pair.key, { mode: 0o600 });
    return files;
  };
  const ca = join(folder, 'ca.crt');
  writeFileSync(ca, authority.ca);
  const own = write('redis', await authority.issue(['localhost', '127.0.0.1', 'redis.example.com']));
  const aclFile = join(folder, 'users.acl');
  writeFileSync(
    aclFile,
    `${redisAcl({ bot: hash, worker: hash, guard: hash, watcher: hash })}user admin on nopass ~* &* +@all\n`,
  );
  const tlsPort = await freePort();
  const server = await startRedis({
    aclFile,
    flags: [
      ...['--tls-port', String(tlsPort), '--tls-ca-cert-file', ca, '--tls-auth-clients', 'no'],
      ...['--tls-cert-file', own.cert, '--tls-key-file', own.key, ...flags],
    ],
  });
  return {
    server,
    folder,
    authority,
    ca,
    tlsPort,
    write,
    urlOf: (user, host = '127.0.0.1') => `rediss://${user}:${password}@${host}:${tlsPort}`,
    plainUrlOf: (user) => `redis://${user}:${password}@127.0.0.1:${server.port}`,
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
