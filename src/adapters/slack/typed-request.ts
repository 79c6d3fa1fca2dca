import { err, ok, type Result } from '#domain/result.ts';
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
  readonly reason: string;
};

const shape = '`/jit request <kind> … <namespace>[/<object>,…] [on <cluster>] [to @person] for <30m> because <reason>`';

/**
 * Reads `access ingress-edit prod/web for 30m because checkout 502s`. The reason is everything behind the first
 * "because", so that it may hold any words; `on`, `to` and `for` stand anywhere before it, each once.
 */
export const parseTyped = (text: string): Result<Typed, string> => {
  const [head = '', reason] = split(text);
  // "a, b" is one list of objects.
  const words = head
    .replace(/,\s+/g, ',')
    .split(/\s+/)
    .filter((word) => word !== '');
  const options = new Map<string, string>();
  const rest: string[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    const option = ['on', 'to', 'for'].find((name) => name === word.toLowerCase());
    if (option === undefined) {
      rest.push(word);
      continue;
    }
    const value = words[index + 1];
    if (value === undefined) return err(`Something is missing behind "${option}". Write it like ${shape}.`);
    if (options.has(option)) return err(`"${option}" is there twice. Write it like ${shape}.`);
    options.set(option, value);
    index += 1;
  }
  const [kind, ...more] = rest;
  const place = more.pop();
  if (kind === undefined || place === undefined || place.startsWith('/'))
    return err(`Say what and where. Write it like ${shape}.`);
  if (reason === undefined) return err(`Say why: "because …" is missing. Write it like ${shape}.`);
  const subject = options.get('to');
  const person = subject === undefined ? undefined : /^<@([UW][A-Z0-9]+)(?:\|[^>]*)?>$/.exec(subject)?.[1];
  if (subject !== undefined && person === undefined)
    return err('Behind "to" stands a person, picked from Slack’s list: @name.');
  return ok({ kind, words: more, ...placeOf(place), reason, ...optional(options, person) });
};

/** How long as people say it; `good`, however they say that it is not to be taken back. */
export const readLength = (text: string): string =>
  /^(?:for\s+)?(?:good|ever|always)$|^(?:forever|permanent(?:ly)?)$/i.test(text.trim()) ? 'good' : text;

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

const optional = (options: ReadonlyMap<string, string>, person: string | undefined) => {
  const cluster = options.get('on');
  const duration = options.get('for');
  return {
    ...(cluster === undefined ? {} : { cluster }),
    ...(duration === undefined ? {} : { duration }),
    ...(person === undefined ? {} : { subject: person }),
  };
};
