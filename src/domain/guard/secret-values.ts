import { entriesOf, isMap } from '#domain/content/tree.ts';
import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';

/** More are looked for in no text: other writes wait meanwhile. Values, and their lines and leaves. */
const most = 40_000;
/** Of more keys each by itself would keep other writes waiting. What a request can show are fewer. */
export const mostKeys = 2_000;
export const isEndless = (values: Json | undefined): boolean => isMap(values) && Object.keys(values).length > mostKeys;

/** A shorter value is in many texts, and as good as known. Characters. */
const shortest = { value: 3, part: 4 } as const;

/** Characters of a plain word. */
const longest = 20;
/** No capital is in the middle of it. */
const word = /^(\p{Lu}+|\p{L}[\p{Ll}\p{Lo}]*)$/u;

/** A word that stands anywhere, such as `production`. */
const isWord = (text: string): boolean => text.length <= longest && word.test(text);

/** Such words, as in `shop-front`: a name, and in the midst of other words it may be a password. */
export const isName = (text: string): boolean =>
  text.length <= longest && text.split('-').every((part) => word.test(part));

/**
 * The values of a Secret as somebody may have repeated them in a text of at most `upTo` characters, but for plain words: as they
 * are, a line of them or what it sets (`KEY=…`, `key: …`), a leaf of their JSON, the password of an address, and as JSON and
 * addresses have them. What is no UTF-8 can only be repeated in base64. Undefined where there are too many.
 */
export const valuesIn = ({ data, stringData }: Manifest, upTo: number): readonly string[] | undefined => {
  if (upTo < shortest.value) return [];
  if (isEndless(data) || isEndless(stringData)) return undefined;
  const found = new Set<string>();
  for (const value of [...textsIn(stringData), ...textsIn(data).flatMap(decoded)]) {
    const text = value.trim();
    if (isValue(text)) found.add(text);
    for (const part of partsOf(text)) {
      if (isTelling(part, shortest.part) && /[\p{L}\p{N}]/u.test(part)) found.add(part);
      if (found.size > most) break;
    }
    // Counted whole, so that it is told of the same Secret whatever it is compared with.
    if (found.size > most) return undefined;
  }
  const plain = [...found].filter(({ length }) => length <= upTo);
  const binary = textsIn(data).filter((text) => text.length <= upTo + 2 && decoded(text).length === 0);
  const forms = new Set([...plain.flatMap(spellings), ...binary.map(withoutPadding)]);
  return [...forms].filter(({ length }) => length >= shortest.value && length <= upTo);
};

const textsIn = (values: Json | undefined): readonly string[] =>
  isMap(values) ? entriesOf(values).flatMap(([, value]) => (typeof value === 'string' ? [value] : [])) : [];

const isTelling = (text: string, least: number): boolean => text.length >= least && !isWord(text);

const isValue = (text: string): boolean => isTelling(text.trim(), shortest.value);

function* partsOf(text: string): Generator<string> {
  for (const line of new Set(text.split('\n'))) {
    if (line.length < shortest.part) continue;
    yield line.trim();
    yield trimmed(line);
    yield setIn(line);
  }
  for (const [, password = ''] of text.matchAll(/:\/\/[^\s:@/]*:([^\s@/]+)@/g)) yield password;
  for (const leaf of leavesOf(text)) {
    yield leaf;
    // As docker's `auth` has a name and a password.
    if (leaf.length >= shortest.part) for (const inner of decoded(leaf)) yield* [inner, setIn(inner)];
  }
}

const setIn = (line: string): string => trimmed(line.slice(line.search(/[=:]/) + 1));

const around = ' \t\r\n"\',;';

/** Without quotes, commas and the dash of a list. In one go: a pattern would take the square of the time. */
const trimmed = (text: string): string => {
  let [from, to] = [0, text.length];
  while (from < to && around.includes(text.charAt(from))) from += 1;
  if (text.startsWith('- ', from)) from += 2;
  while (from < to && around.includes(text.charAt(from))) from += 1;
  while (to > from && around.includes(text.charAt(to - 1))) to -= 1;
  return text.slice(from, to);
};

/** What stands in a text of JSON, without keys. Not by calling itself: it may be deep. */
const leavesOf = (text: string): readonly string[] => {
  if (!/^[[{"]/.test(text)) return [];
  const leaves: string[] = [];
  const left: unknown[] = [parsed(text)];
  for (let one = left.pop(); one !== undefined; one = left.pop()) {
    if (typeof one === 'string' || typeof one === 'number') leaves.push(String(one));
    else if (typeof one === 'object' && one !== null) for (const inner of Object.values(one)) left.push(inner);
  }
  return leaves;
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // Some other text.
    return undefined;
  }
};

const spellings = (text: string): readonly string[] => {
  // Most have nothing that is written otherwise, and there may be many.
  if (!/[^\w.-]/.test(text)) return [text];
  const json = JSON.stringify(text).slice(1, -1);
  return [text, json, asGoHasIt(json), encodeURIComponent(text.toWellFormed())];
};

/** `kubectl` and all that is written in Go (https://pkg.go.dev/encoding/json#HTMLEscape). */
const asGoHasIt = (json: string): string =>
  json.replaceAll(/[<>&]/g, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`);

const withoutPadding = (text: string): string => text.replace(/={1,2}$/, '');

const decoded = (text: string): readonly string[] => {
  try {
    return [new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.fromBase64(text))];
  } catch {
    // Neither base64, nor text: there are no words to repeat.
    return [];
  }
};
