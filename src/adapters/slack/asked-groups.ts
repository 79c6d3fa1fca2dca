import { type Standing, turnOf } from '#domain/quorum.ts';
import { type Asked, isOver, type Request } from '#domain/request/request.ts';
import { isEscalated, needsReview } from '#domain/request/terms.ts';
import { unasked } from './approvals.ts';
import { bold, type Piece, user } from './blocks.ts';
import { byName, type Mention } from './mentions.ts';

/** The groups that were not asked, and may end and have to review it. */
const groupsOf = ({ approval }: Asked): readonly string[] => approval.quorum.map(({ from }) => from);

/** What was taken, and is over without ever having been in force: nobody has to look at that. */
export const cameToNothing = (request: Request): boolean =>
  isOver(request.state.status) &&
  request.state.status !== 'revoked' &&
  request.review === undefined &&
  !needsReview(request);

/** Who took what without asking, for those who would have been asked. It may be told long after it was taken. */
export const takenNews = (
  request: Request,
  mention: Mention,
  reviewers: readonly string[] = groupsOf(request.asked),
): readonly Piece[] => {
  const { asked } = request;
  const taken: readonly Piece[] = ['🚨 ', bold('Taken by break-glass'), ' by ', user(asked.requester)];
  return cameToNothing(request)
    ? [...taken, ', without asking ', ...byName(groupsOf(asked)), ': nothing came of it']
    : [
        ...taken,
        `: nobody was asked, and ${standingOf(request)}. `,
        ...mention([...new Set([...groupsOf(asked), ...reviewers])]),
        `: ${wanted(request)}`,
      ];
};

const standingOf = ({ state }: Request): string => {
  if (isOver(state.status)) return 'it has ended by now';
  const ending = state.status === 'approved' || state.status === 'active' ? state.ending : undefined;
  return ending === undefined ? 'it is applied now' : 'it is being ended';
};

const wanted = (request: Request): string => {
  const mayBeRevoked = !isOver(request.state.status);
  if (!needsReview(request)) return `look at it${mayBeRevoked ? ', and revoke it if it is wrong' : ''}; it is reviewed`;
  return mayBeRevoked ? 'look at it, revoke it if it is wrong, and review it' : 'look at it, and review it';
};

/** Who has to decide, or to review what was taken; told only while they still have to. */
export const reminder = (
  request: Request,
  standing: Standing | undefined,
  mention: Mention,
  reviewers: readonly string[] = groupsOf(request.asked),
): readonly Piece[] => {
  const { asked, state, reminded } = request;
  if (asked.approval.breakGlass !== undefined)
    return [
      bold('Not reviewed yet'),
      ': taken by break-glass, without asking ',
      ...byName(groupsOf(asked)),
      ...(needsReview(request) ? asReviewers(reviewers, mention) : []),
    ];
  if (state.status !== 'pending') return [bold('Still waiting'), ' for ', ...byName(groupsOf(asked))];
  const voters = state.votes.map(({ by }) => by);
  const known = standing ?? unasked(asked.approval, voters);
  const turn =
    known === undefined ? groupsOf(asked) : turnOf(asked.approval.quorum, voters, known).map(({ from }) => from);
  const instead = isEscalated(asked, reminded?.at ?? asked.submittedAt) ? (asked.approval.escalate?.to ?? []) : [];
  return [bold('Still waiting'), ' for ', ...mention([...turn, ...instead])];
};

const asReviewers = (reviewers: readonly string[], mention: Mention): readonly Piece[] =>
  reviewers.length === 0
    ? ['. By the policy as it is now nobody is left who may review it']
    : ['. ', ...mention(reviewers), ': say what you make of it'];
