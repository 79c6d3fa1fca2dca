import type { Manifest } from '#domain/plan.ts';
import { holds } from '#domain/risk/blocks.ts';
import type { Place } from '#domain/risk/finding.ts';
import { quoted } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { annotationDocument, annotationsOf } from './ingress.ts';

const letIn = ['whitelist-source-range', 'allowlist-source-range'];
const keptOut = ['denylist-source-range'];

/** Who may come at all: a list of those let in that is gone or wider, or one of those kept out that is gone or narrower. */
export const ingressSourceRange: Rule = {
  name: 'ingress-source-range',
  severity: 'high',
  sources: [annotationDocument('whitelist-source-range')],
  between: (before, after) => {
    if (after === undefined) return [];
    const [was, is] = [listed(before, letIn), listed(after, letIn)];
    const [wasOut, isOut] = [listed(before, keptOut), listed(after, keptOut)];
    const path = is.at ?? was.at ?? [];
    const outPath = isOut.at ?? wasOut.at ?? [];
    const lists = `from ${sayList(was)} to ${sayList(is)}`;
    return [
      ...(was.all.length > 0 && is.all.length === 0
        ? [{ says: `traffic from every address: the list of those let in is removed, which was ${sayList(was)}`, path }]
        : []),
      ...(was.all.length > 0 && is.all.length > 0 && !holds(was.all, is.all)
        ? [{ says: `traffic from more addresses: the list of those let in goes ${lists}`, path }]
        : []),
      ...(holds(isOut.all, wasOut.all)
        ? []
        : [
            {
              says: `traffic from addresses that were kept out: that list goes from ${sayList(wasOut)} to ${sayList(isOut)}`,
              path: outPath,
            },
          ]),
    ];
  },
};

type Listed = { readonly all: readonly string[]; readonly at: Place | undefined };

const sayList = ({ all }: Listed): string => quoted(all.join(','));

const listed = (object: Manifest, names: readonly string[]): Listed => {
  const annotations = annotationsOf(object).filter(({ name }) => names.includes(name));
  return {
    all: annotations.flatMap(({ value }) => value.split(/[\s,]+/)).filter((text) => text !== ''),
    at: annotations[0]?.path,
  };
};
