import type { MessageMetadata } from '@slack/types';
import type { Entry } from '#domain/request/chain.ts';
import type { RequestEvent } from '#domain/request/events.ts';
import type { Request } from '#domain/request/request.ts';
import { cut, oneLine } from '#domain/text.ts';
import type { Description } from '#kinds/kind.ts';
import {
  bold,
  bullets,
  code,
  date,
  line,
  lines,
  markupOf,
  mrkdwn,
  type Piece,
  quote,
  richText,
  user,
  users,
} from './blocks.ts';
import type { Message } from './card.ts';
import { cutMiddle, excerpt, fitting, more } from './excerpt.ts';
import { briefly, sayLag, stillAllowed } from './status-line.ts';

export const threadEvent = 'hallpass_event';

// Shares of the 10,000 characters of one message. Twenty objects of 253 characters, the most there may be, fit whole.
const room = { objects: 5_200, reason: 4_000, proofs: 6_000 };

/** What names an event for machines, and proves which one it is: its place in the log and its hash. */
export const eventMetadata = ({ asked }: Request, { version, hash }: Entry): MessageMetadata => ({
  event_type: threadEvent,
  event_payload: { request: asked.id, version, hash },
});

/**
 * Says one event of a request in its thread: who, what and when, in full where the card had to shorten it. Pure.
 * A vote and the approval that it completed are two events and two messages: each line of the log, with its own hash,
 * is found again in the channel.
 */
export const renderEvent = (entry: Entry, request: Request, description?: Description): Message => {
  const { event, at, version, hash } = entry;
  const sentence: readonly Piece[] = [...sentenceOf(event, request), ' · ', date(at)];
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

const sentenceOf = (event: RequestEvent, { asked }: Request): readonly Piece[] => {
  switch (event.type) {
    case 'submitted':
      return [
        user(event.requester),
        ' asked',
        ...(asked.subject === asked.requester ? [] : [' for ', user(asked.subject)]),
      ];
    case 'voted':
      return ['👍 ', user(event.by), ' approved', ...revision(event.revision)];
    case 'approved':
      return ['☑️ ', bold('Approved'), ' by ', ...users(event.by), ': enough have agreed; it is applied now'];
    case 'denied':
      return ['⛔ ', user(event.by), ' ', bold('denied'), ' it'];
    case 'withdrawn':
      return ['↩️ ', user(event.by), ' withdrew it'];
    case 'timed-out':
      return ['⌛ ', bold('Timed out'), ': nobody decided in time. It has to be asked for anew'];
    case 'activated':
      return [
        '✅ ',
        bold('Active'),
        ' from ',
        date(event.startedAt),
        ' until ',
        date(event.expiresAt),
        ': the API server confirms it',
      ];
    case 'lapsed':
      return ['⚠️ ', bold('Lapsed'), `: nothing was granted. ${briefly(event.why)}`];
    case 'failed':
      return ['⚠️ ', bold('Failed'), `: nothing is granted. ${briefly(event.why)}`];
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

const causes = { expired: 'its time was over', done: 'it was given back', revoked: 'it was revoked' } as const;

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

const detailsOf = (event: RequestEvent, request: Request, description?: Description) => {
  switch (event.type) {
    case 'submitted':
      return [
        ...words(event.reason),
        ...objects(description),
        line('seal ', code(request.asked.seal.slice(0, 12)), ', policy ', code(event.approval.policyHash.slice(0, 12))),
      ];
    case 'denied':
    case 'end-requested':
      return words(event.reason);
    case 'activated':
      return event.objects.length === 0 ? [] : [made(event)];
    case 'ended':
      return proofs(event);
    case 'voted':
    case 'approved':
    case 'withdrawn':
    case 'timed-out':
    case 'lapsed':
    case 'failed':
    case 'end-delayed':
      return [];
  }
};

const words = (text: string) => {
  if (text === '') return [];
  const { shown, hidden } = excerpt(text, { characters: room.reason, lines: 200 });
  return [quote(shown), ...(hidden === undefined ? [] : [line(`${hidden} in the log`)])];
};

const objects = (description: Description | undefined) => {
  if (description === undefined || description.objects.length === 0) return [];
  const { kept, left } = fitting(description.objects, room.objects);
  return [line(bold('Only  '), kept.join(', '), left === 0 ? '' : ` and ${more(left, 'object')}, in the log`)];
};

const made = ({ objects: all }: Extract<RequestEvent, { type: 'activated' }>) => {
  const shown = all
    .slice(0, 20)
    .map(({ kind, name, namespace }) => [
      `${cut(oneLine(kind), 60)} `,
      code(cut(oneLine(name), 100)),
      namespace === undefined ? ', in the whole cluster' : ` in ${cut(oneLine(namespace), 64)}`,
    ]);
  return bullets(all.length > 20 ? [...shown, [`and ${more(all.length - 20, 'object')}, in the log`]] : shown);
};

const proofs = (event: Extract<RequestEvent, { type: 'ended' }>) => {
  if (event.proofs.length === 0)
    return [
      line('Whether something else allows it could not be asked: the person’s Kubernetes user is not known any more.'),
    ];
  const said = event.proofs.map(({ probe, stillAllowedBy }): string =>
    stillAllowedBy === undefined
      ? `The API server denies it now: ${cutMiddle(oneLine(probe), 300)} ✓`
      : `⚠️ STILL ALLOWED: ${cutMiddle(oneLine(probe), 300)}. The API server says: ${cutMiddle(oneLine(stillAllowedBy), 500)}`,
  );
  // What is still allowed comes first: it is what somebody has to do something about.
  const { kept, left } = fitting(
    [...said.filter((one) => one.startsWith('⚠️')), ...said.filter((one) => !one.startsWith('⚠️'))],
    room.proofs,
  );
  const shown = kept.map((one): readonly Piece[] => [one]);
  return [lines(left === 0 ? shown : [...shown, [`and ${more(left, 'answer')}, in the log`]])];
};
