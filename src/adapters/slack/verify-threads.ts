import type { AuditFinding } from '#domain/audit/finding.ts';
import { judgeLog } from '#domain/audit/judge-log.ts';
import { seeEntry } from '#domain/audit/see-entry.ts';
import type { RequestId } from '#domain/ids.ts';
import type { Trust } from '#domain/request/chain.ts';
import type { LogReader } from '#use-cases/export-log.ts';
import type { ProjectionStore } from '#use-cases/ports.ts';
import { cardEvent } from './card.ts';
import {
  type JudgedThread,
  judgeHead,
  judgeThread,
  type KnownLog,
  type ThreadToJudge,
  type Unproven,
} from './judge-thread.ts';
import { openNotes, type Place } from './notes.ts';
import type { FoundMessage, ReadMessages } from './read-messages.ts';
import { cardKey } from './showing.ts';
import { faultOf, setbackOf } from './slack-faults.ts';

export type ThreadPorts = {
  readonly log: LogReader;
  readonly trust: Trust;
  readonly read: ReadMessages;
  readonly botUser: string;
  readonly notes: ProjectionStore;
  /** Requests with events that Slack has not been shown yet. */
  readonly unshown: () => Promise<ReadonlySet<RequestId>>;
  /** When the whole verification began, by which it is judged what may still wait to be posted. */
  readonly began: Temporal.Instant;
};

export type VerifiedThreads = {
  readonly threads: number;
  readonly messages: number;
  /** From before messages proved their own text: compared by the hash of their entry alone. */
  readonly byHash: number;
  /** Entries that are still to be posted. */
  readonly waiting: number;
  readonly findings: readonly AuditFinding[];
  /** What could not be looked at, and why. */
  readonly unread: readonly string[];
};

/** A card is posted soon after its request is filed; pages of a channel to look through for one that is noted nowhere. */
const mostPages = 5;
const soon = { before: 300, after: 3_600 };

/** So long Slack may have been away for something to be still to be posted. */
const posting = 24 * 3_600_000;
const isRecent = (at: string | undefined, began: Temporal.Instant): boolean =>
  at !== undefined && began.epochMilliseconds - Temporal.Instant.from(at).epochMilliseconds < posting;

type Read = {
  readonly log: KnownLog;
  readonly times: readonly (string | undefined)[];
  readonly channel?: string | undefined;
  readonly at?: string | undefined;
};

/** Looks at threads one after another, at Slack's pace, and compares each with its log. */
export const createVerifyThreads = (ports: ThreadPorts) => {
  const { read, trust, botUser } = ports;
  const total = { threads: 0, messages: 0, byHash: 0, waiting: 0 };
  const findings: AuditFinding[] = [];
  const unread: string[] = [];
  const unproven: (Unproven & { readonly request: RequestId; readonly channel: string })[] = [];
  let firstProven = Number.POSITIVE_INFINITY;

  const readLog = async (id: RequestId): Promise<Read> => {
    const found = await ports.log.read(id);
    const lines = (found.ok ? found.value : []).map((line) => seeEntry(line, trust));
    const [first] = lines;
    const filed = first?.type === 'entry' && first.event?.type === 'submitted' ? first.event : undefined;
    return {
      log: { hashes: judgeLog(id, lines).hashes, length: lines.length },
      times: lines.map((line) => (line.type === 'entry' ? line.at : undefined)),
      channel: filed?.approval.channel,
      at: first?.type === 'entry' ? first.at : undefined,
    };
  };

  /** By what is noted; where that is gone, by looking for it around the time when it was filed. */
  const findCard = async (id: RequestId, channel: string, at: string | undefined): Promise<string | undefined> => {
    const seconds = Temporal.Instant.from(at ?? '1970-01-01T00:00:00Z').epochMilliseconds / 1_000;
    const span = { oldest: String(seconds - soon.before), latest: String(seconds + soon.after) };
    let pages = 0;
    for await (const messages of read.history(channel, span)) {
      const card = messages.find((one) => one.user === botUser && isCardOf(one, id));
      if (card !== undefined) return card.ts;
      pages += 1;
      if (pages === mostPages) return undefined;
    }
    return undefined;
  };

  const say = (
    id: RequestId,
    what: AuditFinding['what'],
    version: number | undefined,
    why: string,
    place?: Place,
  ): void =>
    void findings.push({
      about: 'message',
      what,
      request: id,
      ...(version === undefined ? {} : { version }),
      ...(place === undefined ? {} : { message: place }),
      why,
    });

  const take = (
    { findings: found, proven, unproven: older, said }: JudgedThread,
    id: RequestId,
    channel: string,
  ): void => {
    findings.push(...found);
    unproven.push(...older.map((one) => ({ ...one, request: id, channel })));
    for (const ts of proven) firstProven = Math.min(firstProven, Number(ts));
    total.messages += said.size;
  };

  const threadAt = async (channel: string, ts: string): Promise<readonly FoundMessage[]> => {
    try {
      return (await Array.fromAsync(read.replies(channel, ts))).flat();
    } catch (cause) {
      if (isRefused(cause, 'thread_not_found', 'message_not_found')) return [];
      throw cause;
    }
  };

  /** Of those that the thread does not have: they hang under a card that was deleted, wait to be posted, or are gone. */
  const judgeAbsent = async (
    thread: ThreadToJudge & Pick<Read, 'times'>,
    judged: JudgedThread,
    noted: Readonly<Record<string, Place>>,
    isWaiting: boolean,
  ): Promise<void> => {
    const { id, log, channel } = thread;
    for (let version = 1; version <= log.length; version += 1) {
      if (judged.said.has(version)) continue;
      const place = noted[`event:${version}`];
      if (place === undefined || place.ts === '') {
        if (isWaiting && isRecent(thread.times[version - 1], ports.began)) total.waiting += 1;
        else say(id, 'missing', version, 'the log has it, and no message says it');
        continue;
      }
      const there = (await threadAt(channel, place.ts)).filter(({ ts }) => ts === place.ts);
      const alone = judgeThread(thread, there);
      if (alone.said.has(version)) take(alone, id, channel);
      else if (there.length > 0) say(id, 'edited', version, 'its message says something else', place);
      else say(id, 'deleted', version, 'its message is not there any more', place);
    }
  };

  const compare = async (id: RequestId): Promise<void> => {
    const { log, channel, at, times } = await readLog(id);
    if (log.length === 0 || channel === undefined) return;
    // Before the thread is read: what does not wait now stands there.
    const isWaiting = (await ports.unshown()).has(id);
    const opened = await openNotes(ports.notes, id).catch((cause: unknown) => {
      if (setbackOf(cause)?.type !== 'blocked') throw cause;
      return undefined;
    });
    const noted = opened?.now().messages ?? {};
    const card = noted[cardKey];
    const ts = card !== undefined && card.channel === channel ? card.ts : await findCard(id, channel, at);
    total.threads += 1;
    if (card?.ts === '')
      return say(id, 'deleted', undefined, 'its card was deleted, so that nothing more was posted about it');
    if (ts === undefined) {
      if (isWaiting) total.waiting += log.length;
      else say(id, 'missing', undefined, 'its card is noted nowhere, and was not found in its channel');
      return;
    }
    const [head, ...replies] = await threadAt(channel, ts);
    const isHead = head?.ts === ts;
    const thread = { id, log, channel, botUser, trust };
    const judged = await again(thread, isHead ? replies : [head, ...replies].filter((one) => one !== undefined));
    findings.push(...judgeHead(thread, isHead ? head : undefined, ts));
    take(judged.judged, id, channel);
    await judgeAbsent({ ...thread, log, times }, judged.judged, noted, isWaiting);
    for (const version of judged.ahead)
      findings.push({
        about: 'entry',
        what: 'missing',
        request: id,
        version,
        why: 'a message in its thread says it, and the log has no such entry: its end was cut off',
      });
  };

  /** What was appended since the log was read is looked up before anything is said of it. */
  const again = async (thread: ThreadToJudge, replies: readonly FoundMessage[]) => {
    const judged = judgeThread(thread, replies);
    if (judged.ahead.length === 0) return { judged, ahead: [] };
    const { log } = await readLog(thread.id);
    const anew = judgeThread({ ...thread, log }, replies);
    return { judged: anew, ahead: anew.ahead };
  };

  return {
    verify: async (id: RequestId): Promise<void> => {
      try {
        await compare(id);
      } catch (cause) {
        if (setbackOf(cause) !== undefined || faultOf(cause).type !== 'refused') throw cause;
        unread.push(`The thread of request ${id} cannot be read: ${String(cause)}`);
      }
    },
    /** Cards of requests that there is no log of. What was posted since `until` is left out: it may be newer than the list. */
    scan: async (channel: string, ids: ReadonlySet<string>, until: Temporal.Instant): Promise<void> => {
      try {
        for await (const messages of read.history(channel, { latest: String(until.epochMilliseconds / 1_000) }))
          for (const { ts, user, metadata } of messages) {
            if (metadata?.event_type !== cardEvent) continue;
            const request = String(metadata.event_payload.request);
            const message = { channel, ts };
            if (user !== botUser)
              findings.push({
                about: 'message',
                what: 'forged',
                request,
                message,
                why: `it claims to be a card, and ${user ?? 'another app'} posted it`,
              });
            else if (!ids.has(request))
              findings.push({
                about: 'request',
                what: 'missing',
                request,
                message,
                why: 'its card is in the channel, and there is no log of it',
              });
          }
      } catch (cause) {
        if (setbackOf(cause) !== undefined || faultOf(cause).type !== 'refused') throw cause;
        unread.push(`Channel ${channel} cannot be read: ${String(cause)}`);
      }
    },
    channelOf: async (id: RequestId): Promise<string | undefined> => (await readLog(id)).channel,
    /** `since`: there have been proofs since then at the latest. */
    done: (since: Temporal.Instant | undefined): VerifiedThreads => {
      const from = Math.min(
        firstProven,
        since === undefined ? Number.POSITIVE_INFINITY : since.epochMilliseconds / 1_000,
      );
      const stripped = unproven.filter(({ ts }) => Number(ts) > from);
      return {
        ...total,
        byHash: unproven.length - stripped.length,
        unread,
        findings: [
          ...findings,
          ...stripped.map(
            ({ request, version, channel, ts }): AuditFinding => ({
              about: 'message',
              what: 'edited',
              request,
              version,
              message: { channel, ts },
              why: 'the proof of its text was taken out of its metadata',
            }),
          ),
        ],
      };
    },
  };
};

const isCardOf = ({ metadata }: FoundMessage, id: RequestId): boolean =>
  metadata?.event_type === cardEvent && metadata.event_payload.request === id;

const isRefused = (cause: unknown, ...errors: readonly string[]): boolean => {
  if (setbackOf(cause) !== undefined) return false;
  const fault = faultOf(cause);
  return fault.type === 'refused' && errors.includes(fault.error);
};
