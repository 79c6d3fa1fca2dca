import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endingWithParent } from '#local/parts/ending-with-parent.ts';
import type { Stand } from '#local/stand.ts';

export type WorkerProcess = {
  readonly pid: number;
  /** What it has logged so far. */
  readonly output: () => string;
  /** Ends it at once (SIGKILL) and waits until it is gone; may be called twice. */
  readonly kill: () => Promise<void>;
};

export type WorkerProcessOptions = {
  /** Default: the stand's own. */
  readonly redisUrl?: string;
  readonly kubeconfig?: string;
  /** Milliseconds that its machine's clock is ahead. */
  readonly clockAhead?: number;
  /** Whether it says how long the longest turn of its event loop was, from SIGUSR2 on. */
  readonly ticking?: boolean;
};

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Starts a worker as it runs in production, as a process of its own; resolves when it is running. */
export const startWorkerProcess = async (
  stand: Stand,
  { redisUrl, kubeconfig, clockAhead = 0, ticking = false }: WorkerProcessOptions = {},
): Promise<WorkerProcess> => {
  const config = stand.config('worker');
  const before = [...(clockAhead === 0 ? [] : ['clock-shifted.ts']), ...(ticking ? ['ticking.ts'] : [])];
  const preload = before.flatMap((name) => ['--import', join(root, 'test/stories/parts', name)]);
  const { command, args } = endingWithParent(process.execPath, [...preload, join(root, 'src/main.ts')]);
  const child = spawn(command, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      LD_LIBRARY_PATH: process.env.LD_LIBRARY_PATH,
      HALLPASS_ROLE: 'worker',
      REDIS_URL: redisUrl ?? config.redisUrl,
      HALLPASS_POLICY: config.policy,
      HALLPASS_KEYS: config.keys,
      HALLPASS_CLUSTERS: `shop=${kubeconfig ?? stand.kubeconfig('hallpass-worker')}`,
      HALLPASS_MANAGED_NAMESPACES: config.managedNamespaces.join(','),
      CLOCK_AHEAD: String(clockAhead),
    },
  });
  let output = '';
  const { promise: gone, resolve: isGone } = Promise.withResolvers<void>();
  const { promise: running, resolve: isRunning, reject: fails } = Promise.withResolvers<void>();
  const hear = (chunk: Buffer): void => {
    output += chunk.toString();
    if (output.includes('The worker is running')) isRunning();
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  child.once('error', fails);
  child.once('close', () => {
    fails(new Error(`The worker ended at its start:\n${output}`));
    isGone();
  });
  await running;
  if (child.pid === undefined) throw new Error('The worker has no process id.');
  return {
    pid: child.pid,
    output: () => output,
    kill: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
};
