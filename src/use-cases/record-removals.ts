import { type Head, headOf, mostHeads } from '#domain/audit/checkpoint.ts';
import type { RequestId } from '#domain/ids.ts';
import { isOver } from '#domain/request/request.ts';
import { type Anchored, type AnchoredLogs, isAsSeen, isAsTold, isRecorded } from './anchored-logs.ts';
import type { CheckpointWriter } from './checkpoint-writer.ts';
import { type Candidate, margin, mostInRound, type RemovalPorts } from './removal-ports.ts';
import type { AlarmOnce } from './remove-recorded.ts';
import { find } from './request-log.ts';

type Recording = {
  readonly ports: RemovalPorts;
  readonly writer: CheckpointWriter;
  readonly anchored: AnchoredLogs;
  /** For a log that is another than a checkpoint says. */
  readonly alarmOther: AlarmOnce;
};

/** Writes down in checkpoints what is to be removed, the oldest first. Answers how many logs that are. */
export const recordRemovals = async (
  { ports, writer, anchored, alarmOther }: Recording,
  found: readonly Candidate[],
  retention: number,
  now: Temporal.Instant,
): Promise<number> => {
  const before = now.subtract({ hours: retention * 24 }).subtract(margin);
  const isToRecord = ({ id }: Pick<Candidate, 'id'>): boolean => {
    const known = anchored.of(id);
    return known !== undefined && !isRecorded(known) && Temporal.Instant.compare(known.at, before) <= 0;
  };
  const heads: Head[] = [];
  for (const { id, anchored: known } of found.filter(isToRecord)) {
    if (heads.length === mostInRound) break;
    const head = await expired({ ports, alarmOther }, id, known, before);
    if (head !== undefined) heads.push(head);
  }
  let recorded = 0;
  for (let first = 0; first < heads.length; first += mostHeads) {
    const behind = await writer.look();
    if (behind.isRestored) anchored.forget();
    // Another bot may have been faster.
    await anchored.readOn();
    const removed = heads.slice(first, first + mostHeads).filter(([id]) => isToRecord({ id }));
    if (removed.length === 0) continue;
    if (!(await writer.write(behind, { heads: [], removed, retention }, now))) break;
    recorded += removed.length;
  }
  return recorded;
};

/** The head of a log that may go; undefined where it is younger, or is needed. */
const expired = async (
  { ports, alarmOther }: Pick<Recording, 'ports' | 'alarmOther'>,
  id: RequestId,
  known: Anchored,
  before: Temporal.Instant,
): Promise<Head | undefined> => {
  const found = await find(ports, id);
  // What cannot be believed is never removed; it has been alarmed.
  if (found.type !== 'found') return undefined;
  const { request, entries, head } = found.chain;
  const last = entries.at(-1);
  if (!isOver(request.state.status) || last === undefined) return undefined;
  // Once it is gone nobody can tell any more.
  if (!isAsTold(known, found.chain)) {
    alarmOther(id);
    return undefined;
  }
  if (!isAsSeen(known, found.chain) || Temporal.Instant.compare(last.at, before) > 0) return undefined;
  if (await ports.removals.isAwaited(id)) return undefined;
  return headOf(id, entries.length, head);
};
