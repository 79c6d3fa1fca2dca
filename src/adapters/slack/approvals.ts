import type { PersonId } from '#domain/ids.ts';
import { type Standing, tally } from '#domain/quorum.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { ApprovalRule } from '#domain/request/events.ts';
import type { Asked } from '#domain/request/request.ts';
import { escalationOf, needsReview } from '#domain/request/terms.ts';
import { cut, oneLine } from '#domain/text.ts';
import { bold, date, type Piece, user, users } from './blocks.ts';

const groupsShown = 10;
const peopleShown = 20;

/** `by @Bob, @Carol`; where nobody was asked, by which rule. */
export const byWhom = (
  by: readonly PersonId[],
  { rule, breakGlass }: Pick<ApprovalRule, 'rule' | 'breakGlass'>,
): readonly Piece[] => {
  if (by.length > 0) return ['by ', ...users(by)];
  if (breakGlass !== undefined) return ['by break-glass, nobody was asked'];
  return [`by the rule ${cut(oneLine(rule), 80)} itself, nobody was asked`];
};

/** `@Ana wrote this`; of a pipeline or a controller, who answers for it. */
export const writtenBy = ({ requester, held }: Pick<Asked, 'requester' | 'held'>): readonly Piece[] =>
  held?.writer === undefined
    ? [user(requester), ' wrote this']
    : [bold(cut(oneLine(held.writer), 60)), ' wrote this, for which ', user(requester), ' answers,'];

/** Who agreed to this revision in the log, in order; a denied or timed-out request keeps what there was. */
const votersOf = ({ request: { asked }, entries }: Chain): readonly PersonId[] =>
  entries.flatMap(({ event }) => (event.type === 'voted' && event.revision === asked.revision ? [event.by] : []));

/**
 * How far the quorum is: `1 of 2 · platform ✓ @Ana · security: 1 needed`. For whom a person counts is known by their
 * groups only; without `standing` and with several groups it is said who agreed and what is needed.
 */
export const approvalsLine = (chain: Chain, standing?: Standing): readonly Piece[] => {
  const { asked, state } = chain.request;
  const voters = votersOf(chain);
  if (asked.approval.auto === true) {
    const groups = asked.approval.quorum.map(({ from }) => cut(from, 60)).slice(0, groupsShown);
    return [bold('Approved by itself  '), `rule ${cut(asked.approval.rule, 80)} · ${groups.join(', ')} may revoke it`];
  }
  if (asked.approval.breakGlass !== undefined) return reviewLine(chain);
  if (state.status !== 'pending') {
    return voters.length === 0
      ? []
      : [bold('Agreed  '), ...agreed(chain, voters, standing), ` · rule ${cut(asked.approval.rule, 80)}`];
  }
  const known = standing ?? unasked(asked.approval, voters);
  const { filled } = tally(asked.approval.quorum, voters, known ?? new Map());
  const needed = asked.approval.quorum.reduce((sum, { count }) => sum + count, 0);
  const places = [' · ', ...placesOf(asked.approval, filled, voters)];
  const far = known === undefined ? '?' : filled.flat().length;
  const unplaced: readonly Piece[] =
    known === undefined ? [' · so far ', ...people(voters), '; for which group is not known now'] : [];
  return [bold('Approvals  '), `${far} of ${needed}`, ...places, ...unplaced, ...alsoBy(asked)];
};

/** Who else may decide, and from when on. */
const alsoBy = (asked: Asked): readonly Piece[] => {
  const at = escalationOf(asked);
  const to = asked.approval.escalate?.to ?? [];
  if (at === undefined) return [];
  const names = to.slice(0, groupsShown).map((name) => cut(name, 60));
  return [' · from ', date(at), ` ${names.join(', ')} may stand in`];
};

/** Who was not asked, and what somebody of them makes of it by now. */
const reviewLine = ({ request }: Chain): readonly Piece[] => {
  const { asked, review } = request;
  const groups = asked.approval.quorum.map(({ from }) => cut(from, 60)).slice(0, groupsShown);
  if (review !== undefined)
    return [
      bold('Reviewed  '),
      user(review.by),
      ' ',
      date(review.at),
      review.finding === 'justified' ? ': it was right to take it' : ': it should not have been taken without asking',
    ];
  const who = groups.join(', ');
  return needsReview(request)
    ? [bold('To be reviewed  '), `by somebody of ${who}, who were not asked`]
    : [bold('Not asked  '), who];
};

/**
 * Who counted, each for their place where that is known, and who agreed beyond what was needed. Whom an approval counts
 * stands in its event; for whom they counted is said only if their groups as they are now make up the whole quorum.
 */
const agreed = (
  { request: { asked }, entries }: Chain,
  voters: readonly PersonId[],
  standing?: Standing,
): readonly Piece[] => {
  const approval = entries.findLast(({ event }) => event.type === 'approved')?.event;
  if (approval?.type !== 'approved') return people(voters);
  const { quorum } = asked.approval;
  const { filled, met } = tally(quorum, approval.by, standing ?? unasked(asked.approval, approval.by) ?? new Map());
  const counted = met ? placesOf(asked.approval, filled, approval.by) : people(approval.by);
  const beyond = voters.filter((voter) => !approval.by.includes(voter));
  return [...counted, ...(beyond.length === 0 ? [] : [' · beyond what was needed ', ...people(beyond)])];
};

const placesOf = (
  approval: ApprovalRule,
  filled: readonly (readonly string[])[],
  voters: readonly PersonId[],
): readonly Piece[] => {
  const open = approval.quorum.filter(({ count }, index) => (filled[index]?.length ?? 0) < count);
  const turn = Math.min(...open.map(({ step = 1 }) => step));
  return [
    ...approval.quorum
      .slice(0, groupsShown)
      .flatMap(({ from, count, step = 1 }, index) => [
        ...(index === 0 ? [] : [' · ']),
        ...place(from, count, filled[index] ?? [], voters, step > turn),
      ]),
    ...notShown(approval),
  ];
};

/**
 * The standing that needs no look-up. With one group there is no question for whom somebody counts: only its members'
 * votes were let in. Nor is there one before anybody has voted.
 */
export const unasked = ({ quorum }: ApprovalRule, voters: readonly PersonId[]): Standing | undefined =>
  quorum.length === 1 || voters.length === 0 ? new Map(voters.map((voter) => [voter, [0]])) : undefined;

const place = (
  from: string,
  count: number,
  filled: readonly string[],
  voters: readonly PersonId[],
  isLater: boolean,
): readonly Piece[] => {
  const name = cut(from, 60);
  const who = voters.filter((voter) => filled.includes(voter));
  const missing = count - who.length;
  if (missing === 0) return [`${name} ✓ `, ...people(who)];
  if (who.length > 0) return [`${name} `, ...people(who), `: ${missing} more needed`];
  return [`${isLater ? 'then ' : ''}${name}: ${missing} needed`];
};

const notShown = ({ quorum }: ApprovalRule): readonly Piece[] =>
  quorum.length > groupsShown ? [` · and ${quorum.length - groupsShown} more groups`] : [];

const people = (all: readonly PersonId[]): readonly Piece[] =>
  all.length <= peopleShown
    ? users(all)
    : [...users(all.slice(0, peopleShown)), ` and ${all.length - peopleShown} more`];
