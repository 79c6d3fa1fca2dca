import type { RequestId } from '#domain/ids.ts';
import { readExported } from '#domain/request/exported.ts';
import { err, ok, type Result } from '#domain/result.ts';

/** A line of a file, or why it cannot be read. */
export type FileLine = { readonly number: number; readonly text: Result<string, string> };

/** What is found in an export, in its order. */
export type InExport =
  /** All that stands in one place of a request's log; believed in nothing. */
  | { readonly type: 'log'; readonly request: RequestId; readonly lines: readonly string[] }
  /** A line of the checkpoints. */
  | { readonly type: 'checkpoint'; readonly text: string }
  /** What makes that the export cannot be taken for whole. */
  | { readonly type: 'problem'; readonly line?: number; readonly why: string }
  /** It is no export: nothing follows. */
  | { readonly type: 'foreign'; readonly line: number; readonly why: string };

type End = { readonly requests: number; readonly entries: number; readonly checkpoints?: number | undefined };

/** Reads an export line by line, the log of one request at a time. One that stands there in two places is found twice. */
export async function* readExport(lines: AsyncIterable<FileLine>): AsyncGenerator<InExport> {
  let open: { request: RequestId; lines: string[] } | undefined;
  let end: End | undefined;
  const there = { requests: 0, entries: 0, checkpoints: 0, lines: 0 };
  for await (const { number, text } of lines) {
    const read = text.ok ? (text.value.trim() === '' ? undefined : readExported(text.value)) : text;
    if (read === undefined) continue;
    there.lines += 1;
    if (!read.ok) {
      if (there.lines === 1) return yield { type: 'foreign', line: number, why: read.error };
      yield { type: 'problem', line: number, why: read.error };
    } else if (end !== undefined) {
      yield { type: 'problem', line: number, why: 'it stands behind the last line of an export' };
    } else if (read.value.type === 'end') {
      end = read.value;
    } else if (read.value.type === 'checkpoint') {
      there.checkpoints += 1;
      yield read.value;
    } else {
      const { request, text: entry } = read.value;
      there.entries += 1;
      if (open?.request === request) open.lines.push(entry);
      else {
        if (open !== undefined) yield { type: 'log', ...open };
        there.requests += 1;
        open = { request, lines: [entry] };
      }
    }
  }
  if (open !== undefined) yield { type: 'log', ...open };
  const whole = isWhole(end, there);
  if (!whole.ok) yield { type: 'problem', why: whole.error };
}

const isWhole = (end: End | undefined, there: End & { readonly lines: number }): Result<null, string> => {
  if (there.lines === 0) return err('it is empty');
  if (end === undefined) return err('its last line is missing: it was cut, or was not written to its end');
  if ((end.checkpoints ?? 0) !== there.checkpoints)
    return err(
      `its last line says ${end.checkpoints ?? 0} checkpoints, and there are ${there.checkpoints}: something was added or taken out`,
    );
  return end.requests === there.requests && end.entries === there.entries
    ? ok(null)
    : err(
        `its last line says ${end.requests} requests with ${end.entries} entries, and there are ${there.requests} with ${there.entries}: something was added or taken out`,
      );
};
