import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { Agent, type Dispatcher } from 'undici';
import { type ApiClient, createApiClient } from '#local/parts/api-client.ts';
import { freePort } from '#local/parts/daemon.ts';
import { formatKubeconfig, writeKubeconfig } from '#local/parts/kubeconfig.ts';
import { callerNamespace } from '#local/shop/callers.ts';
import { tokenFor } from '#local/shop/install.ts';
import { demoSeed } from '#local/slack/seed.ts';
import { createSocketLink, type SocketLink } from '#local/slack/socket-link.ts';
import { createWorkspace, type Workspace } from '#local/slack/workspace.ts';
import { type Stand, startStand } from '#local/stand.ts';
import { startApiProxy } from '#test/stories/parts/api-proxy.ts';
import { startRedisProxy } from '#test/stories/parts/redis-proxy.ts';
import { protect, untilAsked } from './guarded.ts';
import { letExec } from './misuse.ts';
import type { Replicas } from './plan.ts';
import { botSlot, guardSlot, type Slot, type Ways, watcherSlot, workerSlot } from './slots.ts';

/** What stands between the processes and their parts, and how it is broken just now. */
export type Broken = {
  api: 'no' | 'slow' | 429 | 500 | 'answer-lost';
  redisAnswer: 'kept' | 'lost';
  siem: 'takes' | 'is stuck';
};

/** The product as processes of their own, on real parts, each of which can be broken. */
export type Ground = {
  readonly stand: Stand;
  readonly slack: Workspace;
  readonly link: SocketLink;
  /** As Redis's administrator, past what is broken. */
  readonly redis: Redis;
  /** The requester, at the API server itself. */
  readonly alice: ApiClient;
  /** Who asks over the API: with a token for Hallpass, and at the API server itself. */
  readonly pipeline: { readonly token: string; readonly client: ApiClient };
  /** Where each bot serves the API. */
  readonly apis: readonly string[];
  readonly broken: Broken;
  readonly workers: readonly Slot[];
  readonly bots: readonly Slot[];
  readonly guard: Slot;
  readonly watcher: Slot;
  /** Connections of whoever writes straight to the API server. */
  readonly hands: Dispatcher;
  readonly stop: () => Promise<void>;
};

/** Every process of Hallpass. */
export const slotsOf = ({
  workers,
  bots,
  guard,
  watcher,
}: Pick<Ground, 'workers' | 'bots' | 'guard' | 'watcher'>): readonly Slot[] => [...workers, ...bots, guard, watcher];

/** Answers that were lost, one after the other, while it is said that they are. */
const oneIn = (times: number): boolean => Math.random() * times < 1;

/** A clock that runs so many times as fast: Slack's rates hold, and a round does not wait a minute for each of them. */
const sped = (times: number): (() => Temporal.Instant) => {
  const from = Date.now();
  return () => Temporal.Instant.fromEpochMilliseconds(from + Math.round((Date.now() - from) * times));
};

/** Starts it all; nothing is broken. */
export const startGround = async ({ bots, workers, guard, watcher }: Replicas): Promise<Ground> => {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const one of stops.toReversed()) await one();
  };
  try {
    const stand = await startStand({ api: true, guard: true, watcher: true });
    stops.push(stand.stop);
    await protect(stand);
    await letExec(stand);
    const broken: Broken = { api: 'no', redisAnswer: 'kept', siem: 'takes' };
    const ways = await openWays(stand, broken, stops);
    const slack = createWorkspace({ seed: demoSeed(), rates: 'on', ratesNow: sped(20) });
    const link = await createSocketLink(slack);
    stops.push(link.stop, async () => slack.stop());
    const reached: Ways = { ...ways, slackApiUrl: link.slackApiUrl };
    const ports = await Promise.all(bots.map(() => freePort()));
    const slots = {
      guard: guardSlot(stand, reached, guard),
      watcher: watcherSlot(stand, reached, watcher),
      workers: workers.map((ahead, nth) => workerSlot(stand, reached, nth, ahead)),
      bots: bots.map((ahead, nth) => botSlot(stand, reached, nth, ahead, ports[nth])),
    };
    stops.push(async () => void (await Promise.all(slotsOf(slots).map((one) => one.kill()))));
    for (const one of slotsOf(slots)) await one.start();
    const redis = new Redis(stand.redis.url, { maxRetriesPerRequest: 3 });
    redis.on('error', () => {});
    stops.push(async () => redis.disconnect());
    const { url, caPem } = stand.plane;
    const alice = createApiClient({ url, caPem, token: 'local-alice@acme.test' });
    const pipeline = {
      token: await readFile(join(stand.folder, 'deployer.token'), 'utf8'),
      client: createApiClient({ url, caPem, token: await tokenFor(stand.admin, callerNamespace, 'deployer') }),
    };
    const hands = new Agent({ connect: { ca: caPem, timeout: 2_000 } });
    stops.push(alice.close, pipeline.client.close, () => hands.destroy());
    await untilAsked({ plane: stand.plane, hands });
    const apis = ports.map((port) => `http://127.0.0.1:${port}`);
    return { stand, slack, link, redis, alice, pipeline, apis, hands, broken, ...slots, stop };
  } catch (cause) {
    await stop();
    throw cause;
  }
};

const openWays = async (
  stand: Stand,
  broken: Broken,
  stops: (() => Promise<unknown>)[],
): Promise<Omit<Ways, 'slackApiUrl'>> => {
  const api = await startApiProxy(stand.plane, {
    hold: ({ method }) => (broken.api === 'answer-lost' && method !== 'GET' && oneIn(3) ? 'after' : undefined),
    instead: () => (typeof broken.api === 'number' ? broken.api : undefined),
    gate: async () => {
      if (broken.api === 'slow') await new Promise((resolve) => setTimeout(resolve, 300 + Math.random() * 1_500));
    },
    onHeld: () => {},
  });
  const redis = await startRedisProxy(stand.redis.port, {
    hold: () => (broken.redisAnswer === 'lost' && oneIn(40) ? 'after' : undefined),
    onHeld: () => {},
  });
  const siem = createServer((request, response) => {
    request.resume();
    if (broken.siem === 'takes') response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => siem.listen(0, '127.0.0.1', resolve));
  stops.push(api.stop, redis.stop, async () => {
    siem.closeAllConnections();
    await new Promise((resolve) => siem.close(resolve));
  });
  const files = new Map<string, string>();
  for (const account of ['hallpass-bot', 'hallpass-worker', 'hallpass-guard'] as const) {
    const token = /token: (\S+)/.exec(await readFile(stand.kubeconfig(account), 'utf8'))?.[1] ?? '';
    const text = formatKubeconfig({ url: api.url, caPem: stand.plane.caPem, user: account, token, cluster: 'shop' });
    files.set(account, writeKubeconfig(stand.kubeconfig(`chaos-${account}`), text));
  }
  return {
    redisUrl: redis.url,
    kubeconfigOf: (account) => files.get(account) ?? '',
    siemUrl: `http://127.0.0.1:${(siem.address() as AddressInfo).port}/ingest`,
  };
};
