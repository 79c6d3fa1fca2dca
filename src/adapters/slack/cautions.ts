import type { ContextBlock, RichTextBlock } from '@slack/types';
import type { Chain } from '#domain/request/chain.ts';
import type { State } from '#domain/request/request.ts';
import { cut, oneLine } from '#domain/text.ts';
import type { Description } from '#kinds/kind.ts';
import type { Shown } from '#use-cases/contents.ts';
import { bold, bullets, context, line, lines, type Piece, richText } from './blocks.ts';
import { fitting, more } from './excerpt.ts';
import { cutMarkup, escaped } from './mrkdwn.ts';

const longest = 320;

/** What is over is nothing to beware of: a warning above it would read as if it still were. */
const cautious: readonly State['status'][] = ['pending', 'approved', 'active'];

/** What is said of it as it is shown and as its kind describes it: of what it does first, and the worst first. */
export const allCautions = (description?: Description, shown?: Shown): readonly string[] => {
  const ofContent = shown?.type === 'shown' ? shown.content.cautions : [];
  const all = [...ofContent, ...(description?.cautions ?? [])].map(oneLine);
  return [...new Set(all)].filter((caution) => caution !== '');
};

/** What an approver should beware of, while it can still be used. */
export const cautionsOf = (
  { request: { state } }: Chain,
  description?: Description,
  shown?: Shown,
): readonly string[] => {
  if (!cautious.includes(state.status)) return [];
  const said = allCautions(description, shown);
  return description === undefined
    ? [
        ...said,
        'Hallpass cannot say any more what this means: what was asked for is no longer configured. Below is what the log says.',
      ]
    : said;
};

/** What approvers were warned of, once it is over: nothing to beware of any more, but part of what they decided on. */
export const pastCautions = (
  { request: { state } }: Chain,
  description?: Description,
  shown?: Shown,
): readonly string[] => (cautious.includes(state.status) ? [] : allCautions(description, shown));

export const cautionBlock = (
  cautions: readonly string[],
  characters: number,
  description?: Description,
): readonly RichTextBlock[] => {
  if (cautions.length === 0) return [];
  const { kept, left } = worstFirst(cautions, characters);
  const where =
    description?.noun === 'access' ? `read profile ${cut(description.profiles.join(', '), 80)}` : 'press Full diff';
  const hidden: readonly (readonly Piece[])[] =
    left === 0 ? [] : [['⚠️ ', bold(`${more(left, 'caution')} not shown here`), `: ${where} before you decide`]];
  return [richText(lines([...kept.map((caution): readonly Piece[] => ['⚠️ ', bold(caution)]), ...hidden]))];
};

/** Small and without a sign of danger. */
export const pastCautionBlock = (cautions: readonly string[], characters: number): readonly ContextBlock[] => {
  if (cautions.length === 0) return [];
  const { kept, left } = worstFirst(
    cautions.map((caution) => cutMarkup(escaped(caution), longest)),
    characters,
  );
  const hidden = left === 0 ? '' : ` And ${more(left, 'caution')}, in the thread.`;
  return [context(`${before} ${kept.join(' ')}${hidden}`)];
};

export const before = 'Was shown to approvers:';

/** For the thread, which keeps what a revision was decided on. */
export const cautionList = (cautions: readonly string[], characters: number) => {
  if (cautions.length === 0) return [];
  const { kept, left } = worstFirst(cautions, characters);
  const hidden = left === 0 ? [] : [[more(left, 'caution')]];
  return [line(bold('To beware of')), bullets([...kept.map((caution) => [caution]), ...hidden])];
};

/** The worst one is always there, if shortened. */
const worstFirst = (cautions: readonly string[], characters: number) =>
  fitting(
    cautions.map((caution) => cut(caution, Math.max(0, Math.min(longest, characters - 2)))),
    characters,
  );
