import type { Preview } from '#adapters/http/api-schemas.ts';
import { oneLine, visible } from '#domain/text.ts';
import { sayLength, sayQuorum } from './request-text.ts';

export type Style = 'red' | 'green' | 'yellow' | 'cyan' | 'bold' | 'dim';
/** Colours a text, where there is a terminal that shows colours. */
export type Paint = (style: Style, text: string) => string;

/** What would be asked and who would decide. What somebody else typed cannot move the cursor or fake a line. */
export const sayPreview = (preview: Preview, namespace: string, paint: Paint): readonly string[] => {
  const { title, rule, auto, quorum, channel, seconds, risk } = preview;
  const who = auto ? 'approves by itself' : `wants ${sayQuorum(quorum)}`;
  return [
    paint('bold', `${oneLine(title)}, in ${oneLine(namespace)}, for ${sayLength(seconds)}`),
    `Rule ${JSON.stringify(oneLine(rule))} ${who}, in ${oneLine(channel)}${risk === undefined ? '' : `; risk: ${oneLine(risk)}`}.`,
    ...sayWhole(preview, paint),
  ];
};

type Whole = Pick<Preview, 'changes' | 'findings' | 'cautions' | 'notes'> & { readonly reach?: readonly string[] };

/** What is changed, and what is to be known about it. */
export const sayWhole = (
  { changes, findings, reach = [], cautions, notes }: Whole,
  paint: Paint,
): readonly string[] => [
  ...changes.flatMap(({ op, object, diff }) => [
    '',
    paint('bold', `${oneLine(op)} ${oneLine(object)}`),
    ...sayDiff(diff, paint),
  ]),
  ...(changes.length === 0 ? [] : ['']),
  ...findings.map(({ severity, text }) =>
    paint(severity === 'medium' ? 'yellow' : 'red', `${oneLine(severity).toUpperCase()}  ${oneLine(text)}`),
  ),
  ...reach.map((text) => paint('yellow', oneLine(text))),
  ...cautions.map((text) => paint('yellow', `! ${oneLine(text)}`)),
  ...notes.map((text) => paint('dim', oneLine(text))),
];

const sayDiff = (diff: string, paint: Paint): readonly string[] =>
  visible(diff)
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => {
      if (line.startsWith('+')) return paint('green', line);
      if (line.startsWith('-')) return paint('red', line);
      return line.startsWith('@@') ? paint('cyan', line) : line;
    });
