import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { err, ok, type Result } from '#domain/result.ts';
import type { FileLine } from '#use-cases/read-export.ts';

/** Bytes of a line; far more than the longest entry that Hallpass writes. */
const longest = 16 * 1024 * 1024;
const lineFeed = 0x0a;

/** Opens a file to be read line by line. `err` says why it cannot be, and what to do. */
export const openLines = async (path: string): Promise<Result<AsyncIterable<FileLine>, string>> => {
  const found = await stat(path).catch((cause: unknown) => (cause instanceof Error ? cause : new Error(String(cause))));
  const remedy = 'Name a file that "hallpass log export" has written.';
  if (found instanceof Error) return err(`${path} cannot be read (${found.message}). ${remedy}`);
  if (found.isDirectory()) return err(`${path} is a folder. ${remedy}`);
  return ok(linesOf(createReadStream(path)));
};

/** Lines of a stream of bytes, without their ends; one that is too long or no text is said to be so, and passed over. */
export async function* linesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<FileLine> {
  let number = 1;
  let parts: Uint8Array[] = [];
  let length = 0;
  const take = (part: Uint8Array): void => {
    length += part.length;
    // What is too long is counted, and not kept.
    if (length > longest) parts = [];
    else parts.push(part);
  };
  for await (const chunk of bytes) {
    let from = 0;
    for (let at = chunk.indexOf(lineFeed); at >= 0; at = chunk.indexOf(lineFeed, from)) {
      take(chunk.subarray(from, at));
      yield { number, text: textOf(parts, length) };
      [number, parts, length, from] = [number + 1, [], 0, at + 1];
    }
    take(chunk.subarray(from));
  }
  if (length > 0) yield { number, text: textOf(parts, length) };
}

const textOf = (parts: readonly Uint8Array[], length: number): Result<string, string> => {
  if (length > longest) return err(`it is longer than ${longest / 1024 / 1024} MiB, which no entry is`);
  try {
    // A mark of the order of bytes and a carriage return are what other programs leave in a text.
    return ok(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts)).replace(/\r$/, ''));
  } catch {
    return err('it is not text in UTF-8');
  }
};
