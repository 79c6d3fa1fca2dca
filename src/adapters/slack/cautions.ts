import type { ContextBlock, RichTextBlock } from '@slack/types';
import type { Content } from '#domain/content/content.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { State } from '#domain/request/request.ts';
import { type Finding, isDanger, type Severity, sayFinding, sayPlace, severities } from '#domain/risk/finding.ts';
import { cut, oneLine } from '#domain/text.ts';
import type { Description } from '#kinds/kind.ts';
import type { Shown } from '#use-cases/contents.ts';
import { bold, bullets, code, context, line, lines, type Piece, richText } from './blocks.ts';
import { fitting, more } from './excerpt.ts';
import { cutMarkup, escaped } from './mrkdwn.ts';

const longest = 320;
/** Whoever has to decide in ten seconds reads so many; the others are one click away. */
const mostFindings = 3;

/** What is over is nothing to beware of: a warning above it would read as if it still were. */
const cautious: readonly State['status'][] = ['pending', 'approved', 'active'];

/** What to beware of: something that a rule of risk found, or words of a kind, a profile or a plan. Plain text. */
export type Caution = {
  readonly text: string;
  readonly severity?: Severity;
  readonly isNew?: boolean;
  /** Where in the object. */
  readonly place?: string;
  /** The rule that found it. */
  readonly rule?: string;
  /** How many it stands for. */
  readonly count?: number;
};

/** Drawn by us and by nobody else: a text from outside cannot look like one of these. */
const marks: Readonly<Record<Severity, string>> = { critical: '🔴 ', high: '🟠 ', medium: '🟡 ' };
const labels: Readonly<Record<Severity, string>> = { critical: 'CRITICAL', high: 'High', medium: 'Medium' };

/**
 * All that is said of it: what rules found in what is new, the worst first, and in between what its kind and its plan warn of;
 * then what is dangerous already and stays so.
 */
export const allCautions = (description?: Description, shown?: Shown): readonly Caution[] => {
  const content = shown?.type === 'shown' ? shown.content : undefined;
  const found = foundIn(content);
  const words = [...(content?.cautions ?? []), ...(description?.cautions ?? [])].map(oneLine);
  const said = [...new Set(words)].filter((text) => text !== '').map((text): Caution => ({ text }));
  const isFirst = ({ severity, isNew }: Caution): boolean => isNew === true && severity !== 'medium';
  return [...found.filter(isFirst), ...said, ...found.filter((one) => !isFirst(one))];
};

const foundIn = (content: Content | undefined): readonly Caution[] => {
  if (content === undefined) return [];
  const { findings, moreFindings, changes } = content;
  const isNamed = changes.length > 1;
  const all = withoutSupposed(findings.filter(isDanger));
  return [
    ...all.map((one): Caution => ({ ...leadOf(one), text: oneLine(sayFinding(one, isNamed)) })),
    ...severities
      .filter((severity) => moreFindings[severity] > 0)
      .map((severity): Caution => {
        const count = moreFindings[severity];
        return { severity, count, text: `${more(count, 'finding')}, too many to be listed.` };
      }),
  ];
};

/** What a deletion or a narrower policy may do is not said beside what it does do to the pods that are there. */
const supposed = ['policy-deleted', 'policy-types-removed', 'policy-selector-narrowed'];
const withoutSupposed = (findings: readonly Finding[]): readonly Finding[] => {
  const seen = findings.filter(({ rule }) => rule.startsWith('network-open-'));
  return findings.filter(
    ({ rule, object }) => !supposed.includes(rule) || !seen.some((one) => one.object.split(', ').includes(object)),
  );
};

const leadOf = ({ severity, change, path, rule }: Finding): Omit<Caution, 'text'> => ({
  rule,
  severity,
  isNew: change === 'introduces',
  ...(path.length === 0 ? {} : { place: sayPlace(path) }),
});

/** Dangers that go away with it: good to know, nothing to beware of. */
export const removedBy = (shown?: Shown): readonly string[] =>
  shown?.type === 'shown'
    ? shown.content.findings.filter((one) => !isDanger(one)).map((one) => oneLine(sayFinding(one, true)))
    : [];

/** What stands before a title, also where cards are listed: what deserves a look looks like nothing else. */
export const titleMarks: Readonly<Record<Severity, string>> = {
  critical: '🔴 CRITICAL · ',
  high: '🟠 HIGH · ',
  medium: '',
};

/** The worst that rules found in what it brings. */
export const worstNew = (cautions: readonly Caution[]): Severity | undefined =>
  severities.find((severity) => cautions.some((one) => one.severity === severity && one.isNew === true));

/** Whether it brings something critical with it. */
export const isCritical = (cautions: readonly Caution[]): boolean => worstNew(cautions) === 'critical';

/** What an approver should beware of, while it can still be used. */
export const cautionsOf = (
  { request: { state } }: Chain,
  description?: Description,
  shown?: Shown,
): readonly Caution[] => {
  if (!cautious.includes(state.status)) return [];
  const said = allCautions(description, shown);
  return description === undefined
    ? [
        ...said,
        {
          text: 'Hallpass cannot say any more what this means: what was asked for is no longer configured. Below is what the log says.',
        },
      ]
    : said;
};

/** What approvers were warned of, once it is over: nothing to beware of any more, but part of what they decided on. */
export const pastCautions = (
  { request: { state } }: Chain,
  description?: Description,
  shown?: Shown,
): readonly Caution[] => (cautious.includes(state.status) ? [] : allCautions(description, shown));

/** One caution with its sign and, where a rule found it, how bad it is. */
export const drawn = ({ text, severity }: Caution): readonly Piece[] =>
  severity === undefined ? ['⚠️ ', bold(text)] : [marks[severity], bold(labels[severity]), ` · ${text}`];

/** The same with where in the object it stands. */
export const drawnWhole = (caution: Caution): readonly Piece[] =>
  caution.place === undefined
    ? drawn(caution)
    : [...drawn(caution), ' At ', code(cut(oneLine(caution.place), 200)), '.'];

/** Of what one rule found alike the first, which says how many are like it: they take no place of anything else. */
const oneOfEach = (cautions: readonly Caution[]): readonly Caution[] =>
  [...Map.groupBy(cautions, (one) => (one.rule === undefined ? one : `${one.rule} ${one.isNew}`)).values()].flatMap(
    ([first, ...others]) => {
      if (first === undefined) return [];
      const count = 1 + others.length;
      return [
        others.length === 0 ? first : { ...first, count, text: `${first.text} And ${others.length} more like it.` },
      ];
    },
  );

/** The worst ones: at most three that rules found, and of all only what there is room for. */
const forCard = (all: readonly Caution[], characters: number) => {
  const cautions = oneOfEach(all);
  const counted = cautions.filter(({ severity }) => severity !== undefined).slice(0, mostFindings);
  const wanted = cautions.filter((one) => one.severity === undefined || counted.includes(one));
  const { kept } = worstFirst(
    wanted.map(({ text }) => text),
    characters,
  );
  const shown = wanted.slice(0, kept.length).map((one, index) => ({ ...one, text: kept[index] ?? '' }));
  return { shown, hidden: cautions.filter((one) => !wanted.slice(0, kept.length).includes(one)) };
};

/** What is critical and new, each sort once, as a confirmation names it. */
export const criticalAmong = (cautions: readonly Caution[]): readonly Caution[] =>
  oneOfEach(cautions.filter(({ severity, isNew }) => severity === 'critical' && isNew === true));

/** Said of what was looked at whole, so that silence is not taken for it where nothing was. */
export const noFindings = (cautions: readonly Caution[], shown?: Shown): readonly RichTextBlock[] => {
  if (cautions.length > 0 || shown?.type !== 'shown' || shown.content.changes.length === 0) return [];
  if (shown.content.reach.some(({ change }) => change === 'unseen')) return [];
  return [richText(line('No findings: no rule of risk sees a danger in this'))];
};

/** Whether a card leaves some out; then there is a way to read them. */
export const hidesSome = (cautions: readonly Caution[], characters: number): boolean =>
  forCard(cautions, characters).hidden.length > 0;

export const cautionBlock = (
  cautions: readonly Caution[],
  characters: number,
  where: string,
): readonly RichTextBlock[] => {
  if (cautions.length === 0) return [];
  const { shown, hidden } = forCard(cautions, characters);
  const bad = countOf(hidden.filter(({ severity }) => severity === 'critical'));
  const rest: readonly (readonly Piece[])[] =
    hidden.length === 0
      ? []
      : [
          [
            '⚠️ ',
            bold(`${more(countOf(hidden), 'caution')} not shown here${bad > 0 ? `, ${bad} of them CRITICAL` : ''}`),
            `: ${where} before you decide`,
          ],
        ];
  return [richText(lines([...shown.map(drawn), ...rest]))];
};

const countOf = (cautions: readonly Caution[]): number => cautions.reduce((sum, { count = 1 }) => sum + count, 0);

/** Small and without a sign of danger. */
export const pastCautionBlock = (cautions: readonly Caution[], characters: number): readonly ContextBlock[] => {
  if (cautions.length === 0) return [];
  const { kept, left } = worstFirst(
    cautions.map(({ text }) => cutMarkup(escaped(text), longest)),
    characters,
  );
  const hidden = left === 0 ? '' : ` And ${more(left, 'caution')}, in the thread.`;
  return [context(`${before} ${kept.join(' ')}${hidden}`)];
};

export const before = 'Was shown on the card:';

/** For the thread, which keeps what a revision was decided on. */
export const cautionList = (cautions: readonly Caution[], characters: number) => {
  if (cautions.length === 0) return [];
  const { kept, left } = worstFirst(cautions.map(inThread), characters);
  const hidden = left === 0 ? [] : [[more(left, 'caution')]];
  return [line(bold('To beware of')), bullets([...kept.map((caution) => [caution]), ...hidden])];
};

const inThread = ({ text, severity }: Caution): string =>
  severity === undefined ? text : `${labels[severity]} · ${text}`;

/** The worst one is always there, if shortened. */
const worstFirst = (cautions: readonly string[], characters: number) =>
  fitting(
    cautions.map((caution) => cut(caution, Math.max(0, Math.min(longest, characters - 2)))),
    characters,
  );
