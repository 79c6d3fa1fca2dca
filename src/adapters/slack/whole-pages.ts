import type { RichTextBlock } from '@slack/types';
import type { Content } from '#domain/content/content.ts';
import { lines, richText } from './blocks.ts';
import { type Change, headed, heading, linesOf, preformatted, textsOf } from './diff-lines.ts';

/** A modal holds 100 blocks and 250 KB; a page keeps well below both, so that it also draws fast. */
const perPage = { bytes: 60_000, parts: 60 };

/** All that were noted, each whole. */
const everyPlace = { places: 10, characters: 10_000 };

/** A piece of one change's diff; `isFirst` where the change begins. An empty diff has one without text. */
type Piece = { readonly change: Change; readonly text?: string; readonly isFirst: boolean };

const piecesOf = (change: Change): readonly Piece[] => {
  const texts = textsOf(linesOf(change));
  if (texts.length === 0) return [{ change, isFirst: true }];
  return texts.map((text, index) => ({ change, text, isFirst: index === 0 }));
};

/** As it travels, beside what stands around it. */
const bytesOf = ({ change: { places }, text = '', isFirst }: Piece): number =>
  Buffer.byteLength(JSON.stringify(isFirst ? [text, places] : text)) + 600;

/** All diffs of a content, page by page; at least one page. Nothing is left out. */
export const pagesOf = ({ changes }: Pick<Content, 'changes'>): readonly (readonly Piece[])[] => {
  const pages: Piece[][] = [[]];
  let bytes = 0;
  for (const piece of changes.flatMap(piecesOf)) {
    const page = pages.at(-1) ?? [];
    const size = bytesOf(piece);
    if (page.length > 0 && (page.length >= perPage.parts || bytes + size > perPage.bytes)) {
      pages.push([piece]);
      bytes = size;
      continue;
    }
    page.push(piece);
    bytes += size;
  }
  return pages;
};

/** One block for each change on a page; what goes on from the page before says so. */
export const pageBlocks = (page: readonly Piece[]): readonly RichTextBlock[] => {
  const changes = [...new Set(page.map(({ change }) => change))];
  return changes.map((change) => {
    const pieces = page.filter((piece) => piece.change === change);
    const goesOn = pieces[0]?.isFirst === false ? [' (continued)'] : [];
    const texts = pieces.flatMap(({ text }) => (text === undefined ? [] : [preformatted(text)]));
    const title = [...heading(change), ...goesOn];
    return richText(lines(goesOn.length === 0 ? headed(change, everyPlace, ...title) : [title]), ...texts);
  });
};
