import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  anyCluster,
  endOf,
  inBlock,
  letsThrough,
  networkOf,
  type Place,
  podsOf,
  readOf,
} from '#test/build/brute-network.ts';
import { parseCidr } from './cidr.ts';
import { blockReaches, reaches } from './reach.ts';

const outside = ['10.0.0.0', '10.0.0.1', '10.0.0.4', '10.0.0.7', '192.0.2.1', '2001:db8:0:0:0:0:0:2'];

test('every packet of every small cluster goes as a second implementation says', () => {
  let [passed, held] = [0, 0];
  fc.assert(
    fc.property(anyCluster, (cluster) => {
      const network = networkOf(cluster);
      const places: readonly Place[] = [...podsOf(cluster).map((pod) => ({ pod })), ...outside.map((ip) => ({ ip }))];
      const wrong: object[] = [];
      for (const from of places)
        for (const to of places) {
          const ends = { from: endOf(from), to: endOf(to) };
          for (const protocol of ['TCP', 'UDP', 'SCTP'] as const)
            for (const port of [80, 81, 82, 83]) {
              const expected = letsThrough(cluster, from, to, protocol, port);
              if (expected) passed += 1;
              else held += 1;
              if (reaches(network, ends.from, ends.to, protocol, port) !== expected)
                wrong.push({ from, to, protocol, port, expected });
            }
        }
      expect(wrong).toEqual([]);
    }),
    { numRuns: 150 },
  );
  // Both answers occur often, or nothing would have been compared.
  expect(Math.min(passed, held)).toBeGreaterThan(1_000);
});

test('a block reaches ports exactly when each of its addresses reaches each of them', () => {
  fc.assert(
    fc.property(anyCluster, fc.constantFrom('10.0.0.0/29', '10.0.0.4/30', '10.0.0.2/31'), (cluster, text) => {
      const block = parseCidr(text);
      if (block === undefined) throw new Error(text);
      const ips = Array.from({ length: 8 }, (_, last) => `10.0.0.${last}`).filter((ip) => inBlock(ip, text));
      for (const pod of podsOf(cluster))
        for (const [first, last] of [
          [80, 80],
          [80, 82],
          [79, 81],
        ] as const) {
          const ports = Array.from({ length: last - first + 1 }, (_, index) => first + index);
          const expected = ips.every((ip) => ports.every((port) => letsThrough(cluster, { ip }, { pod }, 'TCP', port)));
          const asked = [{ first: BigInt(first), last: BigInt(last) }];
          expect(blockReaches(networkOf(cluster), block, readOf(pod), 'TCP', asked)).toBe(expected);
        }
    }),
    { numRuns: 200 },
  );
});
