import { besideIndex, glassIndex } from '#domain/guard/fingerprint.ts';
import type { RequestId } from '#domain/ids.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { HeldWrite } from '#domain/request/events.ts';
import type { Asked } from '#domain/request/request.ts';
import {
  type Anchored,
  type AnchoredLogs,
  isAsSeen,
  isGrownFrom,
  isRecorded,
  type RecordedRemoval,
} from './anchored-logs.ts';
import { hasPassed } from './has-passed.ts';
import { heldIndexOf } from './held-index.ts';
import {
  type Candidate,
  type LogToRemove,
  margin,
  mostInRound,
  type Posted,
  type RemovalPorts,
} from './removal-ports.ts';
import { find } from './request-log.ts';

export type AlarmOnce = (id: RequestId) => void;

export type Removing = {
  readonly ports: RemovalPorts;
  readonly anchored: AnchoredLogs;
  readonly alarmOnce: AlarmOnce;
};

/**
 * Removes what a checkpoint in the audit channel records, if it still is as it was then: the second witness has it before the
 * first one forgets. Answers how many logs were removed.
 */
export const removeRecorded = async (
  removing: Removing,
  recorded: readonly Candidate[],
  now: Temporal.Instant,
): Promise<number> => {
  const { ports } = removing;
  const latest = recorded.length === 0 ? 0 : ((await ports.latestPosted())?.number ?? 0);
  const postedWith = createLookup(ports);
  const staying: RequestId[] = [];
  let removed = 0;
  for (const { id, anchored } of recorded) {
    if (removed === mostInRound) break;
    const { removal } = anchored;
    if (removal === undefined || removal.number > latest || !hasPassed(now, removal.at, margin)) continue;
    // Another log than that is alarmed, and never taken back.
    if (isRecorded(anchored) && !isPosted(anchored, removal, await postedWith(removal))) staying.push(id);
    else if (await removeOne(removing, id, removal)) removed += 1;
  }
  await takeBack(ports, staying, now);
  return removed;
};

/**
 * Lets the next checkpoint have logs once more: who reads it knows that they are still there, and that their removal counts no
 * longer. What is in the way of a removal is so from this moment on.
 */
export const takeBack = async (
  ports: RemovalPorts,
  ids: readonly RequestId[],
  now: Temporal.Instant,
): Promise<void> => {
  const there: RequestId[] = [];
  for (const id of ids) if ((await find(ports, id)).type === 'found') there.push(id);
  await ports.checkpoints.mark(there, now);
};

/** Asks once for those that were recorded at about the same time. */
const createLookup = ({ postedSince }: RemovalPorts) => {
  let last: { readonly from: Temporal.Instant; readonly posted: readonly Posted[] } | undefined;
  return async ({ at }: RecordedRemoval): Promise<readonly Posted[]> => {
    const isBefore = last !== undefined && Temporal.Instant.compare(at, last.from) < 0;
    if (last === undefined || isBefore || hasPassed(at, last.from, margin))
      last = { from: at, posted: await postedSince(at) };
    return last.posted;
  };
};

/** Whether this very removal stands in the channel, and Slack has taken it no earlier than it may have been recorded. */
const isPosted = (anchored: Anchored, removal: RecordedRemoval, posted: readonly Posted[]): boolean => {
  const since = anchored.at.add({ hours: removal.retention * 24 });
  return posted.some(
    ({ number, hash, at }) =>
      number === removal.number && hash === removal.hash && Temporal.Instant.compare(at, since) >= 0,
  );
};

const removeOne = async (
  { ports, anchored, alarmOnce }: Removing,
  id: RequestId,
  { number }: RecordedRemoval,
): Promise<boolean> => {
  const log = await find(ports, id);
  // It is gone, or cannot be believed, which has been alarmed.
  if (log.type !== 'found') return false;
  // Another bot may have taken it back meanwhile.
  await anchored.readOn();
  const known = anchored.of(id);
  if (known?.removal?.number !== number) return false;
  if (isRecorded(known) && isAsSeen(known.removal, log.chain))
    return (await ports.removals.remove(toRemove(log.chain))) === 'removed';
  // What has only grown comes into a checkpoint, which takes the removal back.
  if (!isRecorded(known) || !isGrownFrom(known.removal, log.chain)) alarmOnce(id);
  return false;
};

const toRemove = ({ request: { asked }, entries }: Chain): LogToRemove => {
  const { id, requester, subject, held } = asked;
  const contents = entries.flatMap(({ event }) => {
    if (event.type === 'submitted') return [event.content?.digest, event.around?.digest];
    return event.type === 'revised' ? [event.content.digest] : [];
  });
  return {
    id,
    entries: entries.length,
    people: [requester, ...(subject === requester ? [] : [subject])],
    caller: asked.caller?.name,
    contents: [...new Set(contents)].filter((digest) => digest !== undefined),
    held: held === undefined ? [] : heldPlaces(asked, held),
  };
};

/** As a guard has filed it, and as the bot has kept it. */
const heldPlaces = (asked: Asked, held: HeldWrite): readonly string[] => {
  const own = heldIndexOf(asked, held);
  const beside = held.earlier === undefined ? [] : [besideIndex(own, held.earlier)];
  return [...new Set([own, held.fingerprint, glassIndex(held.fingerprint, held.by), ...beside])];
};
