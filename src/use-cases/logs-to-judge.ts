import type { AuditFinding } from '#domain/audit/finding.ts';
import type { JudgedCheckpoints } from '#domain/audit/judge-checkpoints.ts';
import { type RequestId, requestId } from '#domain/ids.ts';
import type { LogReader } from './export-log.ts';
import type { InExport } from './read-export.ts';
import type { LogToJudge } from './verify-logs.ts';

/** What checkpoints say of logs. A removal that is accepted is of a log that one of them knows. */
type Known = Pick<JudgedCheckpoints, 'witnesses' | 'removals'>;
type Tell = (finding: AuditFinding) => void;

/** Logs that are read at the same time. */
const atOnce = 200;

/**
 * Every log of the store, and besides those in an index those that a checkpoint knows. Read the checkpoints first: what they
 * say was so before.
 */
export async function* logsOfStore(
  log: LogReader,
  { witnesses, removals }: Known,
  tell: Tell,
): AsyncGenerator<readonly LogToJudge[]> {
  const indexed = new Set<RequestId>();
  for (const id of await log.ids()) {
    const parsed = requestId.safeParse(id);
    if (parsed.success) indexed.add(parsed.data);
    else
      tell({
        about: 'request',
        what: 'added',
        why: `an index names ${JSON.stringify(id.slice(0, 80))}, which is no request’s id`,
      });
  }
  const ids = [...indexed, ...[...witnesses.keys()].filter((id) => !indexed.has(id))];
  for (let first = 0; first < ids.length; first += atOnce)
    yield await Promise.all(
      ids.slice(first, first + atOnce).map(async (request): Promise<LogToJudge> => {
        const read = await log.read(request);
        if (!read.ok) tell({ about: 'request', what: 'altered', request, why: read.error });
        const lines = read.ok ? read.value : [];
        if (!indexed.has(request) && lines.length > 0)
          tell({
            about: 'request',
            what: 'missing',
            request,
            why: 'its log is there, and it is in no index of requests: nothing would be done for it',
          });
        return read.ok
          ? { request, lines, witnesses: witnesses.get(request) ?? [], removal: removals.get(request) }
          : { request, lines, witnesses: [] };
      }),
    );
}

/** The same of an export, read as it comes. */
export async function* logsOfExport(
  found: AsyncIterable<InExport>,
  { witnesses, removals }: Known,
  tell: Tell,
): AsyncGenerator<readonly LogToJudge[]> {
  const seen = new Set<RequestId>();
  for await (const one of found) {
    switch (one.type) {
      case 'log': {
        const { request, lines } = one;
        if (seen.has(request))
          tell({ about: 'request', what: 'added', request, why: 'it stands in the export in two places' });
        else yield [{ request, lines, witnesses: witnesses.get(request) ?? [], removal: removals.get(request) }];
        seen.add(request);
        break;
      }
      case 'checkpoint':
        break;
      case 'foreign':
      case 'problem':
        tell({
          about: 'export',
          what: 'altered',
          why: one.line === undefined ? one.why : `line ${one.line}: ${one.why}`,
        });
    }
  }
  yield [...witnesses].flatMap(([request, of]) =>
    seen.has(request) ? [] : [{ request, lines: [], witnesses: of, removal: removals.get(request) }],
  );
}
