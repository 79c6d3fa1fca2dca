import { veiledBytes } from '#domain/content/veiled.ts';
import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { intentPrefix } from './fingerprint.ts';
import { repeating } from './repeats.ts';
import { isName } from './secret-values.ts';

/** What stands on a Secret in clear. */
export type Said = { readonly part: 'labels' | 'annotations' | 'type'; readonly key: string; readonly text: string };

/** Where tools keep what they were called with or what they applied, values and all; also packed. Whatever is in it. */
const unread =
  /^(kubernetes\.io\/change-cause|openshift\.io\/token-secret\.value|kapp\.k14s\.io\/original|objectset\.rio\.cattle\.io\/.*|.*last-applied(-configuration)?)$/;

/** Whose token Kubernetes writes into it: that is shown in any case. */
const named = ['kubernetes.io/service-account.name', 'kubernetes.io/service-account.uid'];

/** So long a text without a gap is no word, and may be a copy of anything that was packed. Characters. */
const packed = /[\w+/=-]{129}/;

/** A request holds no more of why it is made. Characters. */
const mostIntent = 500;

export const saidBy = ({ metadata: { labels, annotations }, type }: Manifest): readonly Said[] => [
  ...textsOf('labels', labels),
  ...textsOf('annotations', annotations).filter(({ key }) => !unread.test(key)),
  ...textsOf('type', type === undefined ? {} : { type }),
];

const textsOf = (part: Said['part'], texts?: Readonly<Record<string, Json | undefined>>): readonly Said[] =>
  Object.entries(texts ?? {}).flatMap(([key, text]) => (typeof text === 'string' ? [{ part, key, text }] : []));

export const longestOf = (texts: readonly Said[]): number =>
  texts.reduce((most, { text }) => Math.max(most, text.length), 0);

/** Whether the annotation of this key is veiled as values are. */
export type Hidden = (key: string) => boolean;

/**
 * Which annotations are veiled: those of tools, and what repeats a value of the Secret. No write brings such a one in
 * (`notToBeShown`): it was there before anybody guarded, and can be taken off.
 */
export const hiddenNotes = (object: Manifest, values: readonly string[] | undefined): Hidden => {
  const notes = saidBy(object).filter((one) => isNote(one) && !named.includes(one.key));
  const found = telling(notes, values) ?? notes;
  const hidden = new Set([...found, ...notes.filter(isOdd)].map(({ key }) => key));
  return (key) => unread.test(key) || hidden.has(key);
};

/** Those that repeat a value; undefined where that is too much to look for. Words and names stand anywhere. */
const telling = (said: readonly Said[], values: readonly string[] | undefined): readonly Said[] | undefined => {
  const searched = said.filter(({ text }) => !isName(text));
  const inNotes = repeating(searched.filter(isNote), values);
  const inOthers = repeating(
    searched.filter((one) => !isNote(one)),
    values?.filter((value) => isStrong(value) && !isName(value)),
  );
  return inNotes && inOthers && [...inNotes, ...inOthers];
};

const isNote = ({ part }: Said): boolean => part === 'annotations';

const isOdd = ({ text }: Said): boolean => packed.test(text) || veiledBytes(text) !== undefined;

/** A state of a Secret; `values` is undefined where there are too many. */
export type Looked = {
  readonly object: Manifest;
  readonly values: readonly string[] | undefined;
  readonly isHidden: Hidden;
};

/** Why a write cannot be shown; undefined where it can. */
export const notToBeShown = (before: Looked | undefined, after: Looked): string | undefined => {
  const [had, has] = [before ? saidBy(before.object) : [], saidBy(after.object)];
  const fresh = missingIn(had, has);
  return oddIn(fresh) ?? toldIn(fresh, before, after) ?? (before && revealedBy(before, after, missingIn(has, had)));
};

/** What the first do not say, and the others do. */
const missingIn = (said: readonly Said[], others: readonly Said[]): readonly Said[] => {
  const known = new Set(said.map(nameOf));
  return others.filter((one) => !known.has(nameOf(one)));
};

const nameOf = ({ part, key, text }: Said): string => JSON.stringify([part, key, text]);

const oddIn = (fresh: readonly Said[]): string | undefined => {
  for (const one of fresh) {
    if (one.key.startsWith(intentPrefix) && one.text.length > mostIntent)
      return `"${one.key}" on it has more than ${mostIntent} characters`;
    if (one.part === 'labels' || named.includes(one.key)) continue;
    if (veiledBytes(one.text) !== undefined) return `"${one.key}" on it reads as if it were a hidden value`;
    if (packed.test(one.text)) return `"${one.key}" on it is long and without a gap, and may be a copy of its values`;
  }
  return undefined;
};

const tooMuch = 'it holds too much to look whether its labels and annotations repeat values. Make it smaller';

/** Of what is newly said. */
const toldIn = (fresh: readonly Said[], before: Looked | undefined, after: Looked): string | undefined => {
  const had = before === undefined ? [] : before.values;
  const values = had && after.values && [...new Set([...had, ...after.values])].filter(isStrong);
  const found = telling(fresh, values);
  if (found === undefined) return tooMuch;
  const [told] = [...found, ...fresh.filter((one) => isNote(one) && after.isHidden(one.key))];
  return told && `${sayRepeated(told)}, and is shown to whoever decides. Leave it out, or say it in other words`;
};

/** Of what was said before: that stays hidden, or shown, whatever else is written. `gone` is said no more. */
const revealedBy = (before: Looked, after: Looked, gone: readonly Said[]): string | undefined => {
  const known = new Set(before.values);
  const shown = gone.filter((one) => !isNote(one) || !before.isHidden(one.key));
  const newly = after.values?.filter((value) => isStrong(value) && !known.has(value));
  const found = telling(shown, newly);
  if (found === undefined) return tooMuch;
  const goneKeys = new Set(gone.filter(isNote).map(({ key }) => key));
  const kept = saidBy(after.object).filter((one) => isNote(one) && !goneKeys.has(one.key));
  const moved = kept.filter(({ key }) => before.isHidden(key) !== after.isHidden(key));
  const [told] = [...found, ...moved];
  return told && `${sayRepeated(told)}. Take that off in a write of its own first`;
};

const sayRepeated = ({ key }: Said): string => `"${key}" on it repeats a value that the Secret has or had`;

/** Others are numbers that stand anywhere, such as a port. */
const isStrong = (value: string): boolean => value.length >= 4 && !/^\p{N}{1,7}$/u.test(value);
