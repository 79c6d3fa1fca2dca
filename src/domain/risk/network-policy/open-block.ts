import { bitsOf } from '#domain/networkpolicy/cidr.ts';
import { sizeOf } from '#domain/networkpolicy/ranges.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { addressesIn, blocksOf, directions, policyDocument, way } from './network-policy.ts';

/** Blocks that together are all there is: `0.0.0.0/0`, or its two halves, or `::ffff:0:0/96`, which many read as the same. */
export const policyOpenBlock: Rule = {
  name: 'policy-open-block',
  severity: 'critical',
  sources: [policyDocument('behavior-of-to-and-from-selectors')],
  inside: (object) =>
    directions.flatMap((direction) =>
      (['ipv4', 'ipv6'] as const).flatMap((family) => {
        const blocks = blocksOf(object, direction).filter(({ cidr }) => addressesIn(cidr, family).length > 0);
        if (sizeOf(blocks.flatMap(({ cidr }) => addressesIn(cidr, family))) < 1n << BigInt(bitsOf[family])) return [];
        const texts = [...new Set(blocks.map(({ text }) => text))].sort();
        return [
          {
            key: `${direction} ${family}`,
            says: `addresses that are all of ${family === 'ipv4' ? 'IPv4' : 'IPv6'}, let ${way(direction)}: ${texts.join(', ')}`,
            path: blocks[0]?.path ?? [],
          },
        ];
      }),
    ),
};
