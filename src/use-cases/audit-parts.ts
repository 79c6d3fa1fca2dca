import type { RequestId } from '#domain/ids.ts';
import { readLine } from '#domain/request/chain.ts';
import type { AuditLines, FoundEntry } from './audit-lines.ts';
import type { AuditSink, FollowPorts } from './follow-audit.ts';

/** What is offered at a time, and the entry up to which a sink has come with it. */
type Part<E> = { readonly lines: readonly string[]; readonly upTo: E };

/** One line after the other: what one tells of its request the next one needs. */
export const partsOf = async <E extends FoundEntry>(
  entries: readonly E[],
  write: AuditLines,
  { atOnce = Number.POSITIVE_INFINITY, wants = () => true }: AuditSink,
  isNew: (entry: E) => boolean,
): Promise<readonly Part<E>[]> => {
  const parts: Part<E>[] = [];
  let lines: string[] = [];
  for (const [index, entry] of entries.entries()) {
    const line = isNew(entry) ? await write(entry) : undefined;
    if (line !== undefined && wants(line)) lines.push(line);
    if (lines.length < atOnce && index < entries.length - 1) continue;
    parts.push({ lines, upTo: entry });
    lines = [];
  }
  return parts;
};

/** What a log has from a time on; what cannot be read is in any case. */
export const entriesOf = async (
  { log, trust, clock }: Pick<FollowPorts, 'log' | 'trust' | 'clock'>,
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
