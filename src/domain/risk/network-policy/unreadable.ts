import { parseCidr } from '#domain/networkpolicy/cidr.ts';
import { asText, at, itemsAt, quoted } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { directions, peersOf, policyDocument, rulesOf, way } from './network-policy.ts';

/** Network plugins may read it as another block, or as all addresses; so it is looked at nowhere else as what keeps out. */
export const policyUnreadable: Rule = {
  name: 'policy-unreadable',
  severity: 'high',
  sources: [policyDocument('behavior-of-to-and-from-selectors')],
  inside: (object) =>
    directions.flatMap((direction) =>
      peersOf(rulesOf(object, direction), direction).flatMap(({ item, path }) => {
        const block = at(item, 'ipBlock') ?? null;
        if (block === null) return [];
        const texts = [
          { text: asText(at(block, 'cidr') ?? ''), path: [...path, 'ipBlock', 'cidr'] },
          ...itemsAt(block, 'except').map((hole) => ({
            text: asText(hole.item),
            path: [...path, 'ipBlock', ...hole.path],
          })),
        ];
        return texts
          .filter(({ text }) => parseCidr(text.trim()) === undefined)
          .map((one) => ({
            key: `${direction} ${one.text}`,
            says: `a block of addresses that cannot be read for sure, let ${way(direction)} or excepted: ${quoted(one.text)}`,
            path: one.path,
          }));
      }),
    ),
};
