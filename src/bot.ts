import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type { Receiver } from '@slack/bolt';
import { WebClient, type WebClientOptions } from '@slack/web-api';
import { createDraftClient } from '#adapters/bullmq/drafts.ts';
import { createStepWorker } from '#adapters/bullmq/step-worker.ts';
import type { Ready } from '#adapters/http/probes.ts';
import { createClusterReader } from '#adapters/kubernetes/cluster.ts';
import { createAlarmBox } from '#adapters/redis/alarm-box.ts';
import { createRedisCheckpointStore } from '#adapters/redis/checkpoint-store.ts';
import { createRedisContents } from '#adapters/redis/contents.ts';
import { createRedisIntake } from '#adapters/redis/intake.ts';
import { keys } from '#adapters/redis/keys.ts';
import { createRedisProjectionStore } from '#adapters/redis/projection-store.ts';
import { createRedisRemovalStore } from '#adapters/redis/removal-store.ts';
import { createSlackApp } from '#adapters/slack/app.ts';
import { clientOptions, directoryFor, identify } from '#adapters/slack/client.ts';
import { createCountingFetch } from '#adapters/slack/counting-fetch.ts';
import { createDatedClient } from '#adapters/slack/dated-client.ts';
import type { SlackDirectory } from '#adapters/slack/directory.ts';
import { createFaces } from '#adapters/slack/faces.ts';
import { escaped, plain } from '#adapters/slack/mrkdwn.ts';
import { permalinksOf } from '#adapters/slack/notes.ts';
import { createProjection, type Projection, postingOptions } from '#adapters/slack/projection.ts';
import { createHttpReceiver } from '#adapters/slack/receiver.ts';
import { sayNotFiled } from '#adapters/slack/replies.ts';
import { type AuditChannelParts, createAuditChannel } from '#adapters/slack/show-checkpoints.ts';
import { isNoAnswer } from '#adapters/slack/slack-faults.ts';
import { createSocketReceiver } from '#adapters/slack/socket-receiver.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { countDropped } from '#src/metrics/entries.ts';
import { markRunning } from '#src/metrics/processes.ts';
import { tellFigures } from '#src/metrics/requests.ts';
import { countClick, countSlackCall, tellSlackConnection } from '#src/metrics/slack.ts';
import { createAnchoredLogs } from '#use-cases/anchored-logs.ts';
import { createCheckpointWriter } from '#use-cases/checkpoint-writer.ts';
import { createConfirmer } from '#use-cases/confirm-start.ts';
import { createFollower } from '#use-cases/follow-lapsed.ts';
import type { Intake } from '#use-cases/guard-ports.ts';
import { createLastKnown } from '#use-cases/last-known.ts';
import type { BotPorts, Clock } from '#use-cases/ports.ts';
import { createHeldRefresh } from '#use-cases/refresh-held.ts';
import { createRemoval } from '#use-cases/remove-expired.ts';
import { checkAllPending } from '#use-cases/revise-request.ts';
import { shareDrafts } from '#use-cases/shared-drafts.ts';
import { type TakeInPorts, takeInWrites } from '#use-cases/take-in-writes.ts';
import { createPeopleWatch, type PeopleWatch } from '#use-cases/watch-people.ts';
import { createCheckpoints } from '#use-cases/write-checkpoints.ts';
import type { Tell } from './alarm.ts';
import { readSiemCa, startAudit, startWebhooks } from './audit.ts';
import type { Config, SlackConfig } from './config.ts';
import { type Ground, openGround } from './core.ts';
import { every } from './every.ts';
import { tellMissingRights } from './missing-rights.ts';
import { problemsInSlack } from './named-in-slack.ts';
import { readWebhooks } from './webhooks.ts';
import { checkClusters } from './worker.ts';

/** The way into Slack: Socket Mode or signed HTTP, as configured; tests bring their own. */
export type WayIn = {
  readonly receiver: Receiver;
  /** Whether Slack reaches the bot now; absent where the bot only listens, and cannot tell. */
  readonly isUp?: () => boolean;
  readonly fetch?: WebClientOptions['fetch'];
};

/** Requests whose messages are brought up to date at the same time; Slack takes about one post a second and channel. */
const showing = 4;
const catchUpEvery = 2_000;
const tellEvery = 1_000;
const gatherEvery = 2_000;
/** Milliseconds that decisions wait after a start for what the audit channel says. */
const learnWithin = 5_000;
const postEvery = 2_000;
const checkEvery = 3_000;
const followEvery = 1_000;
const refreshEvery = 3_000;
/** Once for what begins two minutes from now is enough; more often, for whoever approved in the last moment. */
const confirmEvery = 2_000;
/** Slack takes 100 questions about people a minute, and other bots of the same app ask too. */
const peopleEvery = 2_000;
/**
 * When so many requests wait to be shown, what Slack does not take now is left to the catching up: thousands of jobs that
 * come back each second to find the same kept Redis busier than the revocations beside them.
 */
const crowd = 50;

/** Half a minute and more of trying, while its thread is being written. */
const redraws = 60;

/** A running bot; `tell` posts to the administrators' channel. */
export type RunningBot = { readonly stop: () => Promise<void>; readonly tell: Tell; readonly lacks: Ready };

/** Starts the bot: it talks with Slack, decides, and only looks at clusters. Several may run side by side. */
export const startBot = async (config: Config, way?: WayIn): Promise<Result<RunningBot, readonly string[]>> => {
  if (config.slack === undefined) return err(['The bot needs Slack: set SLACK_BOT_TOKEN and SLACK_APP_TOKEN.']);
  const opened = await openGround(config, 'bot', config.clusters);
  if (!opened.ok) return opened;
  const started = await startOn(
    opened.value,
    config,
    config.slack,
    way ?? wayInto(config.slack, opened.value),
    // A port that is taken, or Slack gone between two calls: a worker beside it must not end with the bot.
  ).catch((cause: unknown) => err([`The bot cannot start: ${String(cause)}`]));
  if (!started.ok) await opened.value.stop();
  return started;
};

const wayInto = ({ inbound, apiUrl, port }: SlackConfig, { core, info }: Ground): WayIn => {
  switch (inbound.type) {
    case 'http':
      return { receiver: createHttpReceiver({ signingSecret: inbound.signingSecret, port }) };
    case 'socket': {
      const receiver = createSocketReceiver({
        appToken: inbound.appToken,
        clientOptions: { ...clientOptions(apiUrl), fetch: createCountingFetch(countSlackCall) },
        onOutage: (cause) => core.alarm('Slack cannot reach the bot: no connection; it goes on trying', { cause }),
        onBack: () => info('Slack reaches the bot again'),
      });
      return { receiver, isUp: receiver.isUp };
    }
  }
};

const startOn = async (
  ground: Ground,
  config: Config,
  slack: SlackConfig,
  way: WayIn,
): Promise<Result<RunningBot, readonly string[]>> => {
  const { core, clients, folder, info } = ground;
  if (folder === undefined) return err(['The policy cannot be read.']);
  const options = { ...clientOptions(slack.apiUrl), fetch: createCountingFetch(countSlackCall, way.fetch) };
  // A 429 pauses all of a client's calls, so what people wait for does not go through the client that shows cards.
  const client = new WebClient(slack.botToken, options);
  const shower = new WebClient(slack.botToken, { ...options, ...postingOptions });
  const identity = await identify(client).catch((cause: unknown) => String(cause));
  if (typeof identity === 'string') return err([`Slack does not take SLACK_BOT_TOKEN at ${slack.apiUrl}: ${identity}`]);
  const asked = directoryFor(client, identity);
  const lastKnown = createLastKnown(asked, {
    lasting: () => core.settings().policy.slackAway,
    moment: () => performance.now(),
    isNoAnswer,
  });
  // What anybody is told is remembered, and what an event says of somebody is forgotten by both.
  const directory: SlackDirectory = {
    ...asked,
    ...lastKnown.asked,
    forgetPerson: (id) => {
      asked.forgetPerson(id);
      lastKnown.forgetPerson(id);
    },
    forgetGroup: (id) => {
      asked.forgetGroup(id);
      lastKnown.forgetGroup(id);
    },
  };
  const ca = readSiemCa(config);
  const [webhooks, inClusters, inSlack] = await Promise.all([
    readWebhooks(config),
    checkClusters(clients, core.alarm),
    problemsInSlack(folder, directory),
  ]);
  const problems = [...(ca.ok ? [] : [ca.error]), ...(webhooks.ok ? [] : webhooks.error), ...inClusters, ...inSlack];
  if (problems.length > 0 || !ca.ok || !webhooks.ok) return err(problems);

  const clusters = new Map(clients.map((one) => [one.cluster, createClusterReader(one)]));
  const drafts = createDraftClient(
    { commit: ground.redis('commit', 'drafts'), consume: ground.redis('consume', 'drafts') },
    core,
  );
  ground.onStop(() => drafts.close());
  const contents = createRedisContents(ground.redis('commit', 'contents'));
  const intake = createRedisIntake(
    { commit: ground.redis('commit', 'intake'), listen: ground.redis('listen', 'intake') },
    `${hostname()}-${process.pid}`,
  );
  // What looks wrong waits behind nothing that is only held.
  const urgent = createRedisIntake(
    { commit: ground.redis('commit', 'urgent'), listen: ground.redis('listen', 'urgent') },
    `${hostname()}-${process.pid}`,
    keys.urgent,
  );
  const ports: BotPorts = {
    ...core,
    addressOf: directory.addressOf,
    directory,
    clusters,
    contents,
    draft: shareDrafts(drafts.draft),
    keepHeld: intake.keep,
    random: (count) => randomBytes(count),
    home: config.home,
  };
  const notes = createRedisProjectionStore(ground.redis('commit', 'slack'), 'slack');
  const projection = createProjection({
    core,
    attempts: intake.attempts,
    client: shower,
    directory,
    bot: identity,
    notes,
    contents: ports.contents,
    fetch: way.fetch,
  });
  startShowing(ground, projection);
  startTakingIn(ground, projection, {
    ...ports,
    intake,
    urgent,
    countDropped,
    sayNotFiled: (refusal) => plain(sayNotFiled(refusal)),
    where: async (asked) => {
      const { id, approval } = asked;
      const channel = identity.url === undefined ? undefined : `${identity.url}archives/${approval.channel}`;
      return (await permalinksOf(notes, [asked], identity.url)).get(id) ?? channel;
    },
  });
  const people = createPeopleWatch({ ...ports, directory });
  startChecking(ground, ports, people);
  startAudit(ground, config, ca.value);
  startWebhooks(ground, webhooks.value);
  startWitnessing(ground, {
    ...createDatedClient(slack.botToken, { ...options, ...postingOptions }),
    directory,
    botUser: identity.user_id,
  });
  const app = createSlackApp({
    ports,
    directory,
    faces: createFaces(ports, notes, identity.url),
    people,
    receiver: way.receiver,
    token: slack.botToken,
    clientOptions: options,
    redraw: (id) => projection.redraw(id, redraws),
    countClick,
  });
  // A bot that serves no API does not load what it takes.
  if (config.api !== undefined) {
    const { startApi } = await import('./api.ts');
    const served = await startApi(ground, config.api, ports, lastKnown);
    if (!served.ok) return err([served.error]);
  }
  await app.start(slack.port);
  ground.onStop(() => app.stop());
  const tell: Tell = async (text) =>
    void (await client.chat.postMessage({ channel: core.settings().policy.adminChannel, text: escaped(text) }));
  ground.tellThrough(tell);
  startTelling(ground, tell);
  ground.followPolicy((changed) => problemsInSlack(changed, directory));
  void tellMissingRights('bot', clients, config, core);
  if (way.isUp !== undefined) ground.onStop(tellSlackConnection(way.isUp).stop);
  if (config.metricsPort !== undefined) ground.onStop(tellFigures(ground.redis('commit', 'figures'), core.clock).stop);
  markRunning('bot');
  info('The bot is running', { team: identity.team_id, clusters: [...clusters.keys()] });
  return ok({ stop: ground.stop, tell, lacks: lacksOf(ground, way) });
};

/** Milliseconds for which people who click read why nothing happens, before the bot is said to be unable to work. */
const patience = 10_000;

/** A bot that Slack does not reach, or that can commit nothing, is no help to anybody. A cluster that is away is others' matter. */
const lacksOf =
  ({ pulse }: Ground, { isUp = () => true }: WayIn): Ready =>
  () =>
    [
      ...(isUp() ? [] : ['Slack does not reach the bot: it has no connection.']),
      ...(pulse.silence() <= patience ? [] : ['Redis does not answer: nothing can be decided.']),
    ].join('\n') || undefined;

/** Takes in what guards have held, and keeps what is said of it true. */
const startTakingIn = (
  { core, onStop, told }: Ground,
  projection: Projection,
  ports: TakeInPorts & { readonly urgent: Intake },
): void => {
  const fault = (message: string) => (cause: unknown) => core.alarm(message, { cause: String(cause) });
  const running = [
    every(1, () => takeInWrites(ports), fault('What guards have held could not be taken in')),
    every(
      1,
      () => takeInWrites({ ...ports, intake: ports.urgent, told: told.ofRedis }),
      fault('What looks wrong with a grant could not be taken in'),
    ),
    every(refreshEvery, createHeldRefresh(ports, projection.redraw), fault('What is held could not be looked at')),
  ];
  for (const { stop } of running) onStop(stop);
};

/** Keeps what waits for a decision true to what is live, asks anew for what lapsed because it was not, and looks whose all of it is. */
const startChecking = ({ core, onStop }: Ground, ports: BotPorts, people: PeopleWatch): void => {
  const fault = (message: string) => (cause: unknown) => core.alarm(message, { cause: String(cause) });
  const follow = createFollower(ports);
  const running = [
    every(checkEvery, () => checkAllPending(ports), fault('Requests that wait could not be looked at anew')),
    every(followEvery, follow, fault('What lapsed could not be asked for anew')),
    every(confirmEvery, createConfirmer(ports), fault('What begins soon could not be looked at')),
    every(peopleEvery, people.step, fault('Those who have something could not be looked at')),
  ];
  for (const { stop } of running) onStop(stop);
};

/**
 * Gathers how far logs have grown, and posts it where it cannot be edited with Redis; and removes those whose time is over. Behind
 * everything else: nobody waits for it.
 */
const startWitnessing = (
  { core, redis, info, onStop, told }: Ground,
  {
    slackClock,
    ...parts
  }: Pick<AuditChannelParts, 'client' | 'directory' | 'botUser'> & { readonly slackClock: Clock },
): void => {
  const connection = redis('commit', 'checkpoints');
  const checkpoints = createRedisCheckpointStore(connection);
  const notes = createRedisProjectionStore(redis('commit', 'audit'), 'checkpoints');
  const channel = createAuditChannel({ ...parts, core, notes, checkpoints });
  const ports = { ...core, checkpoints, latestPosted: channel.latest };
  const [writer, anchored] = [createCheckpointWriter(ports), createAnchoredLogs(ports)];
  const gather = createCheckpoints(ports, writer, anchored);
  const removals = createRedisRemovalStore(connection);
  const clocks = { machine: machineClock, slack: slackClock };
  const { postedSince } = channel;
  const remove = createRemoval({ ...ports, removals, clocks, postedSince, info }, writer, anchored);
  const fault = (message: string) => (cause: unknown) => core.alarm(message, { cause: String(cause) });
  let learned: Promise<void> | undefined;
  /** What was cut out of Redis still stands in the channel. Once, and again where it failed. */
  const learn = (): Promise<void> => {
    learned ??= (async () => told.learn(await channel.postedAfter(await told.intact())))().catch((cause: unknown) => {
      learned = undefined;
      throw cause;
    });
    return learned;
  };
  const cannotLearn = fault('The audit channel could not be asked how long logs were; it is asked again');
  const round = async (): Promise<void> => {
    if (core.settings().policy.auditChannel === undefined) return;
    await learn().catch(cannotLearn);
    await gather();
    // It reads what was gathered, so both take turns; what it cannot do keeps nothing from being gathered.
    await remove().catch(fault('Logs of finished requests could not be removed; they are in an hour'));
  };
  const running = [
    every(gatherEvery, round, fault('Checkpoints of the logs could not be written; they are later')),
    every(postEvery, channel.post, fault('Checkpoints could not be posted; they are later')),
  ];
  for (const { stop } of running) onStop(stop);
  // Before anybody decides, and not before anybody may click; but where Slack does not say, decisions wait no longer.
  told.waitFor(Promise.race([learn().catch(cannotLearn), pause(learnWithin, undefined, { ref: false })]));
};

/** What this machine says, which Redis cannot move. */
const machineClock: Clock = { now: async () => Temporal.Now.instant() };

/** Posts what workers in processes of their own have to say to administrators. */
const startTelling = ({ redis, onStop }: Ground, tell: Tell): void => {
  const box = createAlarmBox(redis('commit', 'alarms'));
  const post = async (): Promise<void> => {
    for (let text = await box.take(); text !== undefined; text = await box.take()) {
      try {
        await tell(text);
      } catch {
        // Slack is away or wants a pause: it is said in the next round, behind what came meanwhile.
        await box.put(text);
        return;
      }
    }
  };
  // An outage of Redis is reported by its connection; what waits there waits on.
  const telling = every(tellEvery, post, () => {});
  onStop(telling.stop);
};

const startShowing = ({ core, redis, onStop }: Ground, projection: Projection): void => {
  const fault = (cause: unknown, job?: string): void =>
    core.alarm('Slack could not be brought up to date; it catches up', {
      cause: String(cause),
      ...(job === undefined ? {} : { job }),
    });
  const worker = createStepWorker({
    queue: 'slack',
    connection: redis('consume', 'showing'),
    concurrency: showing,
    handler: async ({ id }) => {
      const shown = await projection.show(id);
      if (shown.type === 'done') return shown;
      const waiting = await core.store.unshown(crowd);
      return waiting.length < crowd ? shown : { type: 'done' };
    },
    onFault: fault,
  });
  onStop(() => worker.close());
  const catchingUp = every(catchUpEvery, () => projection.catchUp(), fault);
  onStop(() => catchingUp.stop());
};
