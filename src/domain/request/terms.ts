import { noReason } from '#domain/guard/entry.ts';
import type { Asked, Request, State } from './request.ts';

/** From when on others may decide as well; undefined where nobody else ever may. */
export const escalationOf = ({
  approval: { escalate },
  submittedAt,
}: Pick<Asked, 'approval' | 'submittedAt'>): Temporal.Instant | undefined =>
  escalate === undefined ? undefined : submittedAt.add({ seconds: escalate.after });

/** Whether a request has waited so long that those to whom it is escalated may decide. */
export const isEscalated = (asked: Pick<Asked, 'approval' | 'submittedAt'>, now: Temporal.Instant): boolean => {
  const at = escalationOf(asked);
  return at !== undefined && Temporal.Instant.compare(now, at) >= 0;
};

/** Whether those to whom it is escalated count by now: while it waits from their time on, later if it ever waited so long. */
export const mayStandIn = ({ asked, state, escalated }: Request, now: Temporal.Instant): boolean =>
  state.status === 'pending' ? isEscalated(asked, now) : escalated === true;

/** Whether it was taken by break-glass and nobody has looked at that yet. What came to nothing needs no look. */
export const needsReview = ({ asked, state, review }: Request): boolean =>
  asked.approval.breakGlass !== undefined &&
  review === undefined &&
  (state.status === 'approved' ||
    state.status === 'completed' ||
    state.status === 'active' ||
    state.status === 'revoked' ||
    (state.status === 'lapsed' && state.made === true));

/** Whether its people may still say why it is made: once, while somebody has to decide, and where the write did not say. */
export const mayBeExplained = ({ asked, state, explained }: Request): boolean =>
  state.status === 'pending' && lacksReason(asked) && explained === undefined;

/** Whether it is a held write that came without a reason. */
export const lacksReason = ({ held, reason }: Pick<Asked, 'held' | 'reason'>): boolean =>
  held !== undefined && reason === noReason;

/** Whether it was approved when it was filed, and by nobody. */
export const needsNobody = ({ auto, breakGlass }: Asked['approval']): boolean =>
  auto === true || breakGlass !== undefined;

/** What begins so long after it was approved that people may be others by then has to be confirmed before. */
export const needsConfirmation = (
  { startsAt, held }: Pick<Asked, 'startsAt' | 'held'>,
  approvedAt: Temporal.Instant,
): boolean =>
  held !== undefined || (startsAt !== undefined && Temporal.Instant.compare(startsAt, approvedAt.add(believedFor)) > 0);

/**
 * Whether it may begin as far as its people go: they were looked up at the click, or once more shortly before. Of a held write
 * its author has to say that it is theirs, or does it again.
 */
export const isConfirmed = (
  asked: Pick<Asked, 'startsAt' | 'held'>,
  { at, confirmed }: Extract<State, { status: 'approved' }>,
): boolean => {
  const { startsAt, held } = asked;
  if (held !== undefined) return confirmed !== undefined;
  if (startsAt === undefined || !needsConfirmation(asked, at)) return true;
  return confirmed !== undefined && Temporal.Instant.compare(confirmed, startsAt.subtract(confirmWithin)) >= 0;
};

/** From so long before it begins on people are looked up once more; what was said earlier is not believed. */
export const confirmWithin = Temporal.Duration.from({ minutes: 2 });

/** The least that any of these votes gave; undefined where all gave what was asked. */
export const leastOf = (votes: readonly { readonly seconds?: number | undefined }[]): number | undefined => {
  const given = votes.flatMap(({ seconds }) => seconds ?? []);
  return given.length === 0 ? undefined : Math.min(...given);
};

/** For how long it is in force once it is applied; undefined for good. */
export const lengthOf = ({ asked, state }: Pick<Request, 'asked' | 'state'>): number | undefined =>
  state.status === 'approved' ? (state.seconds ?? asked.seconds) : asked.seconds;

/** The moment at which its rule has to allow it: when it begins, or now. */
export const momentOf = ({ startsAt }: Pick<Asked, 'startsAt'>, now: Temporal.Instant): Temporal.Instant =>
  startsAt !== undefined && Temporal.Instant.compare(startsAt, now) > 0 ? startsAt : now;

/** Whether Hallpass itself does a held write once a person has said that it is theirs: nobody can say so for a controller. */
export const mayBeApplied = ({ held }: Pick<Asked, 'held'>): boolean =>
  held !== undefined && held.writer === undefined && held.complete.includes('confirm');

/** How long an approval may wait to be applied, or to be used by whoever wrote what was held: past that it lapses. */
export const applyWithin = ({ held }: Pick<Asked, 'held'>): Temporal.Duration =>
  held === undefined ? usually : Temporal.Duration.from({ seconds: held.retryWithin });
const usually = Temporal.Duration.from({ minutes: 15 });

/** The moment after which an approval of now is not used any more: an old log never grants anew. */
export const applyByOf = (asked: Pick<Asked, 'startsAt' | 'held'>, now: Temporal.Instant): Temporal.Instant =>
  momentOf(asked, now).add(applyWithin(asked));

/** So long what was looked up of people at the click is believed until it is applied. */
const believedFor = Temporal.Duration.from({ minutes: 15 });

/** So often the thread of a grant says that it was used; more is in the API server's own log. */
export const mostUses = 100;
