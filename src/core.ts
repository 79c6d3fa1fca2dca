import { createJobs } from '#adapters/bullmq/jobs.ts';
import type { PolicyFolder } from '#adapters/files/policy-folder.ts';
import { createKeys } from '#adapters/keys/keys.ts';
import { serverTime } from '#adapters/kubernetes/cluster.ts';
import { createCredentials } from '#adapters/kubernetes/credentials.ts';
import { createRawClient, type RawClient } from '#adapters/kubernetes/raw-client.ts';
import { createRedisCheckpointStore } from '#adapters/redis/checkpoint-store.ts';
import { createRedisClock } from '#adapters/redis/clock.ts';
import { connectRedis, type RedisProfile } from '#adapters/redis/connection.ts';
import { createRedisEventStore } from '#adapters/redis/event-store.ts';
import type { Pulse } from '#adapters/redis/pulse.ts';
import type { Author } from '#domain/request/events.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { tellClusters } from '#src/metrics/processes.ts';
import { countCommitted } from '#src/metrics/requests.ts';
import { createHeads } from '#use-cases/heads.ts';
import type { Core } from '#use-cases/ports.ts';
import { createRememberedLogs } from '#use-cases/remembered-logs.ts';
import { createToldHeads, type ToldHeads } from '#use-cases/told-heads.ts';
import { createAlarm, type Tell } from './alarm.ts';
import { doubtsOfKeys } from './bound-keys.ts';
import type { ClusterSource, Config } from './config.ts';
import { createLog, type Log } from './log.ts';
import { openPolicy } from './policy.ts';
import { sayProblems } from './policy-news.ts';
import { startPulse } from './pulse.ts';
import { redisFiles, redisProblems } from './redis-at-start.ts';
import { redisAt } from './redis-settings.ts';
import { createStops, type Stops } from './stops.ts';

/** What both processes stand on, with what it takes to end it. */
export type Ground = Stops & {
  readonly core: Core;
  readonly told: ToldHeads;
  /** Absent in a worker whose policy cannot be read: it applies nothing, and ends what there is. */
  readonly folder?: PolicyFolder;
  readonly clients: readonly RawClient[];
  readonly info: Log;
  readonly tellThrough: (tell: Tell) => void;
  /** From now on changes of the policy folder take effect, once `check` has nothing to say against them. */
  readonly followPolicy: (check?: (folder: PolicyFolder) => Promise<readonly string[]>) => void;
  readonly redis: (profile: RedisProfile, name: string) => ReturnType<typeof connectRedis>;
  readonly pulse: Pulse;
  /** Resolves when Redis has been looked at. */
  readonly looked: Promise<unknown>;
};

/** Opens files and connections for one author. Problems of keys and policy are answered all at once. */
export const openGround = async (
  config: Config,
  author: Author,
  sources: readonly ClusterSource[],
): Promise<Result<Ground, readonly string[]>> => {
  const keys = createKeys(config.keys, [author]);
  const files = redisFiles(config);
  const { folder, follow, ...policy } = await openPolicy(config.policy);
  const problems = [...(keys.ok ? [] : keys.error), ...files, ...policy.problems];
  // A mistake in the policy must not keep grants alive: the worker runs, and what needs the policy waits for it.
  if (!keys.ok || files.length > 0 || (folder === undefined && author === 'bot')) return err(problems);

  const { info, error } = createLog();
  const { alarm, tell, tellThrough } = createAlarm(error);
  if (folder === undefined)
    alarm('The policy cannot be used: nothing is applied until it is mended', {
      problems: sayProblems(policy.problems).join('; '),
    });
  // It is the bot that takes in what guards and watchers have signed.
  for (const { type, text } of author === 'bot' ? doubtsOfKeys(keys.value, config.clusters) : [])
    if (type === 'idle') alarm('What a key signs is believed of no cluster that there is', { problem: text });
    else info('A key is good for more clusters than one', { problem: text });
  const { onStop, stop } = createStops();
  const redis = (profile: RedisProfile, name: string) => {
    const connection = connectRedis({
      ...redisAt(config),
      profile,
      name: `hallpass-${author}-${name}`,
      onLost: (cause) => error('Redis is away', { connection: name, cause: String(cause) }),
      onBack: () => info('Redis is back', { connection: name }),
    });
    onStop(async () => connection.disconnect());
    return connection;
  };
  const clients = sources.map((source) => createRawClient(source.name, createCredentials(source)));
  onStop(() => Promise.all(clients.map((client) => client.close())));

  const log = redis('commit', 'log');
  const looked = redisProblems(config, log, author, { info, error, alarm });
  // What is due ends while a worker still looks at Redis.
  const wrong = author === 'bot' ? await looked : [];
  if (wrong.length > 0) {
    await stop();
    return err(wrong);
  }
  const clock = createRedisClock(log, { fallback: () => serverClock(clients) });
  const jobs = createJobs(redis('commit', 'jobs'));
  onStop(() => jobs.close());
  // What decides has others for witnesses. A worker asks them only before it applies something: what is in force has to end.
  const told = createToldHeads({
    checkpoints: createRedisCheckpointStore(redis('commit', 'told')),
    trust: keys.value.trust,
    moment: () => performance.now(),
  });
  const pulse = startPulse(author, log, onStop);
  onStop(tellClusters(author, clients).stop);
  const core: Core = {
    clock,
    store: createRedisEventStore(log, clock),
    jobs,
    signer: keys.value.signer(author),
    trust: keys.value.trust,
    alarm,
    heads: createHeads(),
    countCommitted,
    ...(author === 'bot' ? { told: told.of } : {}),
    readLog: createRememberedLogs(),
    settings: policy.settings,
  };
  return ok({
    core,
    told,
    ...(folder === undefined ? {} : { folder }),
    clients,
    info,
    tellThrough,
    followPolicy: (check) => onStop(follow(author, { info, error, tell }, check).stop),
    redis,
    pulse,
    looked,
    onStop,
    stop,
  });
};

/** What is wrong in the folders that the environment names, for a start that fails anyway: all is told at once. */
export const problemsInFolders = async (environment: NodeJS.ProcessEnv): Promise<readonly string[]> => {
  const { HALLPASS_POLICY: policy, HALLPASS_KEYS: keys } = environment;
  const opened = policy ? await openPolicy(policy) : undefined;
  const loaded = keys ? createKeys(keys) : undefined;
  return [...(opened?.problems ?? []), ...(loaded === undefined || loaded.ok ? [] : loaded.error)];
};

/** The first cluster that answers tells the time while Redis is away. */
const serverClock = (clients: readonly RawClient[]): Promise<Temporal.Instant> => Promise.any(clients.map(serverTime));
