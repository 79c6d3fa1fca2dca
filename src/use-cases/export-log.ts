import { type RequestId, requestId } from '#domain/ids.ts';
import { readChain, type Trust } from '#domain/request/chain.ts';
import { exportEndLine, exportedCheckpoint, exportedLine } from '#domain/request/exported.ts';
import type { Result } from '#domain/result.ts';
import { cut, oneLine } from '#domain/text.ts';

/** Reads what is stored, believing nothing. */
export type LogReader = {
  /** All lines of the checkpoints, many at a time, the first that was written first. */
  readonly checkpoints: () => AsyncIterable<readonly string[]>;
  /** All members of the index of requests, as they stand there, the first that was filed first. */
  readonly ids: () => Promise<readonly string[]>;
  /** `err`: what stands there is no log. */
  readonly read: (id: RequestId) => Promise<Result<readonly string[], string>>;
};

/** What has been written so far; `broken` names what cannot be believed, and is exported all the same. */
export type ExportCount = { requests: number; entries: number; checkpoints: number; readonly broken: string[] };

/** Logs that are read at the same time. */
const atOnce = 50;

/**
 * Every log as lines of an export, each with its line feed, a batch of requests at a time. What is filed meanwhile may be left
 * out; what is in is a log as it was at one moment. `trust` judges what is there; it is written down whatever it says.
 */
export async function* exportLog(
  log: LogReader,
  trust: Trust,
  now: Temporal.Instant,
  count: ExportCount,
): AsyncGenerator<string> {
  // First: what they say of a log was so before it is read.
  for await (const lines of log.checkpoints()) {
    count.checkpoints += lines.length;
    yield lines.map((line) => `${exportedCheckpoint(line)}\n`).join('');
  }
  const ids = await log.ids();
  for (let first = 0; first < ids.length; first += atOnce) {
    const batch = ids.slice(first, first + atOnce).flatMap((id) => idIn(id, count));
    const found = await readThere(log, batch);
    const written = found.map(({ id, read }) => linesOf(id, read, trust, count)).join('');
    if (written !== '') yield written;
  }
  const { requests, entries, checkpoints } = count;
  const said = { at: now.toString(), requests, entries };
  yield `${exportEndLine(checkpoints === 0 ? said : { ...said, checkpoints })}\n`;
}

/** Reads logs that were listed before; without those that are in no list any more, for they were removed meanwhile. */
export const readThere = async (
  log: Pick<LogReader, 'ids' | 'read'>,
  listed: readonly RequestId[],
): Promise<readonly { readonly id: RequestId; readonly read: Result<readonly string[], string> }[]> => {
  const found = await Promise.all(listed.map(async (id) => ({ id, read: await log.read(id) })));
  const isGone = ({ read }: (typeof found)[number]): boolean => read.ok && read.value.length === 0;
  if (!found.some(isGone)) return found;
  const left = new Set(await log.ids());
  return found.filter((one) => !isGone(one) || left.has(one.id));
};

const idIn = (id: string, { broken }: ExportCount): readonly RequestId[] => {
  const parsed = requestId.safeParse(id);
  if (parsed.success) return [parsed.data];
  broken.push(
    `The index of requests names ${JSON.stringify(id.slice(0, 80))}, which is no request’s id; it was left out.`,
  );
  return [];
};

const linesOf = (id: RequestId, read: Result<readonly string[], string>, trust: Trust, count: ExportCount): string => {
  if (!read.ok || read.value.length === 0) {
    count.broken.push(`Request ${id} has no log: ${read.ok ? 'there is none under its id' : read.error}.`);
    return '';
  }
  const chain = readChain(id, read.value, trust);
  if (!chain.ok)
    count.broken.push(
      `Request ${id} cannot be believed, and was written as it is: entry ${chain.error.version}: ${cut(oneLine(chain.error.why), 200)}.`,
    );
  count.requests += 1;
  count.entries += read.value.length;
  return read.value.map((line, index) => `${exportedLine(id, index + 1, line)}\n`).join('');
};
