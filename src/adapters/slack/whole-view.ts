import type { KnownBlock, ModalView } from '@slack/types';
import { z } from 'zod';
import type { Content } from '#domain/content/content.ts';
import { type PersonId, requestId } from '#domain/ids.ts';
import { isCve } from '#domain/risk/finding.ts';
import { cut, oneLine } from '#domain/text.ts';
import type { Description } from '#kinds/kind.ts';
import type { Whole } from '#use-cases/open-whole.ts';
import { actions, wholeView } from './action-ids.ts';
import {
  actionRow,
  bold,
  button,
  charactersOf,
  context,
  line,
  lines,
  type Piece,
  richText,
  section,
} from './blocks.ts';
import { titleOf } from './card.ts';
import { hasDiff, wholeText } from './card-buttons.ts';
import { before, cautionsOf, drawnWhole, pastCautions, removedBy } from './cautions.ts';
import { fileNameOf } from './file-name.ts';
import { reachIn, reachLines } from './reach.ts';
import { sayNotDone } from './replies.ts';
import { pageBlocks, pagesOf } from './whole-pages.ts';

/** Which page of which request a modal shows; nothing is authorised by it. */
const shownPage = z.object({ id: requestId, revision: z.int().min(1), page: z.int().min(0) });
export type ShownPage = z.infer<typeof shownPage>;

export const readShownPage = (metadata: string): ShownPage | undefined => {
  try {
    return shownPage.safeParse(JSON.parse(metadata)).data;
  } catch {
    return undefined;
  }
};

const room = { words: 6_000, each: 800 };

/**
 * All of what a request would do, one page of it: how long it is, whether the look was recorded, what to beware of, and
 * the diffs in full. `page` counts from 0; one that is not there any more is answered by the nearest.
 */
export const renderWhole = (whole: Whole, person: PersonId, asked: ShownPage, description?: Description): ModalView => {
  const { chain, shown } = whole;
  const { id, revision, content: ref } = chain.request.asked;
  const pages = shown.type === 'shown' ? pagesOf(shown.content) : [[]];
  const words = beside(whole, description);
  // What does not fit beside the first diffs has pages of its own before them.
  const first = words.length - 1;
  const count = first + pages.length;
  const page = Math.min(asked.page, count - 1);
  const lead = [`Page ${page + 1} of ${count}`, `request *${id}*`, `revision ${revision}`];
  const file = ref?.fits === false ? [`as a file in the card’s thread: ${fileNameOf(chain.request.asked)}`] : [];
  return {
    type: 'modal',
    callback_id: wholeView,
    title: { type: 'plain_text', text: wholeText(shown) },
    close: { type: 'plain_text', text: 'Close' },
    private_metadata: JSON.stringify({ ...asked, page }),
    blocks: [
      ...recordedBlock(whole, person, asked.revision),
      richText(line(bold(titleOf(chain, description)))),
      context(
        [
          ...lead,
          ...(hasDiff(shown) && ref ? [`${ref.lines} lines`, `+${ref.added} −${ref.removed}`] : []),
          ...file,
        ].join(' · '),
      ),
      ...(words[page] ?? []),
      ...pageBlocks(pages[page - first] ?? []),
      ...turnBlock(page, count),
    ],
  };
};

/** Whether this person may approve now, or why their look does not count; nothing for those who do not decide. */
const recordedBlock = ({ chain, notRecorded }: Whole, person: PersonId, pressed: number): readonly KnownBlock[] => {
  const { asked, state } = chain.request;
  if (state.status !== 'pending' || asked.content?.fits !== false) return [];
  if (notRecorded === undefined)
    return state.seenBy.includes(person)
      ? [section(`✅ *Recorded: you may approve revision ${asked.revision} now.*`)]
      : [];
  if (notRecorded.type === 'own-request' || notRecorded.type === 'not-entitled') return [];
  const why =
    notRecorded.type === 'stale-revision'
      ? `the button that you pressed was of revision ${pressed}, and it changed since. Press *Full diff* on the card as it is now.`
      : sayNotDone(notRecorded);
  return [section(`⚠️ *Not recorded*: ${why}`)];
};

/** What to beware of and how things stand, before the diffs: page by page, at least one. */
const beside = (
  { chain, shown }: Whole,
  description?: Description,
): readonly [readonly KnownBlock[], ...(readonly KnownBlock[])[]] => {
  if (shown.type === 'unreadable')
    return [
      [section('🚨 *It cannot be shown: its record was altered or is gone.* Nobody can approve it. Ask for it anew.')],
    ];
  if (shown.type === 'none') return [[section('There is no diff: the card says all that this does.')]];
  const cautions = cautionsOf(chain, description, shown).map(({ text, ...rest }) =>
    drawnWhole({ ...rest, text: short(text) }),
  );
  const past = pastCautions(chain, description, shown).map(({ text }) => [`${before} ${short(text)}`]);
  const gone = removedBy(shown).map((text) => [`✅ ${short(text)}`]);
  const notes = shown.content.notes.map((text) => [`• ${short(text)}`]);
  const reach = reachLines(reachIn(shown));
  const [page = [], ...more] = inPages([
    ...cautions,
    ...past,
    ...gone,
    ...reach,
    ...notes,
    ...sourcesOf(shown.content),
  ]);
  const blocks = (all: readonly (readonly Piece[])[]): readonly KnownBlock[] =>
    all.length === 0 ? [] : [richText(lines(all))];
  return [blocks(page), ...more.map(blocks)];
};

const short = (text: string): string => cut(oneLine(text), room.each);

const inPages = (all: readonly (readonly Piece[])[]): readonly (readonly (readonly Piece[])[])[] => {
  const pages: (readonly Piece[])[][] = [[]];
  let left = room.words;
  for (const pieces of all) {
    left -= charactersOf([richText(line(...pieces))]);
    if (left < 0 && pages.at(-1)?.length !== 0) {
      pages.push([]);
      left = room.words;
    }
    pages.at(-1)?.push(pieces);
  }
  return pages;
};

/** Where one can read more of what was found: each document once. */
const sourcesOf = ({ findings }: Content): readonly (readonly Piece[])[] => {
  const documents = [...new Set(findings.flatMap(({ sources }) => sources))].filter((source) => !isCve(source));
  return documents.length === 0 ? [] : [['Sources: ', documents.slice(0, mostSources).join(' ')]];
};
const mostSources = 8;

const turnBlock = (page: number, count: number): readonly KnownBlock[] => {
  const buttons = [
    ...(page > 0 ? [button({ text: 'Previous', action: actions.previousPage, value: String(page - 1) })] : []),
    ...(page < count - 1 ? [button({ text: 'Next', action: actions.nextPage, value: String(page + 1) })] : []),
  ];
  return buttons.length === 0 ? [] : [actionRow(buttons)];
};
