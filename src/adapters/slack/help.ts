import type { Kind } from '#kinds/kind.ts';
import { escaped } from './mrkdwn.ts';
import { usageLine } from './typed-request.ts';

type Kinds = readonly Pick<
  Kind,
  'name' | 'usage' | 'isForSomebody' | 'mayBePermanent' | 'isOnlyPermanent' | 'fromWords'
>[];

const commands = [
  'request',
  'break-glass',
  'list',
  'show',
  'approve',
  'diff',
  'withdraw',
  'done',
  'extend',
  'again',
  'end-pods',
  'revoke',
  'keep',
  'restore',
  'review',
  'help',
] as const;

/** All that may be typed, as mrkdwn; of each kind how it is asked for, and what it says itself to who typed nothing behind it. */
export const helpFor = (kinds: Kinds): string =>
  [
    '`/jit` opens a form, which shows what you may ask for. Or type it:',
    ...kinds.flatMap((kind) => [usageLine(kind), ...patternsOf(kind)]),
    '`/jit list` what waits for you, what is yours, what is active',
    '`/jit show &lt;id&gt;` one request, with its buttons',
    '`/jit diff &lt;id&gt;` all of what it changes',
    '`/jit withdraw &lt;id&gt;` take back what you asked for',
    '`/jit done &lt;id&gt;` end it before its time, when you no longer need it',
    '`/jit extend &lt;id&gt; [for &lt;30m&gt;] [because &lt;reason&gt;]` ask for it to go on; it has to be approved again',
    '`/jit again &lt;id&gt; because &lt;reason&gt;` ask anew for a direct write that was held and denied, or for a grant that was ended early',
    '`/jit end-pods &lt;id&gt;` ask for the pods to be deleted in which something may be open that was opened under it',
    '`/jit revoke &lt;id&gt; because &lt;reason&gt;` end somebody’s before its time',
    '`/jit break-glass …` as with `request`, where the policy lets you: it works at once, and everybody is told who would have been asked',
    '`/jit review &lt;id&gt; justified because &lt;reason&gt;` or `not-justified` what you make of what was taken by break-glass',
    '`/jit keep &lt;id&gt; because &lt;reason&gt;` or `/jit restore &lt;id&gt; because &lt;reason&gt;` what becomes of a change that somebody else changed too',
  ].join('\n');

const patternsOf = (kind: Kinds[number]): readonly string[] => {
  const said = kind.fromWords([], []);
  return said.ok ? [] : [`      ${escaped(said.error)}`];
};

/** What is answered to a word that is no command: the nearest one that is, if one is near. */
export const unknownCommand = (verb: string, kinds: Kinds): string => {
  const isKind = kinds.some(({ name }) => name === verb);
  const near = isKind ? `request ${verb} …` : nearest(verb, commands);
  const hint = near === undefined ? '' : ` Did you mean \`/jit ${escaped(near)}\`?`;
  return `\`/jit ${escaped(verb)}\` is not a command.${hint}\n${helpFor(kinds)}`;
};

/** The word that takes the fewest mistakes to become this one, at most two and fewer than half its letters. */
const nearest = (typed: string, words: readonly string[]): string | undefined => {
  const [first] = words
    .map((word) => ({ word, mistakes: mistakesBetween(typed.slice(0, 20), word) }))
    .filter(({ word, mistakes }) => mistakes <= 2 && mistakes * 2 < word.length)
    .sort((one, other) => one.mistakes - other.mistakes);
  return first?.word;
};

/** Letters that are too many, missing, or others, and neighbours that changed places (optimal string alignment). */
const mistakesBetween = (one: string, other: string): number => {
  const rows: number[][] = [];
  const at = (row: number, column: number): number => rows[row]?.[column] ?? 0;
  for (let row = 0; row <= one.length; row += 1) {
    rows.push([row]);
    for (let column = 1; column <= other.length; column += 1) {
      const isSame = one[row - 1] === other[column - 1];
      const isSwapped =
        row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      const best =
        row === 0
          ? column
          : Math.min(
              at(row - 1, column) + 1,
              at(row, column - 1) + 1,
              at(row - 1, column - 1) + (isSame ? 0 : 1),
              isSwapped ? at(row - 2, column - 2) + 1 : Number.POSITIVE_INFINITY,
            );
      rows[row]?.push(best);
    }
  }
  return at(one.length, other.length);
};
