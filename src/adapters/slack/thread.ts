import type { MessageMetadata } from '@slack/types';
import type { PersonId } from '#domain/ids.ts';
import type { Standing } from '#domain/quorum.ts';
import type { Entry } from '#domain/request/chain.ts';
import type { RequestEvent } from '#domain/request/events.ts';
import type { Asked, Request } from '#domain/request/request.ts';
import { cut } from '#domain/text.ts';
import type { Description } from '#kinds/kind.ts';
import { unasked } from './approvals.ts';
import { bold, line, markupOf, mrkdwn, type Piece, richText, user, users } from './blocks.ts';
import type { Message } from './card.ts';
import { dateFallback } from './mrkdwn.ts';
import { stillAllowed } from './proofs.ts';
import { briefly, sayLag } from './status-line.ts';
import { detailsOf } from './thread-details.ts';

export const threadEvent = 'hallpass_event';

/** What names an event for machines, and proves which one it is: its place in the log and its hash. */
export const eventMetadata = ({ asked }: Request, { version, hash }: Entry): MessageMetadata => ({
  event_type: threadEvent,
  event_payload: { request: asked.id, version, hash },
});

/**
 * Says one event of a request in its thread: who, what and when, in full where the card had to shorten it. Pure.
 * A vote and the approval that it completed are two events and two messages: each line of the log, with its own hash,
 * is found again in the channel. Times are in UTC and to the second, the same for all readers: this is what auditors quote.
 */
export const renderEvent = (
  entry: Entry,
  request: Request,
  description?: Description,
  standing?: Standing,
): Message => {
  const { event, at, version, hash } = entry;
  const sentence: readonly Piece[] = [...sentenceOf(event, request, standing), ` · ${dateFallback(at)}`];
  const parts = [line(...sentence), ...detailsOf(event, request, description)];
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

const sentenceOf = (event: RequestEvent, { asked }: Request, standing?: Standing): readonly Piece[] => {
  switch (event.type) {
    case 'submitted':
      return [
        user(event.requester),
        ' asked',
        ...(asked.subject === asked.requester ? [] : [' for ', user(asked.subject)]),
      ];
    case 'voted':
      return ['👍 ', user(event.by), ' approved', ...revision(event.revision), ...countsFor(event.by, asked, standing)];
    case 'approved':
      return ['☑️ ', bold('Approved'), ' by ', ...users(event.by), ': enough have agreed; it is applied now'];
    case 'denied':
      return ['⛔ ', user(event.by), ' ', bold('denied'), ' it'];
    case 'withdrawn':
      return ['↩️ ', user(event.by), ' withdrew it'];
    case 'timed-out':
      return ['⌛ ', bold('Timed out'), ': nobody decided in time. It has to be asked for anew'];
    case 'activated':
      return ['✅ ', bold('Active'), ` until ${dateFallback(event.expiresAt)}: the API server confirms it`];
    case 'lapsed':
      return ['⚠️ ', bold('Lapsed'), `: nothing was granted. ${briefly(event.why)}`];
    case 'failed':
      return ['⚠️ ', bold('Failed'), `: nothing is granted. ${briefly(event.why)}`];
    case 'revised':
      return [`Revision ${event.revision}: ${briefly(event.why)}`];
    case 'seen':
      return [user(event.by), ' opened the whole of it'];
    case 'completed':
      return ['✅ ', bold('Done')];
    case 'followed':
      return [`It was asked for anew, as ${event.request}`];
    case 'conflicted':
      return ['⚠️ ', bold('Somebody else changed it')];
    case 'settled':
      return [user(event.by), ` settled it: ${event.choice}`];
    case 'end-requested':
      return event.cause === 'done'
        ? [user(event.by), ' no longer needs it']
        : ['🔒 ', user(event.by), ' ', bold('revoked'), ' it'];
    case 'end-delayed':
      return [
        '⚠️ ',
        bold('The end is late; the access may still work'),
        `. ${briefly(event.why)} It is tried again every second`,
      ];
    case 'ended':
      return endSentence(event);
  }
};

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
} as const;

const endSentence = ({
  cause,
  lagMilliseconds,
  proofs,
}: Extract<RequestEvent, { type: 'ended' }>): readonly Piece[] => {
  const worrying = stillAllowed(proofs).length > 0;
  return [
    worrying ? '⚠️ ' : '🔒 ',
    bold(worrying ? 'Ended, BUT STILL ALLOWED by something else' : 'Ended'),
    `: ${causes[cause]}, and it was removed ${sayLag(lagMilliseconds)} after that`,
  ];
};
