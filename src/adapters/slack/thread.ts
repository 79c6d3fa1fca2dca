import type { MessageMetadata } from '@slack/types';
import type { ContentRef } from '#domain/content/content.ts';
import type { PersonId } from '#domain/ids.ts';
import { sayTarget } from '#domain/plan.ts';
import type { Standing } from '#domain/quorum.ts';
import type { Chain, Entry } from '#domain/request/chain.ts';
import type { RequestEvent, Use } from '#domain/request/events.ts';
import type { Asked, Request, State } from '#domain/request/request.ts';
import { applyWithin } from '#domain/request/terms.ts';
import { whyTripped } from '#domain/request/watched.ts';
import { cut, oneLine } from '#domain/text.ts';
import type { Description } from '#kinds/kind.ts';
import type { Shown } from '#use-cases/contents.ts';
import { byWhom, unasked, writtenBy } from './approvals.ts';
import { reminder, takenNews } from './asked-groups.ts';
import { bold, line, markupOf, mrkdwn, type Piece, richText, user, users } from './blocks.ts';
import type { Message } from './card.ts';
import { whereConflicts } from './conflicts.ts';
import { driftFound } from './drift-words.ts';
import { briefly } from './excerpt.ts';
import { byName, type Mention } from './mentions.ts';
import { misusedSentence } from './misuse.ts';
import { dateFallback } from './mrkdwn.ts';
import { type Noun, sayFailed, sayLength, sayNothing, wordsFor } from './nouns.ts';
import { goesOnAs, stillAllowed } from './proofs.ts';
import { revertedSummary } from './reverted.ts';
import { contentOfRevision } from './revisions.ts';
import { rolledSentence } from './rollouts.ts';
import { sayLag } from './status-line.ts';
import { summedSentence } from './summary.ts';
import { detailsOf } from './thread-details.ts';
import { named, trippedSentence } from './tripped.ts';

export const threadEvent = 'hallpass_event';

/** What names an event for machines, and proves which one it is: its place in the log and its hash. */
export const eventMetadata = ({ asked }: Request, { version, hash }: Entry): MessageMetadata => ({
  event_type: threadEvent,
  event_payload: { request: asked.id, version, hash },
});

/** What an event is said with beside the log. Without `mention` groups are named and nobody is told. */
export type EventContext = {
  readonly description?: Description | undefined;
  readonly standing?: Standing | undefined;
  readonly shown?: Shown | undefined;
  readonly mention?: Mention;
  /** The groups whose people may review what was taken by break-glass; those that were not asked when absent. */
  readonly reviewers?: readonly string[] | undefined;
  /** The line to type to ask for less the next time. */
  readonly offer?: string | undefined;
  /** What was opened under the grants that it went on from. */
  readonly before?: readonly Use[] | undefined;
};

/**
 * Says one event of a request in its thread: who, what and when, in full where the card had to shorten it; with `shown`,
 * what the revision does that the event is about, also what to beware of in it. Pure.
 * A vote and the approval that it completed are two events and two messages: each line of the log, with its own hash,
 * is found again in the channel. Times are in UTC and to the second, the same for all readers: this is what auditors quote.
 */
export const renderEvent = (
  entry: Entry,
  { request, entries }: Pick<Chain, 'request' | 'entries'>,
  { description, standing, shown, mention = byName, reviewers, offer, before }: EventContext = {},
): Message => {
  const { event, at, version, hash } = entry;
  // What Slack was not told while it was away is told all at once: one call is enough.
  const isPast =
    event.type === 'reminded' && entries.some((one) => one.version > version && one.event.type === 'reminded');
  const sentence: readonly Piece[] = [
    ...sentenceOf(
      event,
      { request, entries },
      { noun: description?.noun, standing, mention: isPast ? byName : mention, reviewers },
    ),
    ` · ${dateFallback(at)}`,
  ];
  const parts = [line(...sentence), ...detailsOf(event, request, { description, shown, offer, before })];
  return {
    text: mrkdwn(`${request.asked.id}: ${markupOf(sentence)}`, 2_000).text,
    blocks: [richText(...parts), footer(version, hash)],
    metadata: eventMetadata(request, entry),
  };
};

const footer = (version: number, hash: string) => ({
  type: 'context' as const,
  elements: [mrkdwn(`entry ${version} · ${hash.slice(0, 12)}`, 100)],
});

type Saying = {
  readonly noun: Noun | undefined;
  readonly standing: Standing | undefined;
  readonly mention: Mention;
  readonly reviewers: readonly string[] | undefined;
};

const sentenceOf = (
  event: RequestEvent,
  { request, entries }: Pick<Chain, 'request' | 'entries'>,
  { noun, standing, mention, reviewers }: Saying,
): readonly Piece[] => {
  const { asked, state } = request;
  switch (event.type) {
    case 'submitted':
      if (event.held !== undefined)
        return [
          '✋ ',
          ...writtenBy(asked),
          ' directly, and it was held',
          ...(event.content === undefined ? [] : [`: ${sayCounts(event.content)}`]),
        ];
      if (asked.drift !== undefined) return driftFound({ ...asked, drift: asked.drift });
      return [
        user(event.requester),
        ' asked',
        ...(asked.extends === undefined ? [] : [' for ', bold(asked.extends.request), ' to go on']),
        ...(asked.subject === asked.requester ? [] : [' for ', user(asked.subject)]),
        ...(event.content === undefined || event.content.targets.length === 0 ? [] : [`: ${sayCounts(event.content)}`]),
      ];
    case 'voted':
      return [
        '👍 ',
        user(event.by),
        ' approved',
        ...revision(event.revision),
        ...(event.seconds === undefined ? [] : [` for ${sayLength(event.seconds)} at most`]),
        ...(event.confirmed === true ? [', just signed in outside of Slack'] : []),
        ...countsFor(event.by, asked, standing),
      ];
    case 'approved':
      if (asked.approval.breakGlass !== undefined) return takenNews(request, mention, reviewers);
      return event.auto === true
        ? ['☑️ ', bold('Approved'), ' ', ...byWhom([], asked.approval), ...whenApplied(asked, event)]
        : ['☑️ ', bold('Approved'), ' by ', ...users(event.by), ': enough have agreed', ...whenApplied(asked, event)];
    case 'denied':
      return asked.drift === undefined
        ? ['⛔ ', user(event.by), ' ', bold('denied'), ' it']
        : ['☑️ ', user(event.by), ' ', bold('accepted'), ' it as it is'];
    case 'conceded':
      return ['👌 ', user(event.by), ' would leave it as it is', ...countsFor(event.by, asked, standing)];
    case 'explained':
      return ['📝 ', user(event.by), ' says why it is made'];
    case 'withdrawn':
      if (event.why === undefined) return ['↩️ ', user(event.by), ' withdrew it'];
      return asked.drift === undefined
        ? ['↩️ ', bold('Closed'), ': ', ...named(withoutStop(briefly(event.why)))]
        : ['✔️ ', bold('Over'), `: ${withoutStop(briefly(event.why))}`];
    case 'reminded':
      return ['⏰ ', ...reminder(request, standing, mention, reviewers)];
    case 'escalated':
      return [
        '📣 ',
        bold('Nobody has decided yet'),
        ': ',
        ...(state.status === 'pending' ? mention : byName)(asked.approval.escalate?.to ?? []),
        ' may decide on it too from now on, in the place of anybody whose approval is missing',
      ];
    case 'reviewed':
      return event.finding === 'justified'
        ? ['✔️ ', user(event.by), ' reviewed it: ', bold('it was right to break the glass')]
        : ['⚠️ ', user(event.by), ' reviewed it: ', bold('it should not have been taken without asking')];
    case 'timed-out':
      return asked.drift === undefined
        ? ['⌛ ', bold('Timed out'), ': nobody decided in time. It has to be asked for anew']
        : ['⌛ ', bold('Nobody decided'), ': it stays as it is'];
    case 'activated':
      return ['✅ ', bold('Active'), ` until ${dateFallback(event.expiresAt)}: the API server confirms it`];
    case 'lapsed':
      return ['⚠️ ', bold('Lapsed'), `: ${sayNothing(event, noun)}. ${briefly(event.why)}`];
    case 'withheld':
      return ['⚠️ ', bold('Lapsed'), `: ${sayNothing({}, noun)}. ${briefly(event.why)}`];
    case 'confirmed':
      if (event.by !== undefined)
        return ['✍️ ', user(event.by), ' says that the write is theirs: ', bold('Hallpass makes it now')];
      return ['🔎 Its people were looked up once more: they still are who they were when it was approved'];
    case 'failed':
      return ['⚠️ ', bold('Failed'), `: ${sayFailed(asked, noun)}. ${briefly(event.why)}`];
    case 'revised':
      return [
        '🔁 ',
        bold(`Revision ${event.revision}`),
        `: ${withoutStop(briefly(event.why))}; earlier approvals do not count${nowIs(event.content)}`,
      ];
    case 'seen':
      return ['👁 ', user(event.by), ` opened ${sayWhole(event.revision, entries)} of revision ${event.revision}`];
    case 'prolonged':
      return [
        '⏩ ',
        bold('Extended'),
        ` until ${dateFallback(event.expiresAt)}: `,
        bold(event.request),
        ' was approved for that',
      ];
    case 'completed':
      if (asked.extends !== undefined) return ['⏩ ', bold(asked.extends.request), ' stays in force for longer now'];
      return asked.drift === undefined
        ? ['✅ ', bold('Done for good'), `: the API server confirms it${sayChanged(event.changed.length)}`]
        : ['↩️ ', bold('Put back'), ': the API server confirms it'];
    case 'followed':
      return ['↪️ It was asked for anew, as ', bold(event.request)];
    case 'conflicted':
      return [
        '⚠️ ',
        bold('Not taken back whole'),
        `: somebody else changed ${whereConflicts(event.conflicts)} meanwhile; an approver has to settle it`,
      ];
    case 'settled':
      return [
        user(event.by),
        ' settled it: ',
        bold(event.choice === 'keep' ? 'keep as it is now' : 'restore as it was'),
      ];
    case 'end-requested':
      return event.cause === 'done'
        ? [user(event.by), ' no longer needs it']
        : ['🔒 ', user(event.by), ' ', bold('revoked'), ' it'];
    case 'end-delayed':
      return [
        '⚠️ ',
        bold(`The end is late; ${wordsFor(noun).still}`),
        `. ${briefly(event.why)} It is tried again every second`,
      ];
    case 'used':
      return [
        '✏️ ',
        user(asked.subject),
        ` ${usedAs[event.operation]} `,
        bold(cut(oneLine(sayTarget(event.target)), 300)),
        ' directly, under this grant',
        ...(event.risk === 'none' ? [] : [` (${event.risk} risk, as its card said)`]),
      ];
    case 'misused':
      return misusedSentence(event, asked, mention, reviewers);
    case 'tripped':
      return trippedSentence(event, asked, mention, reviewers);
    case 'observed':
      return isLate(event, entries)
        ? ['🔎 Reported late, and not in the summary: used in these ways']
        : ['🔎 Used for the first time in these ways'];
    case 'warned':
      return ['⏰ Its people are told that it ends', ...endsAt(state)];
    case 'extension-asked':
      return ['⏩ ', user(event.by), ' asked for it to go on, as ', bold(event.request)];
    case 'extended':
      return ['⏩ ', bold('Extended'), ': it goes on as ', bold(event.request), ', which works now; this one is ended'];
    case 'took-over':
      return ['⏩ It goes on from ', bold(event.request), ', which is ended'];
    case 'ended':
      return endSentence(event, state, entries);
    case 'summed-up':
      return summedSentence(event);
    case 'rolled-out':
      return rolledSentence(event);
  }
};

/** Whether the grant was summed up before. */
const isLate = (event: RequestEvent, entries: Chain['entries']): boolean => {
  const summed = entries.findIndex((one) => one.event.type === 'summed-up');
  return summed !== -1 && entries.findIndex((one) => one.event === event) > summed;
};

const usedAs = { create: 'created', update: 'changed', delete: 'deleted' } as const;

/** For how long, where that was shortened, and from when on. */
const whenApplied = (
  asked: Asked,
  { seconds, applyBy }: Extract<RequestEvent, { type: 'approved' }>,
): readonly Piece[] => {
  const { startsAt } = asked;
  if (asked.held !== undefined)
    return [`; the write is let through when it is done again, until ${dateFallback(applyBy)}`];
  const at = applyBy.subtract(applyWithin(asked));
  const length = seconds === undefined ? '' : `, for ${sayLength(seconds)}`;
  return [`${length}; it is applied ${startsAt?.equals(at) === true ? dateFallback(at) : 'now'}`];
};

const endsAt = (state: State): readonly Piece[] =>
  state.status === 'active' || state.status === 'revoked' ? [` ${dateFallback(state.expiresAt)}`] : [' soon'];

/** `2 objects, +3 −1, 12 lines of diff`. */
const sayCounts = ({ added, removed, lines, targets }: ContentRef): string => {
  const objects = `${targets.length} object${targets.length === 1 ? '' : 's'}`;
  // Of what is deleted by its uid no diff is shown.
  if (added + removed === 0) return objects;
  return `${objects}, +${added} −${removed}, ${lines} line${lines === 1 ? '' : 's'} of diff`;
};

const nowIs = (content: ContentRef): string => (content.targets.length === 0 ? '' : `. Now ${sayCounts(content)}`);

/** How long the revision was that somebody opened, as its own event said. */
const sayWhole = (revision: number, entries: Chain['entries']): string => {
  const content = contentOfRevision(revision, entries);
  return content === undefined ? 'all' : `all ${content.lines} lines`;
};

const sayChanged = (count: number): string => (count === 0 ? '' : ` for ${count} object${count === 1 ? '' : 's'}`);

const withoutStop = (text: string): string => text.replace(/\.$/, '');

const revision = (number: number): readonly Piece[] => (number === 1 ? [] : [` revision ${number}`]);

/** For which groups a vote counts, if that is known; one person fills one place, whatever groups they are in. */
const countsFor = (by: PersonId, { approval }: Asked, standing?: Standing): readonly Piece[] => {
  const groups = ((standing ?? unasked(approval, [by]))?.get(by) ?? []).flatMap((index) => {
    const from = approval.quorum[index]?.from;
    return from === undefined ? [] : [cut(from, 60)];
  });
  return groups.length === 0 ? [] : [`, which counts for ${groups.slice(0, 10).join(' or ')}`];
};

const causes = {
  expired: 'its time was over',
  done: 'it was given back',
  revoked: 'it was revoked',
  unsafe: 'it was not safe any more',
  extended: 'it was extended',
  misused: 'it was used for something worse than its card showed',
  tripped: 'it looked wrong',
} as const;

const endSentence = (
  { cause, why, lagMilliseconds, proofs, reverted = [] }: Extract<RequestEvent, { type: 'ended' }>,
  state: State,
  entries: Chain['entries'],
): readonly Piece[] => {
  const worrying = stillAllowed(proofs, goesOnAs(state)).length > 0;
  const summary = revertedSummary(reverted, entries);
  // What was not safe is ended at once, whatever was settled before.
  const settled = state.status === 'revoked' && cause !== 'unsafe' ? state.settled : undefined;
  const due =
    state.status === 'revoked' && settled !== undefined && cause === 'expired'
      ? ` ${dateFallback(state.expiresAt)}`
      : '';
  const goesOn = goesOnAs(state);
  if (cause === 'extended' && goesOn !== undefined && !worrying)
    return ['🔒 ', bold('Ended'), ': it goes on as ', bold(goesOn), ', and what was made for this one is removed'];
  return [
    worrying ? '⚠️ ' : '🔒 ',
    bold(worrying ? 'Ended, BUT STILL ALLOWED by something else' : 'Ended'),
    `: ${(cause === 'tripped' ? whyTripped(state) : undefined) ?? causes[cause]}${due}${why === undefined ? '' : ` (${withoutStop(briefly(why))})`}, `,
    ...(settled === undefined ? [] : [user(settled.by), ' settled what others had changed, ']),
    `and it was ${summary === '' ? 'removed' : 'taken back'} ${sayLag(lagMilliseconds)} after that`,
    ...(summary === '' ? [] : [`: ${summary}`]),
  ];
};
