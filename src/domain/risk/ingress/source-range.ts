import type { Manifest } from '#domain/plan.ts';
import { type Annotation, listIn } from '#domain/risk/annotations.ts';
import { holds } from '#domain/risk/blocks.ts';
import type { Place } from '#domain/risk/finding.ts';
import { quoted } from '#domain/risk/read.ts';
import type { Loss, Rule } from '#domain/risk/rule.ts';
import { annotationDocument, annotationsOf } from './ingress.ts';

/** The second is the newer name of the first. */
const letIn = ['whitelist-source-range', 'allowlist-source-range'];
const keptOut = ['denylist-source-range'];

/** Who may come at all: a list of those let in that is gone or wider, or one of those kept out that is gone or narrower. */
export const ingressSourceRange: Rule = {
  name: 'ingress-source-range',
  severity: 'high',
  sources: [annotationDocument('whitelist-source-range')],
  between: (before, after) => {
    if (after === undefined) return [];
    const prefixes = new Set(listsIn(before, [...letIn, ...keptOut]).map(({ prefix }) => prefix));
    return [...prefixes].flatMap((prefix) => [
      ...lessHeldBack(...listed(before, after, prefix, letIn)),
      ...letInAgain(...listed(before, after, prefix, keptOut)),
    ]);
  },
};

const lessHeldBack = (was: Listed, is: Listed): readonly Loss[] => {
  const path = is.at ?? was.at ?? [];
  if (was.all.length === 0 || (is.all.length > 0 && holds(was.all, is.all))) return [];
  const says =
    is.all.length === 0
      ? `traffic from every address: the list of those let in is removed, which was ${sayList(was)}`
      : `traffic from more addresses: the list of those let in goes from ${sayList(was)} to ${sayList(is)}`;
  return [{ says, path }];
};

const letInAgain = (was: Listed, is: Listed): readonly Loss[] => {
  const says = `traffic from addresses that were kept out: that list goes from ${sayList(was)} to ${sayList(is)}`;
  return holds(is.all, was.all) ? [] : [{ says, path: is.at ?? was.at ?? [] }];
};

type Listed = { readonly all: readonly string[]; readonly at: Place | undefined };

const sayList = ({ all }: Listed): string => quoted(all.join(','));

const listsIn = (object: Manifest, names: readonly string[]): readonly Annotation[] =>
  annotationsOf(object).filter(({ name }) => names.includes(name));

/** The lists under one prefix. Afterwards only what the controller reads: the keys of before, and those in small letters. */
const listed = (before: Manifest, after: Manifest, prefix: string, names: readonly string[]) => {
  const was = listsIn(before, names).filter((one) => one.prefix === prefix);
  const read = new Set([...was.map(({ key }) => key), ...names.map((name) => prefix + name)]);
  const is = listsIn(after, names).filter(({ key }) => read.has(key));
  return [all(was), all(is)] as const;
};

const all = (annotations: readonly Annotation[]): Listed => ({
  all: annotations.flatMap(({ value }) => listIn(value)),
  at: annotations[0]?.path,
});
