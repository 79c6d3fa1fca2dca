import { requestId } from '#domain/ids.ts';
import type { Trust } from '#domain/request/chain.ts';
import type { AuditLines, FoundEntry } from './audit-lines.ts';
import { entriesOf, partsOf } from './audit-parts.ts';
import type { LogReader } from './export-log.ts';
import type { Clock, ProjectionStore } from './ports.ts';
import { type Cursor, readCursor, secondsBehind } from './sink-cursor.ts';

/** All entries of all logs in the order of their commits, as far back as the stream still goes. */
export type AuditStream = {
  /** Where it ends; undefined while it is empty. */
  readonly end: () => Promise<Place | undefined>;
  /** The entries behind a place, at most so many; undefined when that place is not in it (any more): then some may be missing. */
  readonly after: (
    place: string,
    most: number,
  ) => Promise<readonly (FoundEntry & { readonly place: string })[] | undefined>;
};
export type Place = { readonly place: string; readonly at: Temporal.Instant };

/** Where lines go. */
export type AuditSink = {
  readonly name: SinkName;
  /** False while it waits before it tries again. */
  readonly isReady: () => boolean;
  /** Whether it took all of them; if not, all are offered again. Never throws for what is beyond it. */
  readonly write: (lines: readonly string[], signal: AbortSignal) => Promise<boolean>;
  /** So many lines are offered at a time, and how far it has come is written down behind them; as many as there are when absent. */
  readonly atOnce?: number;
  /** Whether it is to be offered a line at all; every one when absent. */
  readonly wants?: (line: string) => boolean;
  /** The first time it gets what happens from then on. Otherwise all there is. */
  readonly beginsNow?: boolean;
};
export type SinkName = 'stdout' | 'siem' | `webhook:${string}`;

export type FollowPorts = {
  readonly stream: AuditStream;
  readonly log: LogReader;
  readonly lines: AuditLines;
  readonly trust: Trust;
  readonly cursors: ProjectionStore;
  readonly clock: Clock;
  /** Ends early when the follower is stopped. */
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly info: (message: string, fields: Readonly<Record<string, string>>) => void;
  /** How many seconds lie between the newest entry and what the sink has, and how many lines it was given since. */
  readonly report: (sink: SinkName, behind: number, lines: number) => void;
};

/** Milliseconds between two looks at whether a sink is ready again. */
const waiting = 250;
/** Entries that are offered at a time: what is held in memory. */
const most = 200;
const logsAtOnce = 20;
/** What was given from a log and comes again from the stream right after is left out there, as far as is known: so much of it. */
const overlap = Temporal.Duration.from({ minutes: 1 });
const mostAhead = 10_000;
/** An event says when it was decided, which is a little before it was committed. */
const margin = Temporal.Duration.from({ hours: 1 });

/**
 * Gives a sink every entry at least once, in the order of each log. Several processes may follow for one sink: one of them at a time does.
 * The place is kept in Redis, after the sink has taken what is before it. What it has had may come again; the line's id tells.
 */
export const createAuditFollower = (
  ports: FollowPorts,
  sink: AuditSink,
  signal: AbortSignal,
): (() => Promise<void>) => {
  const { cursors } = ports;
  let given = 0;
  /** Digests of what was given from logs and may stand in the stream behind the place to go on from. */
  const ahead = new Set<string>();

  const give = async (lines: readonly string[]): Promise<boolean> => {
    if (lines.length === 0) return true;
    if (!(await sink.write(lines, signal))) return false;
    given += lines.length;
    return true;
  };
  /** Says where the sink is now. `false`: somebody else said so meanwhile, and goes on from there. */
  const keep = (version: number, next: Cursor): Promise<boolean> =>
    cursors.write(sink.name, version, JSON.stringify(next));

  /** One batch; whether there may be more. */
  const step = async (): Promise<boolean> => {
    const { version, cursor: before } = await readCursor(cursors, sink.name);
    // One that is there and cannot be read was somewhere: nothing of what it lacks is left out.
    if (before === undefined && version === 0 && sink.beginsNow === true) return beginNow();
    if (before === undefined) return startRereading(version, undefined);
    if (before.reread !== undefined) return reread(version, before, before.reread);
    const entries = await ports.stream.after(before.place ?? '', most);
    if (entries === undefined) return startRereading(version, before);
    if (entries.length === 0) return false;
    const isFresh = ({ text }: FoundEntry) => ahead.size === 0 || !ahead.delete(ports.trust.digest(text));
    let kept = version;
    for (const { lines, upTo } of await partsOf(entries, ports.lines, sink, isFresh)) {
      if (signal.aborted || !(await give(lines))) return false;
      if (!(await keep(kept, { schema: 1, place: upTo.place, at: upTo.at.toString() }))) return false;
      kept += 1;
    }
    return true;
  };

  const beginNow = async (): Promise<boolean> => {
    const end = await ports.stream.end();
    const at = (end?.at ?? (await ports.clock.now())).toString();
    return keep(0, { schema: 1, ...(end === undefined ? {} : { place: end.place }), at });
  };

  const startRereading = async (version: number, before: Cursor | undefined): Promise<boolean> => {
    const end = await ports.stream.end();
    const at = (end?.at ?? (await ports.clock.now())).toString();
    const until = { ...(end === undefined ? {} : { place: end.place }), at };
    // A time that is ahead would leave out what came before it is reached.
    const from = before && (before.at < at ? before.at : at);
    const since = from && Temporal.Instant.from(from).subtract(margin).toString();
    if (since !== undefined && before?.place !== undefined)
      ports.info('The audit stream does not go back to what a sink had last; the logs are read anew from then on', {
        sink: sink.name,
        since,
      });
    const reading = { until, ...(since === undefined ? {} : { since }) };
    return keep(version, { ...(before ?? { schema: 1, at }), reread: reading });
  };

  const reread = async (from: number, before: Cursor, reading: NonNullable<Cursor['reread']>): Promise<boolean> => {
    const ids = (await ports.log.ids()).flatMap((id) => requestId.safeParse(id).data ?? []);
    const since = reading.since === undefined ? undefined : Temporal.Instant.from(reading.since);
    const { within: begun, ...whole } = reading;
    const begunAt = begun === undefined ? -1 : ids.indexOf(begun.request);
    const afterDone = whole.done === undefined ? 0 : ids.indexOf(whole.done) + 1;
    // From a stream that was found empty on, the logs are read anew: what came while that was looked up was given from them just now.
    const wasEmpty = before.place === undefined && since !== undefined;
    const isNew = ({ request, version: number, text }: FoundEntry) =>
      (request !== begun?.request || number > begun.version) && !(wasEmpty && ahead.has(ports.trust.digest(text)));
    let version = from;
    for (let first = begunAt === -1 ? afterDone : begunAt; first < ids.length; first += logsAtOnce) {
      const batch = ids.slice(first, first + logsAtOnce);
      const found = (await Promise.all(batch.map((id) => entriesOf(ports, id, since)))).flat();
      for (let at = 0; at < found.length; at += most) {
        const part = found.slice(at, at + most);
        for (const { lines, upTo } of await partsOf(part, ports.lines, sink, isNew)) {
          if (signal.aborted || !(await give(lines))) return false;
          // Whoever takes few lines at a time goes on in the middle of a log.
          if (sink.atOnce === undefined) continue;
          const within = { request: requestId.parse(upTo.request), version: upTo.version };
          if (!(await keep(version, { ...before, reread: { ...whole, within } }))) return false;
          version += 1;
        }
        noteAhead(part, reading.until.at);
      }
      const done = batch.at(-1);
      if (found.length === 0 || done === undefined) continue;
      if (!(await keep(version, { ...before, reread: { ...whole, done } }))) return false;
      version += 1;
    }
    return keep(version, { schema: 1, ...reading.until });
  };

  /** A log that is read after the end of the stream was looked up may have more than what was before that. */
  const noteAhead = (entries: readonly FoundEntry[], until: string): void => {
    const from = Temporal.Instant.from(until).subtract(overlap);
    for (const { text, at } of entries)
      if (ahead.size < mostAhead && Temporal.Instant.compare(at, from) >= 0) ahead.add(ports.trust.digest(text));
  };

  const tell = async (): Promise<void> => {
    const [{ cursor: now }, end] = await Promise.all([readCursor(cursors, sink.name), ports.stream.end()]);
    ports.report(sink.name, secondsBehind(now, end), given);
    given = 0;
  };

  /** Then nobody has to be kept out: a lock is two writes, again and again for each sink. */
  const hasAll = async (): Promise<boolean> => {
    const [{ cursor: now }, end] = await Promise.all([readCursor(cursors, sink.name), ports.stream.end()]);
    return now !== undefined && now.reread === undefined && now.place === end?.place;
  };

  return async () => {
    try {
      if (!sink.isReady() || (await hasAll())) return;
      await cursors.exclusively(sink.name, async () => {
        while (!signal.aborted && (await step()));
        // What a sink says to wait is meant for every process. Then each may try, for one of them may not reach it at all.
        while (!signal.aborted && !sink.isReady()) {
          await tell();
          await ports.pause(waiting);
        }
      });
    } finally {
      await tell();
    }
  };
};
