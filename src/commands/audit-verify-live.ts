import { randomInt } from 'node:crypto';
import { WebClient } from '@slack/web-api';
import { connectRedis } from '#adapters/redis/connection.ts';
import { createLogReader } from '#adapters/redis/log-reader.ts';
import { createRedisProjectionStore } from '#adapters/redis/projection-store.ts';
import { readUnshown } from '#adapters/redis/unshown.ts';
import { clientOptions, identify } from '#adapters/slack/client.ts';
import { checkpointsInChannel } from '#adapters/slack/found-checkpoints.ts';
import { createPatientCalls } from '#adapters/slack/patient-calls.ts';
import { postingOptions } from '#adapters/slack/projection.ts';
import { createReadMessages, type ReadMessages } from '#adapters/slack/read-messages.ts';
import { readPostedUpTo } from '#adapters/slack/show-checkpoints.ts';
import { createCalls, realTime } from '#adapters/slack/slack-calls.ts';
import { createVerifyThreads, type VerifiedThreads } from '#adapters/slack/verify-threads.ts';
import type { AuditFinding } from '#domain/audit/finding.ts';
import { type FoundCheckpoint, type JudgedCheckpoints, judgeCheckpoints } from '#domain/audit/judge-checkpoints.ts';
import { type RequestId, requestId } from '#domain/ids.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { type Config, type Environment, inspectConfig } from '#src/config.ts';
import { redisAt } from '#src/redis-settings.ts';
import type { LogReader } from '#use-cases/export-log.ts';
import { foundInLine } from '#use-cases/found-checkpoints.ts';
import { logsOfStore } from '#use-cases/logs-to-judge.ts';
import { verifyLogs } from '#use-cases/verify-logs.ts';
import type { ThreadChoice, VerifyOptions } from './audit-verify.ts';
import { channelsOf, policyOf, retentionOf } from './audit-verify-policy.ts';
import { uncompared, type Verified } from './audit-verify-text.ts';
import { sayCause } from './checks.ts';
import { redisUnset, sayRedis, sayUnread } from './from-redis.ts';
import { withoutSecrets } from './secrets.ts';

type Slack = { readonly read: ReadMessages; readonly botUser: string };
type Redis = ReturnType<typeof connectRedis>;

/** Verifies what is in Redis and in Slack now; Hallpass may run meanwhile. */
export const verifyLive = async (
  environment: Environment,
  options: VerifyOptions,
): Promise<Result<Verified, readonly string[]>> => {
  const inspected = inspectConfig(environment);
  const problems = redisUnset(inspected);
  if (problems.length > 0) return err(problems);
  const { config } = inspected;
  let lost: Error | undefined;
  const onLost = (cause: Error): void => {
    lost ??= cause;
  };
  const redis = connectRedis({ ...redisAt(config), profile: 'commit', name: 'hallpass-verify', onLost });
  try {
    return ok(await verifyWith(redis, config, options));
  } catch (cause) {
    if (isFromSlack(cause))
      return err([
        `Slack could not be asked to the end (${withoutSecrets(config, sayCause(cause))}). Try again, or leave the threads out with --threads none.`,
      ]);
    return err([await sayUnread(config, lost ?? cause)]);
  } finally {
    redis.disconnect();
  }
};

const isFromSlack = (cause: unknown): boolean =>
  cause instanceof Error && ('setback' in cause || ('code' in cause && String(cause.code).startsWith('slack_')));

const verifyWith = async (redis: Redis, config: Config, options: VerifyOptions): Promise<Verified> => {
  const { trust, judging, progress } = options;
  const began = Temporal.Now.instant();
  const log = createLogReader(redis);
  const slack = await connectSlack(config);
  const policy = await policyOf(config);
  const channels = channelsOf(policy, options);
  const inForce = retentionOf(policy, options);
  const postedUpTo = await readPostedUpTo(createRedisProjectionStore(redis, 'checkpoints'));
  // The channel first, then what is stored, then the logs: whatever is appended meanwhile contradicts nothing.
  const posted = slack === undefined ? undefined : await readChannels(slack, channels.found, options);
  const store: FoundCheckpoint[] = [];
  for await (const lines of log.checkpoints()) store.push(...lines.map((line) => foundInLine(line, trust)));
  // What could not be read must not count as deleted.
  const isCompared = posted !== undefined && channels.found.length > 0 && posted.unread.length === 0;
  const places = { store, ...(isCompared ? { channel: posted.found, postedUpTo } : {}) };
  const judged = judgeCheckpoints(places, began, inForce);
  const told: AuditFinding[] = [];
  const ids = new Set<RequestId>();
  const logs = await verifyLogs(
    counting(
      logsOfStore(log, judged, (finding) => void told.push(finding)),
      ids,
      progress,
    ),
    judging,
  );
  const threads =
    slack === undefined || options.threads === 'none'
      ? undefined
      : await verifyThreads({ redis, log, slack, ids: [...ids], began, judged }, options);
  return {
    source: sayRedis(config),
    logs,
    checkpoints: { store: store.length, ...(isCompared ? { channel: posted.found.length } : {}), judged },
    ...(threads === undefined ? {} : { threads }),
    findings: [...told, ...judged.findings, ...logs.findings, ...(threads?.findings ?? [])],
    notLookedAt: [
      ...(slack === undefined ? [noSlack] : channels.found.length === 0 ? [channels.why] : []),
      ...uncompared(judged, inForce),
    ],
    incomplete: [...(posted?.unread ?? []), ...(threads?.unread ?? [])],
  };
};

const noSlack =
  'Slack was not asked, for SLACK_BOT_TOKEN is not set: only the log was verified, by itself. Whether all of it was written anew with Hallpass’s own keys, the audit channel alone can tell.';

const connectSlack = async ({ slack }: Config): Promise<Slack | undefined> => {
  if (slack === undefined || slack.botToken === '') return undefined;
  const client = new WebClient(slack.botToken, { ...clientOptions(slack.apiUrl), ...postingOptions });
  const { user_id: botUser } = await identify(client);
  const call = createPatientCalls(createCalls(client, realTime), realTime);
  return { botUser, read: createReadMessages(client, call) };
};

/** One that cannot be read, because Hallpass is not in it, does not keep the others from being verified. */
const readChannels = async (
  { read, botUser }: Slack,
  channels: readonly string[],
  { trust, progress }: VerifyOptions,
): Promise<{ readonly found: readonly FoundCheckpoint[]; readonly unread: readonly string[] }> => {
  const found: (readonly FoundCheckpoint[])[] = [];
  const unread: string[] = [];
  for (const channel of channels) {
    progress(`Reading the checkpoints in ${channel} …`);
    try {
      found.push(await checkpointsInChannel(read, channel, botUser, trust));
    } catch (cause) {
      if (cause instanceof Error && 'setback' in cause) throw cause;
      unread.push(
        `Audit channel ${channel} cannot be read (${sayCause(cause)}). Invite Hallpass to it, or correct the id.`,
      );
    }
  }
  return { found: found.flat(), unread };
};

async function* counting(
  logs: ReturnType<typeof logsOfStore>,
  ids: Set<RequestId>,
  progress: VerifyOptions['progress'],
): ReturnType<typeof logsOfStore> {
  for await (const some of logs) {
    const before = ids.size;
    for (const { request, lines } of some) if (lines.length > 0) ids.add(request);
    if (Math.floor(ids.size / 10_000) > Math.floor(before / 10_000))
      progress(`Verified the logs of ${ids.size} requests …`);
    yield some;
  }
}

type ThreadsOf = {
  readonly redis: Redis;
  readonly log: LogReader;
  readonly slack: Slack;
  readonly ids: readonly RequestId[];
  readonly began: Temporal.Instant;
  readonly judged: JudgedCheckpoints;
};

const verifyThreads = async (
  { redis, log, slack, ids, began, judged }: ThreadsOf,
  { threads: choice, trust, progress }: VerifyOptions,
): Promise<VerifiedThreads & { readonly of: number }> => {
  const notes = createRedisProjectionStore(redis, 'slack');
  const unshown = async (): Promise<ReadonlySet<RequestId>> =>
    new Set((await readUnshown(redis)).flatMap((id) => requestId.safeParse(id).data ?? []));
  const threads = createVerifyThreads({ log, trust, notes, unshown, began, ...slack });
  const chosen = choose(ids, choice);
  const channels = new Set<string>();
  let done = 0;
  let saidAt = performance.now();
  for (const id of chosen) {
    await threads.verify(id);
    const channel = choice === 'all' ? await threads.channelOf(id) : undefined;
    if (channel !== undefined) channels.add(channel);
    done += 1;
    if (performance.now() - saidAt < sayEvery && done < chosen.length) continue;
    saidAt = performance.now();
    progress(`Threads: ${done} of ${chosen.length}`);
  }
  for (const channel of channels) {
    progress(`Looking for cards in ${channel} …`);
    await threads.scan(channel, new Set([...ids, ...judged.removals.keys()]), began);
  }
  const since = judged.first === undefined ? undefined : Temporal.Instant.from(judged.first.at);
  return { ...threads.done(since), of: ids.length };
};

const sayEvery = 5_000;

/** All, or so many by chance. */
const choose = (ids: readonly RequestId[], choice: ThreadChoice): readonly RequestId[] => {
  if (choice === 'all' || choice === 'none' || choice >= ids.length) return ids;
  const left = [...ids];
  return Array.from({ length: choice }, () => left.splice(randomInt(left.length), 1)[0]).filter(
    (id) => id !== undefined,
  );
};
