import type { HomeView, KnownBlock } from '@slack/types';
import type { PersonId, RequestId } from '#domain/ids.ts';
import type { Chain } from '#domain/request/chain.ts';
import { isInForce } from '#domain/request/extension.ts';
import { type Asked, isOver, type Request } from '#domain/request/request.ts';
import { needsReview } from '#domain/request/terms.ts';
import { cut, oneLine } from '#domain/text.ts';
import type { Description, Kind } from '#kinds/kind.ts';
import type { Inbox } from '#use-cases/see-requests.ts';
import { actions, drawnValue } from './action-ids.ts';
import { actionRow, button, context, header, markupOf, section } from './blocks.ts';
import { titleOf } from './card.ts';
import { ownersButtons } from './card-buttons.ts';
import { titleMarks } from './cautions.ts';
import { describedBy } from './described.ts';
import { fitting, more } from './excerpt.ts';
import { cutMarkup, dateFallback, escaped, link, mention } from './mrkdwn.ts';
import { sayHowLong } from './nouns.ts';
import { brieflyObjects } from './objects-line.ts';
import { statusLine } from './status-line.ts';

/** Where the cards stand in their channels, as far as they have been posted. */
export type Permalinks = ReadonlyMap<RequestId, string>;

type Room = { readonly entries: number; readonly characters: number };
const perEntry = { title: 120, status: 220, objects: 80, reason: 100 };

/**
 * What each of so many parts may hold, all of which together stay within a home (100 blocks, a row of buttons under each entry
 * of what is active, and of what is to be reviewed, if there is that part) and within a message (50 blocks, 10,000 characters).
 */
const room = {
  home: (parts: number): Room => ({
    entries: Math.min(20, Math.floor(89 / (parts + (parts > 3 ? 2 : 1)))),
    characters: 30_000,
  }),
  list: (parts: number): Room => ({ entries: 8, characters: Math.floor(9_000 / Math.max(3, parts)) }),
};

/** One without words for when it is empty is left out then. */
type Part = {
  readonly title: string;
  readonly chains: readonly Chain[];
  readonly none?: string;
  /** How those that are left out come after those that are shown. */
  readonly left?: 'older' | 'younger' | 'later';
};

/** Each request once: what is active and waits to be settled stands first, and what is active and one's own with what is active. */
const partsOf = ({ waitingForMe, active, later, mine }: Inbox): readonly Part[] => {
  const isActive = ({ request }: Chain): boolean => request.state.status === 'active';
  const idsOf = (chains: readonly Chain[]) => chains.map(({ request }) => request.asked.id);
  const waiting = new Set(idsOf(waitingForMe.filter(isActive)));
  const listed = new Set([...waiting, ...idsOf(active)]);
  const planned = new Set(idsOf(later));
  const others = active.filter(({ request }) => !waiting.has(request.asked.id));
  const own = mine.filter((chain) => isActive(chain) && !listed.has(chain.request.asked.id));
  const none = mine.length === 0 ? 'You have asked for nothing yet.' : 'Nothing else is yours.';
  const parts: readonly Part[] = [
    {
      title: 'Waiting for you',
      chains: waitingForMe.filter((chain) => !isToReview(chain)),
      none: 'Nothing waits for your decision.',
    },
    { title: 'For you to review', chains: waitingForMe.filter(isToReview), left: 'younger' },
    { title: 'Active now', chains: [...own, ...others], none: 'Nothing that concerns you is active.' },
    { title: 'Begins later', chains: later, left: 'later' },
    { title: 'Yours', chains: mine.filter((chain) => !isActive(chain) && !planned.has(chain.request.asked.id)), none },
  ];
  return parts.filter(({ chains, none: words }) => chains.length > 0 || words !== undefined);
};

/** Nothing else waits for anybody in what was taken, unless its end met somebody else's edit. */
const isToReview = ({ request }: Chain): boolean => {
  const { state } = request;
  const isContested = state.status === 'active' && state.conflict !== undefined && state.settled === undefined;
  return needsReview(request) && !isContested;
};

/** For whom a list is, in the words of the kinds as they are now, with the ways to the cards. */
type Reader = {
  readonly person: PersonId;
  readonly kinds: readonly Kind[];
  readonly permalinks: Permalinks;
  /** Whether it makes sense to offer that a grant is extended. */
  readonly mayGoOn?: (request: Request) => boolean;
};

/** The App Home of one person: what waits for them, what is active, what is theirs, and the way to ask. Pure. */
export const renderHome = (inbox: Inbox, reader: Reader): HomeView & { blocks: KnownBlock[] } => {
  const parts = partsOf(inbox);
  return {
    type: 'home',
    blocks: [
      actionRow([button({ text: askWords(reader.kinds), action: actions.ask, style: 'primary' })]),
      ...parts.flatMap((part) => partBlocks(part, room.home(parts.length), reader, buttonsUnder)),
    ],
  };
};

/** Access is for somebody; what else may be asked for changes something. */
const askWords = (kinds: readonly Kind[]): string =>
  kinds.every(({ isForSomebody }) => isForSomebody) ? 'Ask for access' : 'Ask for access or a change';

/** The same as an answer to `/jit list`. */
export const renderList = (
  inbox: Inbox,
  reader: Reader,
): { readonly text: string; readonly blocks: readonly KnownBlock[] } => {
  const parts = partsOf(inbox);
  return {
    text: parts.map(({ title, chains }) => `${title}: ${chains.length}`).join(', '),
    blocks: parts.flatMap((part) => partBlocks(part, room.list(parts.length), reader)),
  };
};

const partBlocks = (
  { title, chains, none = '', left: come = 'older' }: Part,
  { entries: most, characters }: Room,
  reader: Reader,
  under: typeof buttonsUnder = () => [],
): readonly KnownBlock[] => {
  const entries = chains.slice(0, most).map((chain) => entryOf(chain, reader));
  const { kept } = fitting(entries, characters);
  const shown = chains.slice(0, kept.length).flatMap((chain, at) => [section(kept[at] ?? ''), ...under(chain, reader)]);
  const left = chains.length - kept.length;
  const counted = chains.length === 0 ? title : `${title} (${chains.length})`;
  return [
    header(counted),
    ...(chains.length === 0 ? [context(none)] : shown),
    ...(left === 0
      ? []
      : [context(`And ${more(left, 'request')}, ${come} than these. \`/jit show <id>\` shows any of them.`)]),
  ];
};

/** What an approver should look at first. */
const riskMark = ({ request: { asked, state } }: Chain): string => {
  const { risk = 'none' } = asked.content ?? asked.around ?? {};
  return risk === 'none' || isOver(state.status) ? '' : titleMarks[risk];
};

/** What the reader may want with a grant of their own that is in force, or with what they have to review, where it stands. */
const buttonsUnder = (chain: Chain, { person, mayGoOn }: Pick<Reader, 'person' | 'mayGoOn'>): readonly KnownBlock[] => {
  const { request } = chain;
  const { asked } = request;
  const isOwn = asked.requester === person || asked.subject === person;
  if (!isOwn && isToReview(chain))
    return [
      actionRow([button({ text: 'Review', action: actions.review, value: drawnValue(asked, chain.entries.length) })]),
    ];
  return isOwn && isInForce(request) ? [actionRow(ownersButtons(asked, mayGoOn?.(request) ?? false))] : [];
};

/** What, where it stands, who asks, the way to its card; then how much, for how long, and how its reason begins. */
const entryOf = (chain: Chain, { person, kinds, permalinks }: Reader): string => {
  const { asked } = chain.request;
  const description = describedBy(kinds, asked);
  const title = cut(`${riskMark(chain)}${titleOf(chain, description)}`, perEntry.title);
  const permalink = permalinks.get(asked.id);
  const named = permalink === undefined ? `*${escaped(title)}*` : link(permalink, title);
  const lead = permalink === undefined ? ` · \`/jit show ${asked.id}\`` : ` · ${asked.id}`;
  const status = cutMarkup(markupOf(statusLine(chain, description?.noun)), perEntry.status);
  const from = asked.startsAt === undefined ? [] : [`from ${dateFallback(asked.startsAt)}`];
  const details = [
    ...which(description),
    sayHowLong(asked),
    ...from,
    `“${cut(oneLine(asked.reason), perEntry.reason)}”`,
  ];
  return `${named}${lead}\n${[status, ...whoseFor(asked, person)].join(' · ')}\n${escaped(details.join(' · '))}`;
};

/** Only access without names is for all of a namespace. */
const which = (description?: Description): readonly string[] =>
  description === undefined || (description.noun !== 'access' && description.objects.length === 0)
    ? []
    : [brieflyObjects(description, perEntry.objects)];

/** Who asks and for whom, as far as it is not the reader. */
const whoseFor = ({ requester, subject }: Asked, person: PersonId): readonly string[] => {
  const whom = subject === person ? 'you' : mention(subject);
  if (requester === person) return subject === person ? [] : [`for ${whom}`];
  return [`asked by ${mention(requester)}${subject === requester ? '' : ` for ${whom}`}`];
};
