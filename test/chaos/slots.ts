import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '#local/parts/daemon.ts';
import { hallpassApp } from '#local/slack/seed.ts';
import type { Stand } from '#local/stand.ts';
import { type OwnProcess, root, startOwnProcess } from '#test/stories/parts/own-process.ts';

/** A place for one process of Hallpass, which comes and goes. */
export type Slot = {
  readonly name: string;
  readonly start: () => Promise<void>;
  /** At once (SIGKILL). */
  readonly kill: () => Promise<void>;
  readonly isRunning: () => boolean;
  readonly pid: () => number | undefined;
  /** Whether it has ended without being killed. */
  readonly hasFallen: () => boolean;
  /** What all processes in this place have logged. */
  readonly output: () => string;
};

/** Where its parts are reached: through what can be broken. */
export type Ways = {
  readonly redisUrl: string;
  readonly kubeconfigOf: (account: 'hallpass-bot' | 'hallpass-worker' | 'hallpass-guard') => string;
  readonly slackApiUrl: string;
  readonly siemUrl: string;
};

/** What does not start, because what it stands on is away, is started again, as Kubernetes does: so often. */
const restarts = 5;

/** As package.json and the image start it. */
export const asStarted = ['--max-semi-space-size=4'];

const common = (stand: Stand, role: 'bot' | 'worker' | 'guard' | 'watcher', { redisUrl }: Ways, clockAhead: number) => {
  const { policy, keys, guardAt } = stand.config(role);
  return {
    HALLPASS_ROLE: role,
    ...(guardAt !== undefined && 'url' in guardAt ? { HALLPASS_GUARD: guardAt.url } : {}),
    REDIS_URL: redisUrl,
    HALLPASS_POLICY: policy,
    HALLPASS_KEYS: keys,
    CLOCK_AHEAD: String(clockAhead),
  };
};

export const workerSlot = (
  stand: Stand,
  ways: Ways,
  nth: number,
  clockAhead: number,
  namespaces: readonly string[] = [],
): Slot =>
  slot(`worker ${nth}`, 'The worker is running', clockAhead, async () => ({
    ...common(stand, 'worker', ways, clockAhead),
    HALLPASS_CLUSTERS: `shop=${ways.kubeconfigOf('hallpass-worker')}`,
    HALLPASS_MANAGED_NAMESPACES: [...stand.config('worker').managedNamespaces, ...namespaces].join(','),
  }));

/** `apiPort`: where it serves the API; absent: nowhere. */
export const botSlot = (stand: Stand, ways: Ways, nth: number, clockAhead: number, apiPort?: number): Slot =>
  slot(`bot ${nth}`, 'The bot is running', clockAhead, async () => ({
    ...common(stand, 'bot', ways, clockAhead),
    HALLPASS_PORT: String(await freePort()),
    HALLPASS_CLUSTERS: `shop=${ways.kubeconfigOf('hallpass-bot')}`,
    HALLPASS_SIEM_URL: ways.siemUrl,
    ...(apiPort === undefined ? {} : { HALLPASS_API_PORT: String(apiPort) }),
    SLACK_BOT_TOKEN: hallpassApp.token,
    SLACK_APP_TOKEN: hallpassApp.appToken,
    SLACK_API_URL: ways.slackApiUrl,
  }));

/** Throws where none is to be run on this stand. */
export const guardSlot = (stand: Stand, ways: Ways, clockAhead: number): Slot => {
  const { guard } = stand.config('guard');
  if (guard === undefined) throw new Error('This stand has no guard');
  return slot('guard', 'The guard is running', clockAhead, async () => ({
    ...common(stand, 'guard', ways, clockAhead),
    HALLPASS_GUARD_PORT: String(guard.port),
    HALLPASS_CLUSTERS: `shop=${ways.kubeconfigOf('hallpass-guard')}`,
  }));
};

/** Throws where none is to be run on this stand. */
export const watcherSlot = (stand: Stand, ways: Ways, clockAhead: number): Slot => {
  const { watcher } = stand.config('watcher');
  if (watcher === undefined) throw new Error('This stand has no watcher');
  return slot('watcher', 'The watcher is running', clockAhead, async () => ({
    ...common(stand, 'watcher', ways, clockAhead),
    HALLPASS_AUDIT_CLUSTER: watcher.cluster,
    HALLPASS_AUDIT_PORT: String(watcher.port),
    HALLPASS_AUDIT_CERTIFICATE: watcher.certificate,
    HALLPASS_AUDIT_TOKEN_FILE: watcher.tokenFile ?? '',
  }));
};

const slot = (
  name: string,
  running: Parameters<typeof startOwnProcess>[0],
  clockAhead: number,
  environment: () => Promise<Readonly<Record<string, string>>>,
): Slot => {
  const shifted = clockAhead === 0 ? [] : ['--import', join(root, 'test/stories/parts/clock-shifted.ts')];
  const preload = [...asStarted, ...shifted];
  let now: OwnProcess | undefined;
  let starting: Promise<void> | undefined;
  let isKilled = false;
  const before: string[] = [];
  const start = async (): Promise<void> => {
    if (now?.isRunning() === true) return;
    if (now !== undefined) before.push(now.output());
    isKilled = false;
    const started = async (): Promise<OwnProcess> => startOwnProcess(running, await environment(), preload);
    for (let left = restarts; now?.isRunning() !== true; left -= 1)
      now = await started().catch(async (cause: unknown) => {
        if (left === 0) throw cause;
        await wait(1_000);
        return undefined;
      });
  };
  return {
    name,
    // Once at a time: whoever mends all may come to it while it is started again already.
    start: async () => {
      starting ??= start().finally(() => {
        starting = undefined;
      });
      await starting;
    },
    kill: async () => {
      isKilled = true;
      await now?.kill();
    },
    isRunning: () => now?.isRunning() === true,
    pid: () => now?.pid,
    hasFallen: () => now !== undefined && !isKilled && !now.isRunning(),
    output: () => [...before, now?.output() ?? ''].join('\n'),
  };
};
