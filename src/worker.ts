import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { createDraftServer } from '#adapters/bullmq/drafts.ts';
import { createStepWorker } from '#adapters/bullmq/step-worker.ts';
import type { Ready } from '#adapters/http/probes.ts';
import { loadMark } from '#adapters/keys/shared.ts';
import { loadVault } from '#adapters/keys/vault.ts';
import { createClusterWriter, serverTime } from '#adapters/kubernetes/cluster.ts';
import { isKubernetesFault } from '#adapters/kubernetes/fault.ts';
import { checkIdentity, sayExcess } from '#adapters/kubernetes/identity.ts';
import { createWebhooks, selectsNamespaces } from '#adapters/kubernetes/webhooks.ts';
import { createRedisAgreedStates, createRedisLeaving } from '#adapters/redis/agreed-states.ts';
import { createAlarmBox } from '#adapters/redis/alarm-box.ts';
import { createRedisSumming } from '#adapters/redis/summing.ts';
import { createCountingFetch } from '#adapters/slack/counting-fetch.ts';
import { createExaminer } from '#adapters/threads/examiner.ts';
import { matches } from '#domain/policy/policy.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { kindModules } from '#kinds/index.ts';
import { markRunning } from '#src/metrics/processes.ts';
import { beginLag } from '#src/metrics/requests.ts';
import { countSlackCall } from '#src/metrics/slack.ts';
import { draftRequest } from '#use-cases/draft-request.ts';
import type { DriftPorts } from '#use-cases/drift-ports.ts';
import { createWebhookKeeper } from '#use-cases/keep-webhook.ts';
import { createOwnWrites } from '#use-cases/own-writes.ts';
import type { Alarm, ClusterWriter, WorkerPorts } from '#use-cases/ports.ts';
import { createStepRunner, type StepRunner } from '#use-cases/run-step.ts';
import { settleHeld } from '#use-cases/settle-held.ts';
import { createLater } from '#use-cases/summing.ts';
import { createClusterSweep, sweepLog } from '#use-cases/sweep.ts';
import { createJournalSweep } from '#use-cases/sweep-journals.ts';
import { sweepMarkers } from '#use-cases/sweep-markers.ts';
import { createDriftWatch } from '#use-cases/watch-drift.ts';
import { watchGrants } from '#use-cases/watch-grants.ts';
import { withGoneNamespaces } from '#use-cases/with-gone-namespaces.ts';
import { withPasses } from '#use-cases/with-passes.ts';
import { withVeils } from '#use-cases/with-veils.ts';
import type { Config } from './config.ts';
import { type Ground, openGround } from './core.ts';
import { every } from './every.ts';
import { webhookBy } from './guarded-by.ts';
import { tellMissingRights } from './missing-rights.ts';

/**
 * Steps at the same time: twice the calls that one client has in flight (32), so that the API server is kept busy while
 * other steps wait for Redis.
 */
const concurrency = 64;
/** Milliseconds between two sweeps. */
const rounds = {
  log: 1_000,
  held: 500,
  webhook: 2_000,
  drift: 5_000,
  cluster: 2_000,
  watch: 2_000,
  everything: 60_000,
  markers: 3_600_000,
} as const;

/** A running process, or half of one; `stop` waits for what is under way. */
export type Running = {
  readonly stop: () => Promise<void>;
  readonly tellThrough: Ground['tellThrough'];
  readonly lacks: Ready;
};

/** Starts the worker: it alone writes in clusters. Several may run side by side. */
export const startWorker = async (config: Config): Promise<Result<Running, readonly string[]>> => {
  const vault = loadVault(config.keys);
  const opened = await openGround(config, 'worker', config.workerClusters);
  const mark = loadMark(config.keys);
  const unread = [vault, mark].flatMap((one) => (one.ok ? [] : [one.error]));
  if (!opened.ok) return err([...opened.error, ...unread]);
  const ground = opened.value;
  const { core, clients, info } = ground;
  const problems = [...unread, ...(await checkClusters(clients, core.alarm))];
  if (problems.length > 0 || !vault.ok || !mark.ok) {
    await ground.stop();
    return err(problems);
  }
  // A worker holds no token of Slack's: a bot tells for it. In one process with a bot, that bot is asked directly.
  ground.tellThrough(createAlarmBox(ground.redis('commit', 'alarms')).put);
  // Known without the policy: what was made is ended even while nobody can read that.
  const sorts = kindModules.flatMap(({ makes }) => makes);
  const scope = { namespaces: config.managedNamespaces, sorts, alarm: core.alarm };
  const { close, ...examiner } = createExaminer();
  ground.onStop(close);
  const passing = { ...core, home: config.home };
  const veiling = { home: config.home, ...(mark.value === undefined ? {} : { mark: mark.value }) };
  const agreed = createRedisAgreedStates(ground.redis('commit', 'agreed'));
  // Where no guard holds anything, everybody changes what they like.
  const own = config.guardAt === undefined ? undefined : createOwnWrites({ ...passing, agreed });
  const noting = { ...passing, noteWrite: own?.note };
  const writers = clients.map((client) => {
    const writer = withPasses(noting, withGoneNamespaces(createClusterWriter(client, scope)));
    return [client.cluster, withVeils(veiling, writer)] as const;
  });
  const clusters = new Map(writers);
  const addressOf = await addressesFor(config);
  if (addressOf === undefined && ground.folder?.settings.identityTemplate !== undefined)
    core.alarm('The worker cannot ask Slack for addresses, by which identities.yaml says who people are', {
      remedy: 'Set SLACK_LOOKUP_TOKEN',
    });
  const ports: WorkerPorts = {
    ...core,
    ...(addressOf === undefined ? {} : { addressOf }),
    clusters,
    home: config.home,
    managed: config.managedNamespaces,
    examiner,
    vault: vault.value,
    summing: startSumming(ground),
    toldBefore: ground.told.of,
    pause: (milliseconds) => pause(milliseconds),
  };
  const steps = createStepRunner(ports);
  startSweeps(ground, ports, steps);
  keepWebhooks(ground, config);
  if (own !== undefined)
    watchDrift(ground, {
      ...ports,
      agreed,
      flush: own.flush,
      leave: createRedisLeaving(ground.redis('commit', 'found')),
      random: (count) => randomBytes(count),
    });
  const worker = createStepWorker({
    queue: 'cluster',
    connection: ground.redis('consume', 'steps'),
    concurrency,
    handler: ({ id }) => steps.run(id),
    onFault: (cause, job) => core.alarm('A step failed and will be tried again', { job, cause: String(cause) }),
  });
  ground.onStop(() => worker.close());
  const drafts = createDraftServer(
    { commit: ground.redis('commit', 'drafts'), consume: ground.redis('consume', 'drafts') },
    core,
    (input, signal) => draftRequest(stoppable(ports, signal), input),
    (cause) => core.alarm('What somebody asks for could not be tried', { cause: causes(cause) }),
  );
  ground.onStop(() => drafts.close());
  ground.followPolicy();
  void tellMissingRights('worker', clients, config, core);
  beginLag(clusters.keys());
  markRunning('worker');
  info('The worker is running', { clusters: [...clusters.keys()], home: config.home });
  // Whatever is away, it ends what it can end, and must be left to do so.
  return ok({ stop: ground.stop, tellThrough: ground.tellThrough, lacks: () => undefined });
};

/** Summaries in the making at the same time, each of which looks at the objects of a grant; and how many may wait for that. */
const summaries = { lanes: 4, most: 5_000 } as const;

const startSumming = ({ core, redis, onStop }: Ground): WorkerPorts['summing'] => {
  const { stop, ...laterOn } = createLater({
    ...summaries,
    elapsed: () => performance.now(),
    onFault: (cause, what) =>
      core.alarm('What became of a request could not be told yet', { what, cause: causes(cause) }),
  });
  onStop(stop);
  return { ...createRedisSumming(redis('commit', 'summaries')), ...laterOn };
};

/** In one process with the bot its token will do. Slack's library is loaded only by a worker that may need it. */
const addressesFor = async ({ lookup, slack }: Config): Promise<WorkerPorts['addressOf']> => {
  const from = lookup ?? (slack && { token: slack.botToken, apiUrl: slack.apiUrl });
  if (from === undefined) return undefined;
  const { createAddressBook } = await import('#adapters/slack/address-book.ts');
  return createAddressBook(from, { fetch: createCountingFetch(countSlackCall) });
};

/** A draft compares each object; before each it is stopped if nobody waits for it any more. Nothing is left undone by that. */
const stoppable = (ports: WorkerPorts, signal: AbortSignal): WorkerPorts => ({
  ...ports,
  examiner: {
    ...ports.examiner,
    compare: async (before, after) => {
      signal.throwIfAborted();
      return ports.examiner.compare(before, after);
    },
  },
});

/**
 * Why a cluster will not do. A token that was never sent shows in no other way than by asking who we are (client-node
 * ignores `tokenFile`). One that does not answer at all is no reason to stop: the others' grants have to end.
 */
export const checkClusters = async (clients: Ground['clients'], alarm: Alarm): Promise<readonly string[]> => {
  const checked = await Promise.all(
    clients.map(async (client) =>
      checkIdentity(client).then(
        ({ excess }) => excess.map((power) => sayExcess(client.cluster, power)),
        (cause: unknown) => {
          const why = cause instanceof Error ? cause.message : String(cause);
          if (!isAway(cause)) return [why];
          alarm('A cluster does not answer at start; its work is done when it is back', {
            cluster: client.cluster,
            why,
          });
          return [];
        },
      ),
    ),
  );
  return checked.flat();
};

const isAway = (cause: unknown): boolean =>
  isKubernetesFault(cause) && ['unreachable', 'deadline'].includes(cause.kubernetes.failure);

const startSweeps = ({ core, onStop }: Ground, ports: WorkerPorts, steps: StepRunner): void => {
  const fault = (message: string) => (cause: unknown) => core.alarm(message, { cause: causes(cause) });
  const sweep = createClusterSweep(ports, steps);
  const journals = createJournalSweep(ports, steps);
  // Each cluster has rounds of its own: one that hangs does not hold up what has to end in the others.
  const ofCluster = (cluster: ClusterWriter) => [
    every(rounds.cluster, () => sweep(cluster, false), fault('The sweep over a cluster failed')),
    every(rounds.everything, () => sweep(cluster, true), fault('The sweep over a cluster failed')),
    every(rounds.cluster, () => journals(cluster, false), fault('The sweep over journals failed')),
    every(rounds.everything, () => journals(cluster, true), fault('The sweep over journals failed')),
    every(rounds.watch, () => watchGrants(ports, cluster), fault('What is in force could not be watched')),
    every(rounds.markers, () => sweepMarkers(ports, cluster), fault('Old markers could not be removed')),
  ];
  const running = [
    every(rounds.log, () => sweepLog(ports, steps), fault('The sweep over the log failed')),
    every(rounds.held, () => settleHeld(ports), fault('What was held and approved could not be looked at')),
    ...[...ports.clusters.values()].flatMap(ofCluster),
  ];
  onStop(() => Promise.all(running.map(({ stop }) => stop())));
};

/** Looks for what is protected and was changed by no request. */
const watchDrift = ({ core, onStop }: Ground, ports: DriftPorts): void => {
  for (const cluster of ports.clusters.values()) {
    const watch = createDriftWatch(ports, cluster);
    const watching = every(rounds.drift, watch, (cause) =>
      core.alarm('What is protected could not be looked over for changes that nobody asked for', {
        cluster: cluster.name,
        cause: causes(cause),
      }),
    );
    onStop(() => watching.stop());
  }
};

/** Keeps the guard's webhook configuration in each cluster as the policy says, whoever changes or removes it. */
const keepWebhooks = ({ core, clients, info, onStop }: Ground, { guardAt, home }: Config): void => {
  const protectedIn = (cluster: string): boolean =>
    core.settings().policy.protect.some(({ clusters }) => clusters.some((one) => matches(one, cluster)));
  for (const client of clients) {
    const { cluster } = client;
    if (guardAt === undefined) {
      if (isReadable(core) && protectedIn(cluster))
        core.alarm('The policy protects objects, and no guard is set up: nothing is held', {
          cluster,
          remedy: 'Set HALLPASS_GUARD, and run a guard',
        });
      continue;
    }
    let selects: boolean | undefined;
    const keep = createWebhookKeeper({
      cluster,
      webhooks: createWebhooks(client),
      wanted: () => webhookBy(core.settings(), { cluster, home, at: guardAt, selectsNamespaces: selects === true }),
      signer: core.signer,
      trust: core.trust,
      now: () => serverTime(client),
      alarm: core.alarm,
      info,
    });
    const round = async (): Promise<void> => {
      selects ??= await selectsNamespaces(client);
      await keep();
    };
    const keeping = every(rounds.webhook, round, (cause) =>
      core.alarm('The webhook configuration of the guard could not be looked at', { cluster, cause: causes(cause) }),
    );
    onStop(() => keeping.stop());
  }
};

const isReadable = ({ settings }: Ground['core']): boolean => {
  try {
    settings();
    return true;
  } catch {
    return false;
  }
};

const causes = (cause: unknown): string =>
  cause instanceof Error && cause.cause !== undefined ? `${cause.message}: ${causes(cause.cause)}` : String(cause);
