import { err, ok, type Result } from '#domain/result.ts';
import type { Kind } from '#kinds/kind.ts';
import { escaped } from './mrkdwn.ts';
import { asTyped } from './typed-text.ts';

/** A request as typed behind `/jit request`, taken apart but not judged. */
export type Typed = {
  readonly kind: string;
  readonly words: readonly string[];
  readonly namespace: string;
  readonly objects: readonly string[];
  readonly cluster?: string;
  readonly subject?: string;
  readonly duration?: string;
  /** When it shall begin, as typed. */
  readonly start?: string;
  readonly reason: string;
};

/** How a kind is asked for; its usage says what stands between its name and the options. */
export type Shape = Pick<Kind, 'name' | 'usage' | 'isForSomebody' | 'mayBePermanent' | 'isOnlyPermanent'> &
  Partial<Pick<Kind, 'fromWords'>>;

const anyKind: Shape = {
  name: '<kind>',
  usage: '… <namespace>[/<object>,…]',
  isForSomebody: true,
  mayBePermanent: false,
};

/** The line to type for a kind, as mrkdwn. */
export const usageLine = ({ name, usage, isForSomebody, mayBePermanent, isOnlyPermanent }: Shape): string => {
  const length = isOnlyPermanent ? '[for good]' : `for <30m>${mayBePermanent ? '|good' : ''}`;
  const options = `[on <cluster>]${isForSomebody ? ' [to @person]' : ''} [from <22:00>] ${length}`;
  return `\`${escaped(`/jit request ${name} ${usage} ${options} because <reason>`)}\``;
};

/**
 * Reads `access ingress-edit prod/web for 30m because checkout 502s`. The reason is everything behind the first
 * "because", so that it may hold any words; `on`, `to`, `from` and `for` stand anywhere before it, each once. What is wrong is
 * said in mrkdwn, with the usage of the kind that was meant.
 */
export const parseTyped = (text: string, kinds: readonly Shape[] = []): Result<Typed, string> => {
  const [head = '', reason] = split(text);
  const words = wordsOf(head);
  const shape = kinds.find(({ name }) => name === words[0]?.typed);
  const like = `Write it like ${usageLine(shape ?? anyKind)}.`;
  const taken = takeOptions(words);
  if (!taken.ok) return err(`${taken.error} ${like}`);
  const { options, rest } = taken.value;
  const [kind, ...more] = glued(rest);
  const place = more.pop();
  if (kind === undefined || place === undefined || place.startsWith('/'))
    return err(`${unsaid(shape, more, []) ?? 'Say what and where.'} ${like}`);
  const wrong = reason === undefined ? unsaid(shape, more, placeOf(place).objects) : undefined;
  if (wrong !== undefined) return err(`${wrong}\nThe whole line: ${usageLine(shape ?? anyKind)}`);
  if (reason === undefined) return err(`Say why: "because …" is missing. ${like}`);
  const subject = options.get('to')?.sent;
  const person = subject === undefined ? undefined : /^<@([UW][A-Z0-9]+)(?:\|[^>]*)?>$/.exec(subject)?.[1];
  if (subject !== undefined && person === undefined)
    return err('Behind "to" stands a person, picked from Slack’s list: @name.');
  return ok({ kind, words: more, ...placeOf(place), reason, ...optional(options, person) });
};

/** What the kind itself says to these words; whoever has not got them right is not asked for a reason first. */
const unsaid = (shape: Shape | undefined, words: readonly string[], objects: readonly string[]): string | undefined => {
  const read = shape?.fromWords?.(words, objects);
  return read?.ok === false ? escaped(read.error) : undefined;
};

/** A word as Slack sent it, which may be a person or a link, and as it was typed. */
type Word = { readonly sent: string; readonly typed: string };

/** White space within a link or a person's name divides no words. */
const wordsOf = (text: string): readonly Word[] =>
  [...text.matchAll(/(?:<[^<>]*>|\S)+/g)].map(([sent]) => ({ sent, typed: asTyped(sent).replace(/\s+/g, '') }));

type Taken = { readonly options: ReadonlyMap<string, Word>; readonly rest: readonly string[] };

const takeOptions = (words: readonly Word[]): Result<Taken, string> => {
  const options = new Map<string, Word>();
  const rest: string[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const { sent = '', typed = '' } = words[index] ?? {};
    const isForGood = /^permanently$/i.test(typed);
    const option = isForGood ? 'for' : ['on', 'to', 'from', 'for'].find((name) => name === typed.toLowerCase());
    if (option === undefined) {
      if (typed !== '') rest.push(typed);
      continue;
    }
    const value = isForGood ? { sent, typed } : words[index + 1];
    if (value === undefined) return err(`Something is missing behind "${option}".`);
    if (options.has(option)) return err(`"${option}" is there twice.`);
    if (!isForGood) index += 1;
    const time = option === 'from' && isDay(value.typed) ? words[index + 1]?.typed : undefined;
    if (time !== undefined) index += 1;
    options.set(option, time === undefined ? value : { ...value, typed: `${value.typed} ${time}` });
  }
  return ok({ options, rest });
};

/** A day has its time behind it. */
const isDay = (word: string): boolean => /^(?:today|tomorrow|\d{4}-\d{2}-\d{2})$/i.test(word);

/**
 * "a, b" is one list, of objects or ports; but a value that somebody sets may end in a comma, and the place stands for
 * itself unless it is the end of a list of objects.
 */
const glued = (words: readonly string[]): readonly string[] => {
  const lists: string[] = [];
  for (const [index, word] of words.entries()) {
    const before = lists.at(-1) ?? '';
    const goesOn = index < words.length - 1 || (before.includes('/') && !word.includes('/'));
    if (before.endsWith(',') && !before.includes('=') && goesOn) lists.splice(-1, 1, `${before}${word}`);
    else lists.push(word);
  }
  return lists;
};

/** How long as people say it; `good`, however they say that it is not to be taken back. */
export const readLength = (text: string): string =>
  /^(?:(?:for\s+)?good|forever|permanent(?:ly)?)$/i.test(text.trim()) ? 'good' : text;

const split = (text: string): readonly [string, string | undefined] => {
  const found = /(?:^|\s)because(?:\s|$)/i.exec(text);
  return found === null
    ? [text, undefined]
    : [text.slice(0, found.index), asTyped(text.slice(found.index + found[0].length)).trim()];
};

const placeOf = (place: string) => {
  const [namespace = '', ...objects] = place.split('/');
  return {
    namespace,
    objects: objects
      .join('/')
      .split(',')
      .filter((name) => name !== ''),
  };
};

const optional = (options: ReadonlyMap<string, Word>, person: string | undefined) => {
  const cluster = options.get('on')?.typed;
  const duration = options.get('for')?.typed;
  const start = options.get('from')?.typed;
  return {
    ...(cluster === undefined ? {} : { cluster }),
    ...(duration === undefined ? {} : { duration: readLength(duration) }),
    ...(start === undefined ? {} : { start }),
    ...(person === undefined ? {} : { subject: person }),
  };
};
