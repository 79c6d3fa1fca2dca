import { besideIndex, glassIndex } from '#domain/guard/fingerprint.ts';
import type { RequestId } from '#domain/ids.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { HeldWrite } from '#domain/request/events.ts';
import type { Asked } from '#domain/request/request.ts';
import { isAsSeen, isRecorded } from './anchored-logs.ts';
import { hasPassed } from './has-passed.ts';
import { heldIndexOf } from './held-index.ts';
import { type Candidate, type LogToRemove, margin, mostInRound, type RemovalPorts } from './removal-ports.ts';
import { find } from './request-log.ts';

export type AlarmOnce = (id: RequestId) => void;

/**
 * Removes what a checkpoint in the audit channel records, if it still is as it was then: the second witness has it before the
 * first one forgets. Answers how many logs were removed.
 */
export const removeRecorded = async (
  ports: RemovalPorts,
  found: readonly Candidate[],
  { now, before }: { readonly now: Temporal.Instant; readonly before: Temporal.Instant },
  alarmOnce: AlarmOnce,
): Promise<number> => {
  const recorded = found.filter(({ anchored: { removal } }) => removal !== undefined);
  const posted = recorded.length === 0 ? 0 : ((await ports.latestPosted())?.number ?? 0);
  let removed = 0;
  for (const { id, anchored } of recorded) {
    if (removed === mostInRound) break;
    const { removal } = anchored;
    if (removal === undefined || removal.number > posted || !hasPassed(now, removal.at, margin)) continue;
    const log = isRecorded(anchored) ? await find(ports, id) : undefined;
    // It is gone, or cannot be believed, which has been alarmed.
    if (log !== undefined && log.type !== 'found') continue;
    // The retention was made longer since.
    if (log !== undefined && isYounger(log.chain, before)) continue;
    const isSame = log !== undefined && isAsSeen(removal, log.chain);
    const result = isSame ? await ports.removals.remove(toRemove(log.chain)) : 'changed';
    if (result === 'changed') alarmOnce(id);
    if (result === 'removed') removed += 1;
  }
  return removed;
};

const isYounger = ({ entries }: Chain, before: Temporal.Instant): boolean =>
  entries.some(({ at }) => Temporal.Instant.compare(at, before) > 0);

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
