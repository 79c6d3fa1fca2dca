import { join } from 'node:path';
import type { Stand } from '#local/stand.ts';
import { type OwnProcess, root, startOwnProcess } from './own-process.ts';

export type WorkerProcess = OwnProcess;

export type WorkerProcessOptions = {
  /** Default: the stand's own. */
  readonly redisUrl?: string;
  readonly kubeconfig?: string;
  /** Milliseconds that its machine's clock is ahead. */
  readonly clockAhead?: number;
  /** Whether it says how long the longest turn of its event loop was, from SIGUSR2 on. */
  readonly ticking?: boolean;
  /** Further settings. */
  readonly more?: Readonly<Record<string, string>>;
};

/** Starts a worker as it runs in production, as a process of its own; resolves when it is running. */
export const startWorkerProcess = (
  stand: Stand,
  { redisUrl, kubeconfig, clockAhead = 0, ticking = false, more = {} }: WorkerProcessOptions = {},
): Promise<WorkerProcess> => {
  const config = stand.config('worker');
  const before = [...(clockAhead === 0 ? [] : ['clock-shifted.ts']), ...(ticking ? ['ticking.ts'] : [])];
  const preload = before.flatMap((name) => ['--import', join(root, 'test/stories/parts', name)]);
  const environment = {
    HALLPASS_ROLE: 'worker',
    REDIS_URL: redisUrl ?? config.redisUrl,
    HALLPASS_POLICY: config.policy,
    HALLPASS_KEYS: config.keys,
    HALLPASS_CLUSTERS: `shop=${kubeconfig ?? stand.kubeconfig('hallpass-worker')}`,
    HALLPASS_MANAGED_NAMESPACES: config.managedNamespaces.join(','),
    CLOCK_AHEAD: String(clockAhead),
    ...more,
  };
  return startOwnProcess('The worker is running', environment, preload);
};
