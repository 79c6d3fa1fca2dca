import { itself, type PersonId } from '#domain/ids.ts';
import type { Chain, Entry } from '#domain/request/chain.ts';
import { cut, oneLine } from '#domain/text.ts';
import type { Description } from '#kinds/kind.ts';
import { actionRow, bold, code, line, markupOf, mrkdwn, type Piece, quote, richText } from './blocks.ts';
import { type Message, titleOf } from './card.ts';
import { excerpt } from './excerpt.ts';
import { toldToo } from './misuse.ts';
import { link } from './mrkdwn.ts';
import { type Moment, type News, newsFor } from './news.ts';
import { threadEvent } from './thread.ts';

export type DirectMessage = Message & { readonly to: PersonId; readonly version: number };

/**
 * The direct messages that a request's log calls for: at each turn one to the requester and one to the subject, none to
 * whoever did it; to those who agreed only where a grant was ended for what was tried or seen under it. Only the newest turn is told: who comes late to it reads how it stands, not its history. Beside it
 * the requester is told where pods did not come through, and, of an ended grant, where less would have been enough.
 */
export const directMessages = (
  chain: Chain,
  description?: Description,
  permalink?: string,
  moment?: Moment,
): readonly DirectMessage[] => {
  const { asked } = chain.request;
  const turn = chain.entries.findLast(({ event }) => turns.includes(event.type));
  // These come later, and are no news of how the request stands: they take the place of no other.
  const [rolledOut, summary] = (['rolled-out', 'summed-up'] as const).map((type) =>
    chain.entries.findLast(({ event }) => event.type === type),
  );
  return [turn, rolledOut, summary].flatMap((entry) => {
    if (entry === undefined) return [];
    const concerned = new Set([asked.requester, asked.subject, ...toldToo(entry, chain)]);
    const people = [...concerned].filter((one) => one !== itself);
    return people.flatMap((to) => {
      const news = newsFor(to, entry, chain, description, moment);
      return news === undefined ? [] : [compose(to, entry, chain, news, description, permalink)];
    });
  });
};

/** Told to whoever asked when the card cannot be posted; the news that would be on it has to reach the approvers otherwise. */
export const stuckMessage = (chain: Chain, description?: Description): DirectMessage => {
  const { asked } = chain.request;
  const pieces: readonly Piece[] = [
    '⚠️ Your request is filed, but its card cannot be posted in the channel of the approvers. Administrators have been told. Approvers find it in the App Home meanwhile, or with ',
    code(`/jit show ${asked.id}`),
  ];
  const entry = chain.entries[0];
  const version = entry?.version ?? 1;
  return {
    to: asked.requester,
    version,
    text: mrkdwn(markupOf([...pieces, ` (${titleOf(chain, description)})`]), 1_000).text,
    blocks: [richText(line(...pieces), line(bold(titleOf(chain, description)), ` · ${asked.id}`))],
    metadata: { event_type: 'hallpass_stuck', event_payload: { request: asked.id, version, hash: entry?.hash ?? '' } },
  };
};

const turns: readonly string[] = [
  'submitted',
  'approved',
  'withdrawn',
  'denied',
  'timed-out',
  'revised',
  'activated',
  'warned',
  'prolonged',
  'completed',
  'lapsed',
  'withheld',
  'failed',
  'followed',
  'conflicted',
  'misused',
  'tripped',
  'ended',
  'reviewed',
];

const compose = (
  to: PersonId,
  entry: Entry,
  chain: Chain,
  { pieces, words, buttons = [] }: News,
  description?: Description,
  permalink?: string,
): DirectMessage => {
  const { asked } = chain.request;
  const title = titleOf(chain, description);
  const about = [` · ${cut(oneLine(asked.cluster), 80)} · ${asked.id}`];
  const shown =
    words === undefined || words === '' ? [] : [quote(excerpt(words, { characters: 1_500, lines: 30 }).shown)];
  const where = permalink === undefined ? `\`/jit show ${asked.id}\`` : link(permalink, 'its card and thread');
  return {
    to,
    version: entry.version,
    text: mrkdwn(markupOf([...pieces, ` (${title}, ${asked.id})`]), 1_000).text,
    blocks: [
      richText(line(...pieces), ...shown, line(bold(title), ...about)),
      ...(buttons.length === 0 ? [] : [actionRow(buttons)]),
      { type: 'context', elements: [mrkdwn(where, 1_000)] },
    ],
    metadata: {
      event_type: threadEvent,
      event_payload: { request: asked.id, version: entry.version, hash: entry.hash },
    },
  };
};
