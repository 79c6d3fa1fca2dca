import { type Standing, turnOf } from '#domain/quorum.ts';
import { type Asked, isEscalated, needsReview, type Request } from '#domain/request/request.ts';
import { unasked } from './approvals.ts';
import { bold, type Piece, user } from './blocks.ts';
import { byName, type Mention } from './mentions.ts';

/** The groups that were not asked, and may end and have to review it. */
const groupsOf = ({ approval }: Asked): readonly string[] => approval.quorum.map(({ from }) => from);

/** Who took what without asking, for those who would have been asked. */
export const takenNews = (asked: Asked, mention: Mention): readonly Piece[] => [
  '🚨 ',
  bold('Taken by break-glass'),
  ' by ',
  user(asked.requester),
  ': nobody was asked, and it is applied now. ',
  ...mention(groupsOf(asked)),
  ': look at it, revoke it if it is wrong, and review it',
];

/** Who has to decide, or to review what was taken; told only while they still have to. */
export const reminder = (request: Request, standing: Standing | undefined, mention: Mention): readonly Piece[] => {
  const { asked, state, reminded } = request;
  if (asked.approval.breakGlass !== undefined)
    return [
      bold('Not reviewed yet'),
      ': taken by break-glass, without asking ',
      ...(needsReview(request) ? mention : byName)(groupsOf(asked)),
    ];
  if (state.status !== 'pending') return [bold('Still waiting'), ' for ', ...byName(groupsOf(asked))];
  const voters = state.votes.map(({ by }) => by);
  const known = standing ?? unasked(asked.approval, voters);
  const turn =
    known === undefined ? groupsOf(asked) : turnOf(asked.approval.quorum, voters, known).map(({ from }) => from);
  const instead = isEscalated(asked, reminded ?? asked.submittedAt) ? (asked.approval.escalate?.to ?? []) : [];
  return [bold('Still waiting'), ' for ', ...mention([...turn, ...instead])];
};
