import type { HomeView, KnownBlock } from '@slack/types';
import type { RequestId } from '#domain/ids.ts';
import type { Chain } from '#domain/request/chain.ts';
import { cut } from '#domain/text.ts';
import type { Kind } from '#kinds/kind.ts';
import type { Inbox } from '#use-cases/see-requests.ts';
import { actions } from './action-ids.ts';
import { actionRow, button, context, header, markupOf, section } from './blocks.ts';
import { titleOf } from './card.ts';
import { describedBy } from './described.ts';
import { more } from './excerpt.ts';
import { cutMarkup, escaped, link, mention } from './mrkdwn.ts';
import { statusLine } from './status-line.ts';

/** Where the cards stand in their channels, as far as they have been posted. */
export type Permalinks = ReadonlyMap<RequestId, string>;

/** Entries of each part, and the characters of each: three parts of so many stay within a home and within a message. */
const perPart = { home: 20, list: 8 };
const perEntry = { title: 120, status: 220 };

type Part = { readonly title: string; readonly chains: readonly Chain[]; readonly none: string };

const partsOf = ({ waitingForMe, active, mine }: Inbox): readonly Part[] => [
  { title: 'Waiting for you', chains: waitingForMe, none: 'Nothing waits for your decision.' },
  { title: 'Active now', chains: active, none: 'Nothing that concerns you is active.' },
  { title: 'Yours', chains: mine, none: 'You have asked for nothing yet.' },
];

/** The App Home of one person: what waits for them, what is active, what is theirs, and the way to ask. Pure. */
export const renderHome = (inbox: Inbox, kinds: readonly Kind[], permalinks: Permalinks = new Map()): HomeView => ({
  type: 'home',
  blocks: [
    actionRow([button({ text: 'Ask for access', action: actions.ask, style: 'primary' })]),
    ...partsOf(inbox).flatMap((part) => partBlocks(part, perPart.home, kinds, permalinks)),
  ],
});

/** The same as an answer to `/jit list`. */
export const renderList = (
  inbox: Inbox,
  kinds: readonly Kind[],
  permalinks: Permalinks = new Map(),
): { readonly text: string; readonly blocks: readonly KnownBlock[] } => ({
  text: partsOf(inbox)
    .map(({ title, chains }) => `${title}: ${chains.length}`)
    .join(', '),
  blocks: partsOf(inbox).flatMap((part) => partBlocks(part, perPart.list, kinds, permalinks)),
});

const partBlocks = (
  { title, chains, none }: Part,
  most: number,
  kinds: readonly Kind[],
  permalinks: Permalinks,
): readonly KnownBlock[] => {
  const shown = chains.slice(0, most).map((chain) => section(entryOf(chain, kinds, permalinks)));
  const left = chains.length - shown.length;
  const counted = chains.length === 0 ? title : `${title} (${chains.length})`;
  return [
    header(counted),
    ...(shown.length === 0 ? [context(none)] : shown),
    ...(left === 0
      ? []
      : [context(`And ${more(left, 'request')}, older than these. \`/jit show <id>\` shows any of them.`)]),
  ];
};

/** What, where it stands, who asks, and the way to its card. */
const entryOf = (chain: Chain, kinds: readonly Kind[], permalinks: Permalinks): string => {
  const { asked } = chain.request;
  const title = cut(titleOf(chain, describedBy(kinds, asked)), perEntry.title);
  const permalink = permalinks.get(asked.id);
  const named = permalink === undefined ? `*${escaped(title)}*` : link(permalink, title);
  const whom = asked.subject === asked.requester ? '' : ` for ${mention(asked.subject)}`;
  const lead = permalink === undefined ? ` · \`/jit show ${asked.id}\`` : ` · ${asked.id}`;
  return `${named}${lead}\n${cutMarkup(markupOf(statusLine(chain)), perEntry.status)} · asked by ${mention(asked.requester)}${whom}`;
};
