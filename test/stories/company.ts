import { Redis } from 'ioredis';
import { afterAll, beforeAll } from 'vitest';
import { ok } from '#domain/result.ts';
import { createApiClient } from '#local/parts/api-client.ts';
import { shopPeople } from '#local/shop/people.ts';
import { demoSeed } from '#local/slack/seed.ts';
import { createWorkspace, type Workspace } from '#local/slack/workspace.ts';
import { type Stand, startStand } from '#local/stand.ts';
import type { Way } from '#local/ways-in.ts';
import type { RunningBot } from '#src/bot.ts';
import type { Config } from '#src/config.ts';
import { startGuard } from '#src/guard.ts';
import { startWatcher } from '#src/watcher.ts';
import { type Running, startWorker } from '#src/worker.ts';

/** The shop's company with Hallpass running in it: a real Redis and API server, and the strict Slack. */
export type Company = {
  readonly stand: Stand;
  readonly slack: Workspace;
  readonly bot: RunningBot;
  readonly worker: Running;
  /** A connection as Redis's administrator, to be ended by whoever asks for it. */
  readonly openRedis: () => Redis;
  /** What the API server answers a person: an HTTP status. */
  readonly tries: (
    person: 'requester' | 'approver-one' | 'approver-two' | 'outsider',
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
  ) => Promise<number>;
};

export type CompanyOptions = {
  /** Changes what is on the stand, such as its policy, before Hallpass starts. */
  readonly prepare?: (stand: Stand) => Promise<void>;
  /** Runs a guard too, with some of the shop protected. */
  readonly guard?: boolean;
  /** Serves the API too: there is a pipeline and an agent then. */
  readonly api?: boolean;
  /** Runs a watcher too, to which the API server sends its audit events. */
  readonly watcher?: boolean;
  /** Runs Kubernetes' own controllers too, so that what is deleted with a namespace goes. */
  readonly controllers?: boolean;
  /** `none`: the stories start workers of their own; `worker` then does nothing. */
  readonly worker?: 'here' | 'none';
  /** Changes the settings of the worker, once there is a way into Slack. */
  readonly forWorker?: (config: Config) => Config;
  /** Where Redis is, if it is not that of the stand. */
  readonly redis?: { readonly of: (config: Config) => Config; readonly open: () => Redis };
};

/** Starts a company for a file of stories, and ends it after the last. */
export const companyFor = (
  wayInto: (slack: Workspace) => Way | Promise<Way>,
  options: CompanyOptions = {},
): (() => Company) => {
  let company: Company | undefined;
  const stops: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    const started = await startStand({
      guard: options.guard === true,
      watcher: options.watcher === true,
      api: options.api === true,
      controllerManager: options.controllers === true,
    });
    const { redis } = options;
    const stand: Stand =
      redis === undefined ? started : { ...started, config: (...words) => redis.of(started.config(...words)) };
    stops.push(stand.stop);
    await options.prepare?.(stand);
    const slack = createWorkspace({ seed: demoSeed(), rates: 'off' });
    const way = await wayInto(slack);
    stops.push(way.stop);
    const worker =
      options.worker === 'none' ? ok(nobody) : await startWorker((options.forWorker ?? asIs)(stand.config('worker')));
    if (!worker.ok) throw new Error(worker.error.join('\n'));
    stops.push(worker.value.stop);
    if (options.guard === true) {
      const guard = await startGuard(stand.config('guard'));
      if (!guard.ok) throw new Error(guard.error.join('\n'));
      stops.push(guard.value.stop);
    }
    if (options.watcher === true) {
      const watcher = await startWatcher(stand.config('watcher'));
      if (!watcher.ok) throw new Error(watcher.error.join('\n'));
      stops.push(watcher.value.stop);
    }
    const bot = await way.startBot((settings) => stand.config('bot', settings));
    stops.push(bot.stop);
    worker.value.tellThrough(bot.tell);
    const openRedis = redis?.open ?? (() => new Redis(stand.redis.url, { maxRetriesPerRequest: 3 }));
    company = { stand, slack, bot, worker: worker.value, openRedis, tries: createTries(stand, stops) };
  }, 120_000);

  afterAll(async () => {
    for (const stop of stops.toReversed()) await stop();
  }, 60_000);

  return () => {
    if (company === undefined) throw new Error('The company has not started.');
    return company;
  };
};

const asIs = (config: Config): Config => config;

const nobody: Running = { stop: async () => {}, tellThrough: () => {}, lacks: () => undefined };

const createTries = ({ plane }: Stand, stops: (() => Promise<void>)[]): Company['tries'] => {
  const clients = new Map(
    shopPeople.map(({ file, user }) => [
      file,
      createApiClient({ url: plane.url, caPem: plane.caPem, token: `local-${user}` }),
    ]),
  );
  stops.push(async () => void (await Promise.all([...clients.values()].map((client) => client.close()))));
  return async (person, method, path) => {
    const reply = await clients.get(person)?.send(method, path);
    if (reply === undefined) throw new Error(`Nobody is called ${person}.`);
    return reply.status;
  };
};
