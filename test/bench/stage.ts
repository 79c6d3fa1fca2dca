import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { createDaemon, type Daemon } from '#local/parts/daemon.ts';
import { install, readManifests } from '#local/shop/install.ts';
import { createWorkspace, type Workspace } from '#local/slack/workspace.ts';
import { type Stand, startStand } from '#local/stand.ts';
import { inMemory } from '#local/ways-in.ts';
import { asStarted } from '#test/chaos/slots.ts';
import { companySeed, employ } from './company.ts';
import type { Options } from './options.ts';

/** The product as it runs in production: bot and worker are two processes; the strict Slack is in the bot's. */
export type Stage = {
  readonly stand: Stand;
  readonly slack: Workspace;
  /** For looking at the log from outside, and for bare baselines. */
  readonly redis: Redis;
  /** Where grants are spread over: one hundred each at most, as in a company and not all in one. */
  readonly namespaces: readonly string[];
  readonly size: (usual: number, small: number) => number;
  /** Whether the long form of a bench is wanted. */
  readonly isLong: boolean;
  /** Tells whoever watches what is going on. */
  readonly say: (text: string) => void;
  /** For how many milliseconds at a time the worker could do nothing else since then; 0 for less than ten. */
  readonly workerBlocked: (since: number) => number;
  readonly stop: () => Promise<void>;
};

export const startStage = (options: Options, say: (text: string) => void): Promise<Stage> =>
  startParts(options, say, false);

/** With a watcher beside them, to which the API server sends its audit events; it is a process of its own. */
export const startWatchStage = (options: Options, say: (text: string) => void): Promise<Stage> =>
  startParts(options, say, true);

const startParts = async (options: Options, say: (text: string) => void, isWatched: boolean): Promise<Stage> => {
  say(`starting Redis, the API server, the worker${isWatched ? ', the watcher' : ''} and the bot`);
  const stand = await startStand({ watcher: isWatched });
  const stops: (() => Promise<unknown>)[] = [stand.stop];
  const stop = async (): Promise<void> => {
    for (const one of stops.toReversed()) await one();
  };
  try {
    const namespaces = await makeNamespaces(stand);
    await employ(stand.config('bot').policy);
    const turns = join(stand.folder, 'worker.turns');
    writeFileSync(turns, '');
    const worker = startWorkerProcess(stand, namespaces, turns, options);
    await worker.start();
    stops.push(worker.stop);
    if (isWatched) {
      const watcher = startWatcherProcess(stand, options);
      await watcher.start();
      stops.push(watcher.stop);
    }
    const slack = createWorkspace({ seed: companySeed(), rates: 'off' });
    const way = inMemory(slack);
    stops.push(way.stop);
    const bot = await way.startBot((settings) => stand.config('bot', settings));
    stops.push(bot.stop);
    const redis = new Redis(stand.redis.url);
    stops.push(async () => redis.disconnect());
    const size = (usual: number, small: number): number => (options.small ? small : usual);
    const workerBlocked = (since: number): number => {
      const lines = readFileSync(turns, 'utf8').split('\n');
      const gaps = lines.map((line) => line.split(' ').map(Number)).filter(([until = 0]) => until >= since);
      return Math.max(0, ...gaps.map(([, gap = 0]) => gap));
    };
    return { stand, slack, redis, namespaces, size, isLong: options.long, say, workerBlocked, stop };
  } catch (cause) {
    await stop();
    throw cause;
  }
};

/** Namespaces under the shop's second rule (`shop-*`: one approval), with the worker bound in them. */
export const makeNamespaces = async ({ admin }: Stand): Promise<readonly string[]> => {
  const names = Array.from({ length: 20 }, (_, index) => `shop-bench-${index}`);
  const [binding] = await readManifests('managed/any-namespace.yaml');
  if (binding === undefined) throw new Error('manifests/managed/any-namespace.yaml is empty');
  await install(
    admin,
    names.flatMap((name) => [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
      { ...binding, metadata: { ...binding.metadata, namespace: name } },
    ]),
  );
  return names;
};

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const watching = fileURLToPath(new URL('./turns.ts', import.meta.url));

/** The worker as `npm start` runs it with HALLPASS_ROLE=worker; how long nothing else is done there is left in `turns`. */
const startWorkerProcess = (stand: Stand, namespaces: readonly string[], turns: string, options: Options): Daemon => {
  const config = stand.config('worker');
  const environment = {
    BENCH_TURNS: turns,
    HALLPASS_ROLE: 'worker',
    HALLPASS_CLUSTERS: `shop=${stand.kubeconfig('hallpass-worker')}`,
    HALLPASS_WORKER_CLUSTERS: '',
    HALLPASS_MANAGED_NAMESPACES: [...config.managedNamespaces, ...namespaces].join(','),
  };
  return startProcess(stand, 'worker', environment, [...asStarted, '--import', watching], options);
};

/** The watcher as `npm run watcher` runs it. */
const startWatcherProcess = (stand: Stand, options: Options): Daemon => {
  const { watcher } = stand.config('watcher');
  if (watcher === undefined) throw new Error('The stand has no watcher');
  const environment = {
    HALLPASS_ROLE: 'watcher',
    HALLPASS_AUDIT_CLUSTER: watcher.cluster,
    HALLPASS_AUDIT_PORT: String(watcher.port),
    HALLPASS_AUDIT_CERTIFICATE: watcher.certificate,
    HALLPASS_AUDIT_TOKEN_FILE: watcher.tokenFile ?? '',
  };
  return startProcess(stand, 'watcher', environment, asStarted, options);
};

const startProcess = (
  stand: Stand,
  name: 'worker' | 'watcher',
  own: Readonly<Record<string, string>>,
  flags: readonly string[],
  { profile }: Pick<Options, 'profile'>,
): Daemon => {
  const config = stand.config(name);
  const log = join(stand.folder, `${name}.log`);
  writeFileSync(log, '');
  const environment = {
    REDIS_URL: config.redisUrl,
    HALLPASS_POLICY: config.policy,
    HALLPASS_KEYS: config.keys,
    HALLPASS_NAMESPACE: config.home,
    ...own,
  };
  if (profile !== undefined) mkdirSync(profile, { recursive: true });
  const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  return createDaemon(
    {
      name: `The ${name}`,
      binary: 'env',
      args: [...variables, process.execPath, ...profiling, ...flags, main],
      log,
      isReady: async () => readFileSync(log, 'utf8').includes(`The ${name} is running`),
      readyWithin: 20_000,
    },
    20_000,
  );
};
