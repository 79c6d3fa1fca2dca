import type { RequestId } from '#domain/ids.ts';
import { shortestRetention } from '#domain/policy/retention.ts';
import type { Checkpoint, Head } from './checkpoint.ts';
import type { AuditFinding } from './finding.ts';
import type { Witness } from './judge-log.ts';

/** Days that a log is kept by the policy, at least. Absent: nobody has said. */
export type InForce = number | 'none' | undefined;

export type JudgedRemovals = {
  readonly findings: readonly AuditFinding[];
  /** The last one of each request, if it is as it should be. */
  readonly accepted: ReadonlyMap<RequestId, Witness>;
  /** The shortest retention that any of them states, and which checkpoint does so first. */
  readonly shortest?: { readonly days: number; readonly checkpoint: number } | undefined;
};

/** What the removals of genuine checkpoints are held against. */
export type HeldAgainst = {
  /** By a checkpoint's hash, when Slack has taken it, which no key can set back or forward. */
  readonly posted: ReadonlyMap<string, Temporal.Instant>;
  readonly now: Temporal.Instant;
  readonly inForce?: InForce;
};

type Known = {
  readonly version: number;
  readonly head: string;
  readonly number: number;
  readonly at: Temporal.Instant;
};
type Recorded = Witness & { readonly retention: number; readonly why?: string | undefined };

/**
 * Says which of the removals that genuine checkpoints record are as they should be: at least as late as they say that logs are
 * kept, counted from the last checkpoint that knew the log before, of the log that was known then, and under no shorter retention
 * than was in force. One that a later checkpoint took back, because it has the log still, says nothing any more. Takes the
 * checkpoints of all places, also the same ones twice.
 */
export const judgeRemovals = (
  genuine: readonly Checkpoint[],
  { posted, now, inForce }: HeldAgainst,
): JudgedRemovals => {
  const known = new Map<RequestId, Known[]>();
  const recorded = new Map<RequestId, Recorded[]>();
  const sorted = genuine.toSorted((one, other) => one.number - other.number);
  const behind = timesBehind(sorted);
  for (const checkpoint of sorted) {
    const { number, hash, heads, removed = [], retention = 0 } = checkpoint;
    const at = Temporal.Instant.from(checkpoint.at);
    for (const [id, version, head] of heads) {
      const before = known.get(id) ?? [];
      before.push({ version, head, number, at });
      known.set(id, before);
      const last = recorded.get(id)?.at(-1);
      if (last !== undefined && isTakenBack(last, version, head)) recorded.delete(id);
    }
    const doneAt = earliest([at, now, posted.get(hash) ?? now, behind.get(number) ?? now]);
    for (const one of removed) {
      const [id, version, head] = one;
      const why = wrongWith(one, { retention, inForce, known: known.get(id) ?? [], at: doneAt });
      add(recorded, id, { version, head, checkpoint: number, retention, why });
    }
  }
  return judged(recorded);
};

/** Whether a later head of a log takes a removal back: it says that the log is still there, as it was or longer. */
export const isTakenBack = (
  removal: { readonly version: number; readonly head: string },
  version: number,
  head: string,
): boolean => version > removal.version || (version === removal.version && head === removal.head);

/** By a checkpoint's number, the earliest time that one with a higher number says. */
const timesBehind = (sorted: readonly Checkpoint[]): ReadonlyMap<number, Temporal.Instant> => {
  const found = new Map<number, Temporal.Instant>();
  let since: Temporal.Instant | undefined;
  let behind: Temporal.Instant | undefined;
  let last: number | undefined;
  for (const { number, at, removed } of sorted.toReversed()) {
    if (number !== last) behind = since;
    last = number;
    if (removed !== undefined && behind !== undefined) found.set(number, behind);
    const time = Temporal.Instant.from(at);
    since = since === undefined ? time : earliest([since, time]);
  }
  return found;
};

/** The same checkpoint of another place adds nothing but what is wrong with it. */
const add = (recorded: Map<RequestId, Recorded[]>, id: RequestId, one: Recorded): void => {
  const all = recorded.get(id) ?? [];
  const before = all.at(-1);
  if (before?.checkpoint === one.checkpoint) all.splice(-1, 1, { ...one, why: before.why ?? one.why });
  else all.push(one);
  recorded.set(id, all);
};

const judged = (recorded: ReadonlyMap<RequestId, readonly Recorded[]>): JudgedRemovals => {
  const findings: (AuditFinding & { readonly checkpoint: number })[] = [];
  const accepted = new Map<RequestId, Witness>();
  let shortest: JudgedRemovals['shortest'];
  for (const [request, all] of recorded) {
    for (const { checkpoint, retention: days, why } of all) {
      if (why !== undefined) findings.push({ about: 'request', what: 'deleted', request, checkpoint, why });
      if (
        shortest === undefined ||
        days < shortest.days ||
        (days === shortest.days && checkpoint < shortest.checkpoint)
      )
        shortest = { days, checkpoint };
    }
    const last = all.at(-1);
    if (last === undefined || last.why !== undefined) continue;
    accepted.set(request, { version: last.version, head: last.head, checkpoint: last.checkpoint });
  }
  return { findings: findings.sort((one, other) => one.checkpoint - other.checkpoint), accepted, shortest };
};

/** By the clocks that nobody has moved: what says that it is from a later time than it is was made up. */
const earliest = (times: readonly Temporal.Instant[]): Temporal.Instant =>
  times.reduce((one, other) => (Temporal.Instant.compare(one, other) <= 0 ? one : other));

type Circumstances = {
  readonly retention: number;
  readonly inForce: InForce;
  readonly known: readonly Known[];
  readonly at: Temporal.Instant;
};

const wrongWith = ([, version, head]: Head, { retention, inForce, known, at }: Circumstances): string | undefined => {
  // The latest by its own word: one that says it is from long ago takes nothing away from those before it.
  const last = known.toSorted((one, other) => Temporal.Instant.compare(one.at, other.at)).at(-1);
  if (last === undefined) return 'its removal was recorded, and no checkpoint before knew its log';
  if (retention < shortestRetention)
    return `its removal was recorded under a retention of ${retention} days, and Hallpass knows none below ${shortestRetention}`;
  if (inForce === 'none' || (inForce !== undefined && retention < inForce))
    return `its removal was recorded under a retention of ${retention} days, and ${inForce === 'none' ? 'the policy has none' : `${inForce} days were in force`}: if that was otherwise before, give the shortest that was, like --retention ${retention}d`;
  if (Temporal.Instant.compare(at, last.at.add({ hours: retention * 24 })) < 0)
    return `its removal was recorded before the retention of ${retention} days was over: checkpoint ${last.number} had its log at ${last.at}`;
  const longer = known.find((one) => one.version > version);
  if (longer !== undefined)
    return `its removal was recorded with ${version} entries, and checkpoint ${longer.number} knows ${longer.version}`;
  return known.some((one) => one.version === version && one.head !== head)
    ? 'its removal was recorded of another log than checkpoints know'
    : undefined;
};
