import { nearest } from '#domain/nearest.ts';
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
