import type { RichTextBlockElement } from '@slack/types';
import { sayTarget } from '#domain/plan.ts';
import type { State, Summary } from '#domain/request/request.ts';
import type { Right } from '#domain/request/rights.ts';
import type { Difference, Used } from '#domain/request/summary.ts';
import { cut, few, oneLine } from '#domain/text.ts';
import { bold, bullets, code, line, lines, type Piece } from './blocks.ts';
import { counted, cutMiddle, fitting, more } from './excerpt.ts';
import { dateFallback } from './mrkdwn.ts';

/** Shares of the 10,000 characters of a message. */
const room = { used: 1_800, unused: 1_500, objects: 3_000, notCompared: 900 } as const;

type Part = RichTextBlockElement;

/** What a grant came to, in one line. */
export const summedSentence = (summary: Summary): readonly Piece[] => [
  '📋 ',
  bold('Summed up'),
  `: ${howMuch(summary)}`,
];

const howMuch = (summary: Summary): string => {
  const { seen, used, rights, objects, moreObjects = 0 } = summary;
  const changed = objects.length + moreObjects;
  const objectsSaid =
    changed === 0 ? '' : `; ${counted(changed, 'object')} in its scope ${changed === 1 ? 'is' : 'are'} not as before`;
  if (seen.by === 'audit' && used.length === 0) return `nobody was seen to use it${objectsSaid}`;
  if (seen.by === 'audit')
    return `used ${rights.used} of the ${counted(rights.granted, 'right')} that it gave${objectsSaid}`;
  return `${seen.by === 'admission' ? 'not all of its use is known' : 'nothing is known of its use'}${objectsSaid}`;
};

/** The same on a card: at most one line, and none where nothing is known. */
export const summaryOnCard = (state: State): readonly Part[] => {
  const summary = state.status === 'revoked' ? state.summary : undefined;
  return summary === undefined || summary.seen.by !== 'audit' ? [] : [line('📋 ', capital(howMuch(summary)))];
};

/** What was used, what was not, what became of the objects, and what would have been enough; `offer` is the line to type for that. */
export const summaryLines = (summary: Summary, ended: Temporal.Instant, offer: string | undefined): readonly Part[] => [
  ...usedLines(summary),
  ...unusedLines(summary),
  ...knownLines(summary),
  ...objectLines(summary, ended),
  ...notComparedLines(summary),
  ...(offer === undefined ? [] : [lines([['Next time this is enough: ', code(offer)]])]),
];

const usedLines = ({ used, moreUsed = 0 }: Summary): readonly Part[] =>
  used.length === 0 ? [] : [line(bold('Used')), listed(used.map(sayUsed), moreUsed, room.used, 'line')];

const unusedLines = ({ unused, moreUnused = 0 }: Summary): readonly Part[] =>
  unused.length === 0 ? [] : [line(bold('Not used')), listed(unused.map(sayRight), moreUnused, room.unused, 'line')];

const listed = (said: readonly string[], beyond: number, characters: number, one: string): Part => {
  const { kept, left } = fitting(
    said.map((each) => cutMiddle(oneLine(each), 400)),
    characters,
  );
  const hidden = left + beyond;
  return bullets([...kept.map((each) => [each]), ...(hidden === 0 ? [] : [[`and ${more(hidden, one)}, in the log`]])]);
};

/** `get, patch ingresses.networking.k8s.io web, api in shop`. */
export const sayRight = ({ verbs, group, resource, subresource, namespace, names }: Right): string => {
  const of = group === '' || resource.includes('.') ? resource : `${resource}.${group}`;
  const what = subresource === undefined ? of : `${of}/${subresource}`;
  const which = names === undefined ? '' : ` ${few(names, 10)}`;
  return `${verbs.join(', ')} ${what}${which} ${namespace === undefined ? 'in the whole cluster' : `in ${namespace}`}`;
};

const sayUsed = ({ allowedBy, admitted, ...right }: Used): string => {
  const also = allowedBy === undefined ? '' : ` (also allowed by ${cut(allowedBy, 120)} without this grant)`;
  return `${sayRight(right)}${also}${admitted === true ? ' (let through as a direct write)' : ''}`;
};

/** What is not known, and why: silence would read as innocence. */
const knownLines = ({ seen, used, full }: Summary): readonly Part[] => {
  const said = [
    ...(seen.by === 'audit'
      ? []
      : [
          `No audit events come from this cluster: only writes to protected objects are known${used.length === 0 ? ', and there were none' : ''}.`,
        ]),
    ...(seen.until === undefined
      ? []
      : [`Audit events came until ${dateFallback(seen.until)}: what was done after that is not known.`]),
    ...(full === true ? ['The log holds no more uses of one grant: there may have been others.'] : []),
  ];
  return said.length === 0 ? [] : [lines(said.map((each) => ['ℹ️ ', each]))];
};

const objectLines = (summary: Summary, ended: Temporal.Instant): readonly Part[] => {
  const { from, compared, objects, moreObjects = 0 } = summary;
  if (from === undefined) return [];
  const between = ` between ${dateFallback(from)} and the end, ${dateFallback(ended)}`;
  if (objects.length === 0)
    return compared === 0
      ? []
      : [line(`${compared === 1 ? 'The object' : `All ${compared} objects`} in its scope: no change${between}.`)];
  return [
    line(bold('Changed'), `${between}; by whom is for the audit log: not all of it need be this grant's doing`),
    listed(objects.map(sayDifference), moreObjects, room.objects, 'object'),
  ];
};

const sayDifference = ({ target, how, places, morePlaces = 0 }: Difference): string => {
  const what = `${cutMiddle(oneLine(sayTarget(target)), 140)} ${how === 'replaced' ? 'deleted and made anew' : how}`;
  const said = places.map(({ path, before, now }) => `${cutMiddle(path, 120)}: ${before} → ${now}`);
  const all = [...said, ...(morePlaces === 0 ? [] : [`and ${more(morePlaces, 'place')}`])];
  return all.length === 0 ? what : `${what}: ${all.join('; ')}`;
};

const notComparedLines = ({ notCompared }: Summary): readonly Part[] =>
  notCompared.length === 0
    ? []
    : [
        line(bold('Not compared')),
        listed(
          notCompared.map(({ what, why }) => `${what}: ${why}`),
          0,
          room.notCompared,
          'line',
        ),
      ];

const capital = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;

/** What was used, in a few words. */
export const brieflyUsed = (used: readonly Used[]): string => cutMiddle(oneLine(few(used.map(sayUsed), 3)), 400);
