import { mkdirSync, mkdtempSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createDaemon, freePort } from './daemon.ts';
import { ensureParts } from './ensure-parts.ts';
import { removeFolder } from './files.ts';
import type { Say } from './progress.ts';

export type RedisOptions = {
  /** Where its data is kept; a temporary folder, removed by `stop`, when absent. */
  dir?: string;
  /** Taken when free, else another one. */
  port?: number;
  /** A Redis ACL file (`user … on >password ~* +@all` per line), for one user per process. */
  aclFile?: string;
  /** More of Redis' own, such as `--tls-port`. */
  flags?: readonly string[];
  say?: Say;
};

export type LocalRedis = {
  /** `redis://127.0.0.1:port`; stays the same over `kill` and `start`. */
  url: string;
  port: number;
  dir: string;
  pid: () => number | undefined;
  /** Brings it back after `kill`, on the same port with the same data. */
  start: () => Promise<void>;
  /** Ends it at once (SIGKILL), as a crash would. */
  kill: () => Promise<void>;
  /** Ends it for good, and removes its data if that was in a temporary folder. */
  stop: () => Promise<void>;
};

/** Whether a Redis or a Sentinel answers: `+PONG`, or that it wants a password. While it loads its data it says `-LOADING`. */
export const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    const end = (ready: boolean) => {
      socket.destroy();
      resolve(ready);
    };
    socket.setTimeout(1_000, () => end(false));
    socket.on('data', (data) => end(/^(\+PONG|-NOAUTH|-NOPERM)/.test(data.toString())));
    socket.on('error', () => end(false));
    socket.on('close', () => resolve(false));
  });

/** `always`: an acknowledged decision survives a crash. hz 100: delayed jobs are 10 ms late instead of 50. */
const flags = (port: number, dir: string, aclFile: string | undefined): string[] => [
  ...['--bind', '127.0.0.1', '--port', String(port), '--dir', dir, '--daemonize', 'no'],
  ...['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''],
  ...['--hz', '100', '--maxmemory-policy', 'noeviction'],
  ...(aclFile === undefined ? [] : ['--aclfile', resolve(aclFile)]),
];

/** Starts a Redis on 127.0.0.1 that ends with this process. */
export const startRedis = async (options: RedisOptions = {}): Promise<LocalRedis> => {
  const parts = await ensureParts(['redis-server'], options.say);
  const dir = options.dir === undefined ? mkdtempSync(join(tmpdir(), 'hallpass-redis-')) : resolve(options.dir);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const port = await freePort(options.port);
  const daemon = createDaemon({
    name: 'Redis',
    binary: parts['redis-server'],
    args: [...flags(port, dir, options.aclFile), ...(options.flags ?? [])],
    log: join(dir, 'redis.log'),
    isReady: () => answers(port),
    readyWithin: 20_000,
  });
  const stop = async () => {
    await daemon.stop();
    if (options.dir === undefined) removeFolder(dir);
  };
  await daemon.start().catch(async (fault) => {
    await stop();
    throw fault;
  });
  return { url: `redis://127.0.0.1:${port}`, port, dir, pid: daemon.pid, start: daemon.start, kill: daemon.kill, stop };
};
