import { bitsOf, type Family } from '#domain/networkpolicy/cidr.ts';
import { overlap, type Ranges, union, without } from '#domain/networkpolicy/ranges.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { type Block, blocksOf, directions, policyDocument, way } from './network-policy.ts';

/** Addresses that a block left out before and that are let through now, however the blocks are cut. */
export const policyExceptRemoved: Rule = {
  name: 'policy-except-removed',
  severity: 'high',
  sources: [policyDocument('behavior-of-to-and-from-selectors')],
  between: (before, after) =>
    (after === undefined ? [] : directions).flatMap((direction) => {
      const was = blocksOf(before, direction);
      const is = after === undefined ? [] : blocksOf(after, direction);
      return (Object.keys(bitsOf) as Family[]).flatMap((family) => {
        const excepted = without(union(was.flatMap((one) => ofFamily(one.likelyHoles, family))), letBy(was, family));
        const lifted = is.find((one) => overlap(excepted, letBy([one], family)).length > 0);
        if (lifted === undefined) return [];
        const from = was.find((one) => overlap(ofFamily(one.likelyHoles, family), letBy([lifted], family)).length > 0);
        const says = `addresses let ${way(direction)} that were excepted from ${(from ?? lifted).text}`;
        return [{ says, path: lifted.path }];
      });
    }),
};

const ofFamily = (blocks: Block['holes'], family: Family): Ranges => blocks.filter((one) => one.family === family);

const letBy = (blocks: readonly Block[], family: Family): Ranges =>
  union(
    blocks
      .filter(({ cidr }) => cidr.family === family)
      .flatMap(({ cidr, holes }) => without([cidr], ofFamily(holes, family))),
  );
