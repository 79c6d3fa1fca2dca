import { bitsOf } from '#domain/networkpolicy/cidr.ts';
import { sizeOf } from '#domain/networkpolicy/ranges.ts';
import { blocksOf, directions, way } from './network-policy.ts';
import type { Rule } from './rule.ts';

/** Blocks that together are all there is: `0.0.0.0/0`, or its two halves. */
export const policyOpenBlock: Rule = {
  name: 'policy-open-block',
  severity: 'critical',
  inside: (object) =>
    directions.flatMap((direction) =>
      (['ipv4', 'ipv6'] as const).flatMap((family) => {
        const blocks = blocksOf(object, direction).filter(({ cidr }) => cidr.family === family);
        if (sizeOf(blocks.map(({ cidr }) => cidr)) < 1n << BigInt(bitsOf[family])) return [];
        const texts = [...new Set(blocks.map(({ text }) => text))].sort();
        return [
          {
            key: `${direction} ${family}`,
            says: `addresses that are all of ${family === 'ipv4' ? 'IPv4' : 'IPv6'}, let ${way(direction)}: ${texts.join(', ')}`,
          },
        ];
      }),
    ),
};
