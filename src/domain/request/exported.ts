import { z } from 'zod';
import { type RequestId, requestId } from '#domain/ids.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { storedEntry } from './chain.ts';

/** What stands in a log and is no entry of it, or has a line feed in it: word for word, under where it stood. */
const misfit = z.strictObject({
  unreadable: z.strictObject({ request: requestId, version: z.int().min(1), text: z.string() }),
});

/** A checkpoint, to the letter as it was kept. */
const checkpoint = z.strictObject({ checkpoint: z.string() });

/** The last line: whoever reads an export knows by it that nothing was cut off, or left out since. */
const end = z.strictObject({
  export: z.literal(1),
  at: z.string(),
  requests: z.int().min(0),
  entries: z.int().min(0),
  /** Absent in an export from before there were any. */
  checkpoints: z.int().min(0).optional(),
});
export type ExportEnd = Omit<z.infer<typeof end>, 'export'>;

const ofRequest = z.looseObject({ request: requestId });

/** A line of an export. `text` is what stood in the log, to the letter. */
export type Exported =
  | { readonly type: 'entry'; readonly request: RequestId; readonly text: string }
  | { readonly type: 'checkpoint'; readonly text: string }
  | ({ readonly type: 'end' } & ExportEnd);

/**
 * Writes an entry of a log as a line of an export, without the line feed. An entry is its own line, as it is stored: whatever
 * is signed can be verified from it. The hash of an entry is `previous` of the one after it.
 */
export const exportedLine = (request: RequestId, version: number, stored: string): string =>
  isItself(request, version, stored) ? stored : JSON.stringify({ unreadable: { request, version, text: stored } });

export const exportEndLine = (said: ExportEnd): string => JSON.stringify({ export: 1, ...said });

const isItself = (request: RequestId, version: number, stored: string): boolean => {
  if (/[\r\n]/.test(stored)) return false;
  const entry = entryIn(stored);
  return entry?.request === request && entry.version === version;
};

/** What nests deeper than recursion can take is none of ours. */
const entryIn = (stored: string): z.infer<typeof storedEntry> | undefined => {
  try {
    return storedEntry.safeParse(parse(stored)).data;
  } catch {
    return undefined;
  }
};

/** Writes a line of the checkpoints as one of an export. */
export const exportedCheckpoint = (stored: string): string => JSON.stringify({ checkpoint: stored });

/** Reads a line of an export. `err` says what it is instead. */
export const readExported = (line: string): Result<Exported, string> => {
  const value = parse(line);
  if (value === undefined) return err('it is not JSON');
  const last = end.safeParse(value);
  if (last.success) {
    const { export: _, ...said } = last.data;
    return ok({ type: 'end', ...said });
  }
  const kept = checkpoint.safeParse(value);
  if (kept.success) return ok({ type: 'checkpoint', text: kept.data.checkpoint });
  const wrapped = misfit.safeParse(value);
  if (wrapped.success) {
    const { request, text } = wrapped.data.unreadable;
    return ok({ type: 'entry', request, text });
  }
  const entry = ofRequest.safeParse(value);
  return entry.success
    ? ok({ type: 'entry', request: entry.data.request, text: line })
    : err('it is no entry of a request’s log');
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
