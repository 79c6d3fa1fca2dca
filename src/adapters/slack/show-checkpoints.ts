import type { WebClient } from '@slack/web-api';
import { type Checkpoint, type Latest, readCheckpoint } from '#domain/audit/checkpoint.ts';
import type { CheckpointStore } from '#use-cases/checkpoint-ports.ts';
import type { Core, ProjectionStore } from '#use-cases/ports.ts';
import type { Posted } from '#use-cases/removal-ports.ts';
import { createAlarms } from './alarms.ts';
import { createCache } from './cache.ts';
import { readCheckpointMessage, renderCheckpoint } from './checkpoint-message.ts';
import type { SlackDirectory } from './directory.ts';
import { type Noted, type Notes, openNotes } from './notes.ts';
import { createPostOnce } from './post-once.ts';
import { createReadMessages, type FoundMessage } from './read-messages.ts';
import { createCalls, others, realTime, type Time } from './slack-calls.ts';
import { faultOf, setbackOf } from './slack-faults.ts';

export type AuditChannel = {
  /** The latest checkpoint that stands in the channel; undefined when there is none. Throws when Slack cannot be asked. */
  readonly latest: () => Promise<Latest | undefined>;
  /** Those behind a number, as far as they stand among the latest there. Throws when Slack cannot be asked. */
  readonly postedAfter: (number: number) => Promise<readonly Checkpoint[]>;
  /** What stands there of the day from a moment on. Throws when Slack cannot be asked. */
  readonly postedSince: (moment: Temporal.Instant) => Promise<readonly Posted[]>;
  /** Posts what is not there yet, in order, until Slack wants a pause. Side by side in any number of processes. */
  readonly post: () => Promise<void>;
};

export type AuditChannelParts = {
  readonly core: Pick<Core, 'clock' | 'trust' | 'alarm' | 'settings'>;
  /** Made with `postingOptions`, and used for nothing else. */
  readonly client: WebClient;
  readonly directory: Pick<SlackDirectory, 'channelProblem'>;
  readonly botUser: string;
  readonly notes: ProjectionStore;
  readonly checkpoints: CheckpointStore;
  readonly time?: Time;
};

/** Under which the notes of all checkpoints are kept, and one bot at a time posts. */
const all = 'all';
/** Pages to look through for the latest: others may write in the channel too. */
const mostPages = 10;
const channelMemory = 15_000;
const perRead = 10;
/** Left in a channel's budget, where it is that of the cards too. */
const spare = 1;

/** So far Slack's clock may be from that of whoever asks. */
const clocksApart = Temporal.Duration.from({ minutes: 15 });
const aDay = Temporal.Duration.from({ hours: 24 });
const tsOf = (moment: Temporal.Instant): string => String(moment.epochMilliseconds / 1_000);

/** The number up to which checkpoints were posted, by the notes; 0 where these cannot be read. */
export const readPostedUpTo = async (notes: ProjectionStore): Promise<number> => {
  const opened = await openNotes(notes, all).catch((cause: unknown) => {
    if (setbackOf(cause)?.type !== 'blocked') throw cause;
    return undefined;
  });
  return opened?.now().cardVersion ?? 0;
};

export const createAuditChannel = (parts: AuditChannelParts): AuditChannel => {
  const { core, client, directory, botUser, checkpoints, time = realTime } = parts;
  const calls = createCalls(client, time);
  const postOnce = createPostOnce({ client, calls, clock: core.clock, botUser });
  const read = createReadMessages(client, calls.call);
  const channels = createCache(channelMemory, (id: string) => calls.call(others, () => directory.channelProblem(id)));
  const { alarmOnce, fine } = createAlarms(core.alarm);
  /** By channel: what stood there when this process began. */
  const there = new Map<string, number>();
  /** The last line of all when everything had been posted. */
  let doneWith: string | undefined;

  const genuineIn = (message: FoundMessage): Checkpoint | undefined => {
    const seen = message.user === botUser ? readCheckpointMessage(message, core.trust)?.seen : undefined;
    return seen?.isGenuine === true ? seen.checkpoint : undefined;
  };

  const latestIn = async (channel: string): Promise<Latest | undefined> => {
    let pages = 0;
    for await (const messages of read.history(channel)) {
      const found = messages.map(genuineIn).filter((one) => one !== undefined);
      const [latest] = found.toSorted((one, other) => other.number - one.number);
      if (latest !== undefined) return latest;
      pages += 1;
      if (pages === mostPages) break;
    }
    return undefined;
  };

  const latest = async (): Promise<Latest | undefined> => {
    const channel = core.settings().policy.auditChannel;
    return channel === undefined ? undefined : latestIn(channel);
  };

  const postedAfter = async (number: number): Promise<readonly Checkpoint[]> => {
    const channel = core.settings().policy.auditChannel;
    if (channel === undefined) return [];
    const found: Checkpoint[] = [];
    let pages = 0;
    for await (const messages of read.history(channel)) {
      const here = messages.map(genuineIn).filter((one) => one !== undefined);
      found.push(...here.filter((one) => one.number > number));
      pages += 1;
      if (pages === mostPages || here.some((one) => one.number <= number)) break;
    }
    return found;
  };

  const postedSince = async (moment: Temporal.Instant): Promise<readonly Posted[]> => {
    const channel = core.settings().policy.auditChannel;
    if (channel === undefined) return [];
    const found: Posted[] = [];
    const span = { oldest: tsOf(moment.subtract(clocksApart)), latest: tsOf(moment.add(aDay)) };
    for await (const messages of read.history(channel, span))
      for (const message of messages) {
        const checkpoint = genuineIn(message);
        if (checkpoint === undefined) continue;
        const at = Temporal.Instant.fromEpochMilliseconds(Math.floor(Number(message.ts) * 1_000));
        found.push({ number: checkpoint.number, hash: checkpoint.hash, at });
      }
    return found;
  };

  /** Those behind a number, the oldest first; what is not Hallpass's is not posted in its name. */
  const behind = async (number: number): Promise<readonly Checkpoint[]> => {
    const found: Checkpoint[] = [];
    for (let end = await checkpoints.count(); end > 0; end -= perRead) {
      const from = Math.max(0, end - perRead);
      const read = (await checkpoints.lines(from, end - from)).map((line) => readCheckpoint(line, core.trust));
      const added = read.flatMap((one) =>
        one?.isGenuine === true && one.checkpoint.number > number ? [one.checkpoint] : [],
      );
      found.unshift(...added);
      // What is no checkpoint says nothing of those before it.
      if (read.some((one) => one?.isGenuine === true && one.checkpoint.number <= number)) break;
    }
    return found;
  };

  const postOne = async (notes: Notes, channel: string, checkpoint: Checkpoint): Promise<void> => {
    const key = String(checkpoint.number);
    const place = await postOnce(notes, { key, channel, message: renderCheckpoint(checkpoint), spare });
    const done = (before: Noted): Noted => ({ ...before, cardVersion: checkpoint.number, messages: { [key]: place } });
    await notes.save(done);
  };

  const postAll = async (channel: string): Promise<void> => {
    const last = await checkpoints.latest();
    if (last === undefined || last === doneWith) return;
    const notes = await openNotes(parts.notes, all);
    const began = there.get(channel) ?? (await latestIn(channel))?.number ?? 0;
    there.set(channel, began);
    const missing = await behind(Math.max(began, notes.now().cardVersion));
    const problem = missing.length === 0 ? undefined : await channels.get(channel);
    if (problem !== undefined) {
      alarmOnce('Checkpoints cannot be posted in the audit channel; they are kept until they can', {
        channel,
        why: problem,
      });
      return;
    }
    for (const checkpoint of missing) await postOne(notes, channel, checkpoint);
    if (missing.length > 0) fine(channel);
    doneWith = last;
  };

  const post = async (): Promise<void> => {
    const channel = core.settings().policy.auditChannel;
    if (channel === undefined) return;
    try {
      await parts.notes.exclusively(all, () => postAll(channel));
    } catch (cause) {
      const setback = setbackOf(cause);
      // Slack is away, or wants a pause: the next round goes on.
      if (setback !== undefined && setback.type !== 'blocked') return;
      const refusal = setback === undefined ? faultOf(cause) : undefined;
      if (refusal?.type === 'uncertain') throw cause;
      alarmOnce('Checkpoints cannot be posted in the audit channel; they are kept until they can', {
        channel,
        why: setback?.why ?? `Slack refused with "${refusal?.type === 'refused' ? refusal.error : ''}"`,
      });
    }
  };
  return { latest, postedAfter, postedSince, post };
};
