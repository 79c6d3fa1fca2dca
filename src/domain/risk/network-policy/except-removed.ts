import { without } from '#domain/networkpolicy/ranges.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { blocksOf, directions, policyDocument, way } from './network-policy.ts';

/** Addresses that a block left out before and does not now. */
export const policyExceptRemoved: Rule = {
  name: 'policy-except-removed',
  severity: 'high',
  sources: [policyDocument('behavior-of-to-and-from-selectors')],
  between: (before, after) =>
    (after === undefined ? [] : directions).flatMap((direction) => {
      const was = blocksOf(before, direction);
      return (after === undefined ? [] : blocksOf(after, direction)).flatMap(({ text, cidr, holes, path }) => {
        const same = was.filter(
          (one) => one.cidr.family === cidr.family && one.cidr.first === cidr.first && one.cidr.last === cidr.last,
        );
        const isMore = same.length > 0 && same.every((one) => without(one.likelyHoles, holes).length > 0);
        return isMore ? [{ says: `addresses let ${way(direction)} that were excepted from ${text}`, path }] : [];
      });
    }),
};
