import { z } from 'zod';
import { requestId } from '#domain/ids.ts';
import { isInstant } from '#domain/instant.ts';
import type { AuditStream, Place, SinkName } from './follow-audit.ts';
import type { ProjectionStore } from './ports.ts';

const instant = z.string().refine(isInstant, 'not an instant in ISO 8601');

/** How far a sink has come; `reread`: it takes what the logs say, for the stream does not go back that far. */
const cursor = z.strictObject({
  schema: z.literal(1),
  /** In the stream; absent while that was empty. */
  place: z.string().optional(),
  at: instant,
  reread: z
    .strictObject({
      /** Entries from then on; absent for all. */
      since: instant.optional(),
      /** Behind which the stream has the rest. */
      until: z.strictObject({ place: z.string().optional(), at: instant }),
      /** Up to this request it is done, in the order in which they were filed. */
      done: requestId.optional(),
      /** And of a later one up to this entry; only for a sink that takes few lines at a time. */
      within: z.strictObject({ request: requestId, version: z.int() }).optional(),
    })
    .optional(),
});
export type Cursor = z.infer<typeof cursor>;

/** Where a sink was left. One of ours that cannot be read any more is as good as none: everything goes out once more. */
export const readCursor = async (
  cursors: Pick<ProjectionStore, 'read'>,
  sink: SinkName,
): Promise<{ readonly version: number; readonly cursor: Cursor | undefined }> => {
  const kept = await cursors.read(sink);
  return { version: kept?.version ?? 0, cursor: kept === undefined ? undefined : parse(kept.value) };
};

const parse = (text: string): Cursor | undefined => {
  try {
    return cursor.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};

/** Seconds between the newest entry and what a sink has; 0 when it has all, or has not begun. */
export const secondsBehind = (now: Cursor | undefined, end: Place | undefined): number => {
  if (end === undefined || now === undefined || (now.place === end.place && now.reread === undefined)) return 0;
  const had = now.reread === undefined ? now.at : (now.reread.since ?? now.at);
  return Math.max(0, (end.at.epochMilliseconds - Temporal.Instant.from(had).epochMilliseconds) / 1_000);
};

/** What waits for a sink; `atLeast`: it is not known how much more. */
export type Backlog = { readonly seconds: number; readonly entries: number; readonly atLeast: boolean };

/** Entries that are counted. */
const most = 1_000;

/** Looks at what waits for a sink, wanted by it or not, and changes nothing; undefined before it was given anything. */
export const readBacklog = async (
  { stream, cursors }: { readonly stream: AuditStream; readonly cursors: Pick<ProjectionStore, 'read'> },
  sink: SinkName,
): Promise<Backlog | undefined> => {
  const [{ cursor: now }, end] = await Promise.all([readCursor(cursors, sink), stream.end()]);
  if (now === undefined) return undefined;
  const waiting = await stream.after(now.place ?? '', most);
  return {
    seconds: secondsBehind(now, end),
    entries: waiting?.length ?? 0,
    atLeast: waiting === undefined || waiting.length === most || now.reread !== undefined,
  };
};
