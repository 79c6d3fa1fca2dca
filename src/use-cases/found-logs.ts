import { type RequestId, requestId } from '#domain/ids.ts';
import type { Result } from '#domain/result.ts';
import type { FoundLog } from './audit-records.ts';
import { type LogReader, readThere } from './export-log.ts';
import type { InExport } from './read-export.ts';

/** Logs that are read at the same time. */
const atOnce = 20;

/** Every log that is kept, the request that was filed first first. */
export async function* logsKept(log: LogReader): AsyncGenerator<FoundLog> {
  const ids = await log.ids();
  for (let first = 0; first < ids.length; first += atOnce) {
    const batch = ids.slice(first, first + atOnce).map((id) => ({ id, request: requestId.safeParse(id).data }));
    yield* batch.flatMap(({ id, request }) => (request === undefined ? [noId(id)] : []));
    const listed = batch.flatMap(({ request }) => request ?? []);
    yield* (await readThere(log, listed)).map(({ id, read }) => foundAs(id, read));
  }
}

const noId = (id: string): FoundLog => ({
  type: 'problem',
  why: `The index of requests names ${JSON.stringify(id.slice(0, 80))}, which is no request’s id; it was left out.`,
});

const foundAs = (request: RequestId, read: Result<readonly string[], string>): FoundLog => {
  if (read.ok && read.value.length > 0) return { type: 'log', request, lines: read.value };
  return {
    type: 'problem',
    why: `Request ${request} has no log: ${read.ok ? 'there is none under its id' : read.error}.`,
  };
};

/** Every log that an export holds, in its order; one that stands there in two places is told of once. */
export async function* logsIn(file: string, items: AsyncIterable<InExport>): AsyncGenerator<FoundLog> {
  const before = new Set<RequestId>();
  for await (const item of items) {
    // Checkpoints are for whoever verifies.
    if (item.type === 'checkpoint') continue;
    if (item.type !== 'log') {
      const at = item.line === undefined ? file : `${file}:${item.line}`;
      yield { type: 'problem', why: `${at}: ${item.why}.` };
    } else if (before.has(item.request)) {
      yield {
        type: 'problem',
        why: `${file}: the log of request ${item.request} stands there in two places; the later one was left out.`,
      };
    } else {
      before.add(item.request);
      yield { type: 'log', request: item.request, lines: item.lines };
    }
  }
}
