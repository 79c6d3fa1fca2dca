import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import type { Keys } from '#adapters/keys/keys.ts';
import { createRedisCheckpointStore } from '#adapters/redis/checkpoint-store.ts';
import { createRedisClock } from '#adapters/redis/clock.ts';
import { createRedisEventStore } from '#adapters/redis/event-store.ts';
import { keys as redisKeys } from '#adapters/redis/keys.ts';
import { createRedisProjectionStore } from '#adapters/redis/projection-store.ts';
import { createRedisRemovalStore } from '#adapters/redis/removal-store.ts';
import { clientOptions } from '#adapters/slack/client.ts';
import { createDatedClient } from '#adapters/slack/dated-client.ts';
import { createDirectory } from '#adapters/slack/directory.ts';
import { createProjection, postingOptions } from '#adapters/slack/projection.ts';
import { createAuditChannel } from '#adapters/slack/show-checkpoints.ts';
import type { RequestId } from '#domain/ids.ts';
import { authorOf, type RequestEvent } from '#domain/request/events.ts';
import { usualWatch } from '#domain/watch/watch.ts';
import { writeShopPolicy } from '#local/shop/policy.ts';
import { createHttpLink } from '#local/slack/http-link.ts';
import { createWorkspace, type Workspace } from '#local/slack/workspace.ts';
import { submitted } from '#test/build/requests.ts';
import { anId } from '#test/contract/parts/redis.ts';
import { makeKeys, startRedisWithUsers } from '#test/contract/parts/redis-with-users.ts';
import { createMemoryContents } from '#test/memory/contents.ts';
import { createMemoryJobs } from '#test/memory/jobs.ts';
import { createAnchoredLogs } from '#use-cases/anchored-logs.ts';
import { createCheckpointWriter } from '#use-cases/checkpoint-writer.ts';
import { createHeads } from '#use-cases/heads.ts';
import type { Core } from '#use-cases/ports.ts';
import { createRemoval } from '#use-cases/remove-expired.ts';
import { commit, find } from '#use-cases/request-log.ts';
import { createCheckpoints } from '#use-cases/write-checkpoints.ts';

export const approvals = 'C0APPROVALS';
export const auditChannel = 'C0CHECKS';
/** Days. */
const retention = 400;

/** A Redis with users, a workspace with a port, and what the bot does with both: all that an audit compares. */
export type Audited = {
  readonly workspace: Workspace;
  /** Redis's administrator, who may do anything. */
  readonly admin: Redis;
  readonly keys: Keys;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly core: Core;
  readonly file: (...events: readonly RequestEvent[]) => Promise<RequestId>;
  readonly record: (id: RequestId, ...events: readonly RequestEvent[]) => Promise<void>;
  /** Shows everything in Slack, gathers a checkpoint, and posts it. */
  readonly settle: () => Promise<void>;
  readonly show: () => Promise<void>;
  /** From now on everything happens as if it were so many hours ago. */
  readonly goBack: (hours: number) => void;
  /** Removes what is to be removed by now, as a bot that has just started. */
  readonly removeExpired: () => Promise<void>;
  readonly anchor: () => Promise<void>;
  readonly alarms: readonly string[];
  /** Keeps all messages of the workspace as they are now; answers what puts them back. */
  readonly keepMessages: () => () => void;
  readonly stop: () => Promise<void>;
};

export const startAudited = async (): Promise<Audited> => {
  const redis = await startRedisWithUsers();
  const { folder, admin } = redis;
  const url = redis.urlOf('bot');
  const connection = redis.connect('commit', url);
  const keys = makeKeys(join(folder, 'keys'));
  await writeShopPolicy(join(folder, 'policy'));
  appendFileSync(join(folder, 'policy', 'rules.yaml'), `\nretention: ${retention}d\n`);
  let hours = 0;
  const machine = { now: async () => Temporal.Now.instant().subtract({ hours }) };
  const workspace = createWorkspace({ rates: 'off', now: () => Temporal.Now.instant().subtract({ hours }) });
  const link = await createHttpLink(workspace);
  const { token, botUserId } = workspace.state.app;

  const alarms: string[] = [];
  const redisClock = createRedisClock(connection);
  const clock = { now: async () => (await redisClock.now()).subtract({ hours }) };
  const policy = {
    groups: new Map(),
    rules: [],
    protect: [],
    watch: usualWatch,
    adminChannel: 'C0AUDIT',
    auditChannel,
    retention,
    hash: 'p',
  };
  const coreOf = (author: 'bot' | 'worker'): Core => ({
    clock,
    store: createRedisEventStore(connection, redisClock),
    jobs: createMemoryJobs(),
    signer: keys.signer(author),
    trust: keys.trust,
    alarm: (message, fields) => void alarms.push(`${message} ${JSON.stringify(fields)}`),
    heads: createHeads(),
    settings: () => ({ policy, identities: [], kinds: [] }),
  });
  const core = coreOf('bot');
  const { client, slackClock } = createDatedClient(token, { ...clientOptions(link.slackApiUrl), ...postingOptions });
  const directory = createDirectory(client, { team: workspace.state.team.id });
  const quick = { now: () => performance.now() * 1_000, pause: async () => {} };
  const checkpoints = createRedisCheckpointStore(connection);
  const projection = createProjection({
    core,
    client,
    directory,
    bot: { user_id: botUserId },
    notes: createRedisProjectionStore(connection, 'slack'),
    contents: createMemoryContents(),
    time: quick,
  });

  const record = async (id: RequestId, ...events: readonly RequestEvent[]): Promise<void> => {
    for (const event of events) {
      const found = await find(core, id);
      const before = found.type === 'found' ? found.chain : undefined;
      const author = authorOf(event.type) === 'worker' ? 'worker' : 'bot';
      const result = await commit(coreOf(author), id, before, [event], await clock.now());
      if (result.type !== 'committed') throw new Error(`Not committed: ${result.type}`);
    }
  };
  const show = async (): Promise<void> => {
    for (let left = 100; (await core.store.unshown(1)).length > 0 && left > 0; left -= 1) await projection.catchUp();
  };
  const notes = createRedisProjectionStore(connection, 'checkpoints');
  // As a bot that has just started: what it remembers is not what is looked at here.
  const starting = () => {
    const parts = { core, client, directory, botUser: botUserId, notes, checkpoints, time: quick };
    const channel = createAuditChannel(parts);
    const removals = createRedisRemovalStore(connection);
    const { latest: latestPosted, postedSince } = channel;
    const clocks = { machine, slack: slackClock };
    return { channel, ports: { ...core, checkpoints, removals, clocks, latestPosted, postedSince, info: () => {} } };
  };
  const anchor = async (): Promise<void> => {
    for (const id of await admin.zrange(redisKeys.unanchored, '0', '-1')) await admin.zadd(redisKeys.unanchored, 0, id);
    const { channel, ports } = starting();
    await createCheckpoints(ports)();
    await channel.post();
  };
  const removeExpired = async (): Promise<void> => {
    const { channel, ports } = starting();
    await createRemoval(ports, createCheckpointWriter(ports), createAnchoredLogs(ports))();
    await channel.post();
  };
  return {
    workspace,
    admin,
    keys,
    folder,
    core,
    alarms,
    record,
    show,
    anchor,
    removeExpired,
    goBack: (count) => {
      hours = count;
    },
    file: async (...events) => {
      const id = anId();
      await record(id, asked(), ...events);
      return id;
    },
    settle: async () => {
      await show();
      await anchor();
    },
    environment: {
      REDIS_URL: url,
      HALLPASS_KEYS: join(folder, 'keys'),
      HALLPASS_POLICY: join(folder, 'policy'),
      SLACK_BOT_TOKEN: token,
      SLACK_SIGNING_SECRET: workspace.state.app.signingSecret,
      SLACK_API_URL: link.slackApiUrl,
    },
    keepMessages: () => {
      const { messages } = workspace.state;
      const kept = structuredClone(messages);
      return () => {
        messages.clear();
        for (const [channel, list] of structuredClone(kept)) messages.set(channel, list);
      };
    },
    stop: async () => {
      await link.stop();
      await redis.stop();
    },
  };
};

const asked = () =>
  submitted({
    respondBy: Temporal.Now.instant().add({ hours: 9 }),
    approval: { rule: 'shop', policyHash: 'p', quorum: [{ from: 'platform', count: 1 }], channel: approvals },
  });
