import type { RequestId } from '#domain/ids.ts';
import { shortestRetention } from '#domain/policy/retention.ts';
import type { Checkpoint, Head } from './checkpoint.ts';
import type { AuditFinding } from './finding.ts';
import type { Witness } from './judge-log.ts';

export type JudgedRemovals = {
  readonly findings: readonly AuditFinding[];
  /** The last one of each request, if it is as it should be. */
  readonly accepted: ReadonlyMap<RequestId, Witness>;
};

type Known = {
  readonly version: number;
  readonly head: string;
  readonly number: number;
  readonly at: Temporal.Instant;
};

/**
 * Says which of the removals that genuine checkpoints record are as they should be: at least as late as they say that logs are
 * kept, counted from the last checkpoint that knew the log before, and of the log that was known then. Takes the checkpoints of
 * all places, also the same ones twice; `posted`, by hash, says when Slack has taken them, which no key can set back or forward.
 */
export const judgeRemovals = (
  genuine: readonly Checkpoint[],
  posted: ReadonlyMap<string, Temporal.Instant>,
  now: Temporal.Instant,
): JudgedRemovals => {
  const known = new Map<RequestId, Known[]>();
  const found = new Map<string, AuditFinding>();
  const accepted = new Map<RequestId, Witness>();
  for (const checkpoint of genuine.toSorted((one, other) => one.number - other.number)) {
    const { number, heads, removed = [] } = checkpoint;
    const at = Temporal.Instant.from(checkpoint.at);
    for (const [id, version, head] of heads) {
      const before = known.get(id) ?? [];
      before.push({ version, head, number, at });
      known.set(id, before);
    }
    const doneAt = earliest([at, now, posted.get(checkpoint.hash) ?? now]);
    for (const one of removed) {
      const [request, version, head] = one;
      const why = wrongWith(one, checkpoint.retention ?? 0, known.get(request) ?? [], doneAt);
      if (why === undefined) accepted.set(request, { version, head, checkpoint: number });
      else {
        accepted.delete(request);
        found.set(`${number} ${request}`, { about: 'request', what: 'deleted', request, checkpoint: number, why });
      }
    }
  }
  return { findings: [...found.values()], accepted };
};

/** By the clocks that nobody has moved: what says that it is from a later time than it is was made up. */
const earliest = (times: readonly Temporal.Instant[]): Temporal.Instant =>
  times.reduce((one, other) => (Temporal.Instant.compare(one, other) <= 0 ? one : other));

const wrongWith = (
  [, version, head]: Head,
  retention: number,
  known: readonly Known[],
  at: Temporal.Instant,
): string | undefined => {
  // The latest by its own word: one that says it is from long ago takes nothing away from those before it.
  const last = known.toSorted((one, other) => Temporal.Instant.compare(one.at, other.at)).at(-1);
  if (last === undefined) return 'its removal was recorded, and no checkpoint before knew its log';
  if (retention < shortestRetention)
    return `its removal was recorded under a retention of ${retention} days, and Hallpass knows none below ${shortestRetention}`;
  if (Temporal.Instant.compare(at, last.at.add({ hours: retention * 24 })) < 0)
    return `its removal was recorded before the retention of ${retention} days was over: checkpoint ${last.number} had its log at ${last.at}`;
  const longer = known.find((one) => one.version > version);
  if (longer !== undefined)
    return `its removal was recorded with ${version} entries, and checkpoint ${longer.number} knows ${longer.version}`;
  return known.some((one) => one.version === version && one.head !== head)
    ? 'its removal was recorded of another log than checkpoints know'
    : undefined;
};
