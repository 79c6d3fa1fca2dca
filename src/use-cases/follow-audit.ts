import { z } from 'zod';
import { type RequestId, requestId } from '#domain/ids.ts';
import { readLine, type Trust } from '#domain/request/chain.ts';
import type { AuditLines, FoundEntry } from './audit-lines.ts';
import type { LogReader } from './export-log.ts';
import type { Clock, ProjectionStore } from './ports.ts';

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
};
export type SinkName = 'stdout' | 'siem';

/** How far a sink has come; `reread`: it takes what the logs say, for the stream does not go back that far. */
const cursor = z.strictObject({
  schema: z.literal(1),
  /** In the stream; absent while that was empty. */
  place: z.string().optional(),
  at: z.string(),
  reread: z
    .strictObject({
      /** Entries from then on; absent for all. */
      since: z.string().optional(),
      /** Behind which the stream has the rest. */
      until: z.strictObject({ place: z.string().optional(), at: z.string() }),
      /** Up to this request it is done, in the order in which they were filed. */
      done: requestId.optional(),
    })
    .optional(),
});
type Cursor = z.infer<typeof cursor>;

export type FollowPorts = {
  readonly stream: AuditStream;
  readonly log: LogReader;
  readonly lines: AuditLines;
  readonly trust: Trust;
  readonly cursors: ProjectionStore;
  readonly clock: Clock;
  readonly info: (message: string, fields: Readonly<Record<string, string>>) => void;
  /** How many seconds lie between the newest entry and what the sink has, and how many lines it was given since. */
  readonly report: (sink: SinkName, behind: number, lines: number) => void;
};

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

  const read = async (): Promise<{ readonly version: number; readonly cursor: Cursor | undefined }> => {
    const kept = await cursors.read(sink.name);
    return { version: kept?.version ?? 0, cursor: kept === undefined ? undefined : parse(kept.value) };
  };
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
    const { version, cursor: before } = await read();
    if (before === undefined) return startRereading(version, undefined);
    if (before.reread !== undefined) return reread(version, before, before.reread);
    const entries = await ports.stream.after(before.place ?? '', most);
    if (entries === undefined) return startRereading(version, before);
    const last = entries.at(-1);
    if (last === undefined) return false;
    const fresh = entries.filter(({ text }) => ahead.size === 0 || !ahead.delete(ports.trust.digest(text)));
    if (!(await give(await inOrder(fresh, ports.lines)))) return false;
    return keep(version, { schema: 1, place: last.place, at: last.at.toString() });
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
    let version = from;
    const begin = reading.done === undefined ? 0 : ids.indexOf(reading.done) + 1;
    for (let first = begin; first < ids.length; first += logsAtOnce) {
      const batch = ids.slice(first, first + logsAtOnce);
      const found = (await Promise.all(batch.map((id) => entriesOf(ports, id, since)))).flat();
      for (let at = 0; at < found.length; at += most) {
        const part = found.slice(at, at + most);
        if (signal.aborted || !(await give(await inOrder(part, ports.lines)))) return false;
        noteAhead(part, reading.until.at);
      }
      const done = batch.at(-1);
      if (found.length === 0 || done === undefined) continue;
      if (!(await keep(version, { ...before, reread: { ...reading, done } }))) return false;
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
    const [{ cursor: now }, end] = await Promise.all([read(), ports.stream.end()]);
    const had = now?.reread === undefined ? now?.at : (now.reread.since ?? now.at);
    const behind =
      end === undefined || now === undefined || (now.place === end.place && now.reread === undefined)
        ? 0
        : Math.max(0, (end.at.epochMilliseconds - Temporal.Instant.from(had ?? now.at).epochMilliseconds) / 1_000);
    ports.report(sink.name, behind, given);
    given = 0;
  };

  return async () => {
    try {
      if (!sink.isReady()) return;
      await cursors.exclusively(sink.name, async () => {
        while (!signal.aborted && (await step()));
      });
    } finally {
      await tell();
    }
  };
};

/** One of ours that cannot be read any more is as good as none: everything goes out once more. */
const parse = (text: string): Cursor | undefined => {
  try {
    return cursor.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};

/** One after the other: what one tells of its request the next one needs. */
const inOrder = async (entries: readonly FoundEntry[], write: AuditLines): Promise<readonly string[]> => {
  const lines: string[] = [];
  for (const entry of entries) lines.push(await write(entry));
  return lines;
};

/** What a log has from a time on; what cannot be read is in any case. */
const entriesOf = async (
  { log, trust, clock }: FollowPorts,
  id: RequestId,
  since: Temporal.Instant | undefined,
): Promise<readonly FoundEntry[]> => {
  const read = await log.read(id);
  const lines = read.ok ? read.value : [read.error];
  const now = await clock.now();
  return lines.flatMap((text, index) => {
    const entry = readLine(id, text, trust);
    const at = entry.ok ? entry.value.at : now;
    return since !== undefined && Temporal.Instant.compare(at, since) < 0
      ? []
      : [{ request: id, version: index + 1, text, at }];
  });
};
