import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  anyChange,
  endOf,
  isIsolated,
  letsThrough,
  networkOf,
  type Place,
  podsOf,
  readOf,
} from '#test/build/brute-network.ts';
import { flowsWith, isIn } from '#test/build/packets.ts';
import { type Difference, differenceOf } from './difference.ts';
import type { Flow } from './flow.ts';

const outside = ['10.0.0.0', '10.0.0.1', '10.0.0.4', '10.0.0.6', '10.0.0.7', '10.0.0.8', '192.0.2.1'].concat(
  ['1', '2', '3', '4'].map((last) => `2001:db8:0:0:0:0:0:${last}`),
);

const found = (difference: ReturnType<typeof differenceOf>): Difference => {
  if (difference.ok) return difference.value;
  throw new Error(difference.error);
};

test('every packet of every small change opens or closes as a second implementation says, each in one flow', () => {
  const count = { opens: 0, closes: 0, same: 0 };
  fc.assert(
    fc.property(anyChange, ({ before, after }) => {
      const pods = podsOf(before);
      const difference = found(differenceOf(networkOf(before), networkOf(after), pods.map(readOf)));
      const places: readonly Place[] = [...pods.map((pod) => ({ pod })), ...outside.map((ip) => ({ ip }))];
      const wrong: object[] = [];
      for (const from of places)
        for (const to of places) {
          if (from.pod === to.pod) continue;
          const ends = { from: endOf(from), to: endOf(to) };
          for (const protocol of ['TCP', 'UDP', 'SCTP'] as const)
            for (const port of [1, 80, 81, 82, 83]) {
              const [was, is] = [before, after].map((cluster) => letsThrough(cluster, from, to, protocol, port));
              const change = was === is ? 'same' : is ? 'opens' : 'closes';
              count[change] += 1;
              const said = flowsWith(difference, { ...ends, protocol, port }).map((flow) => flow.change);
              if (said.join() !== (change === 'same' ? '' : change))
                wrong.push({ from, to, protocol, port, said, change });
            }
        }
      expect(wrong).toEqual([]);
    }),
    { numRuns: 200 },
  );
  expect(Math.min(count.opens, count.closes, count.same)).toBeGreaterThan(5_000);
});

test('pods become isolated, or are no longer, as a second implementation says', () => {
  const count = { isolated: 0, 'not-isolated': 0 };
  fc.assert(
    fc.property(anyChange, ({ before, after }) => {
      const pods = podsOf(before);
      const { isolation } = found(differenceOf(networkOf(before), networkOf(after), pods.map(readOf)));
      for (const direction of ['ingress', 'egress'] as const)
        for (const pod of pods) {
          const [was, is] = [before, after].map((cluster) =>
            isIsolated(cluster, direction === 'ingress' ? 'Ingress' : 'Egress', pod),
          );
          const change = is ? ('isolated' as const) : ('not-isolated' as const);
          if (was !== is) count[change] += 1;
          const said = isolation.filter(
            (one) => one.direction === direction && isIn({ type: 'pods', pods: one.pods }, endOf({ pod })),
          );
          expect(said.map((one) => one.change)).toEqual(was === is ? [] : [change]);
        }
    }),
    { numRuns: 300 },
  );
  expect(Math.min(...Object.values(count))).toBeGreaterThan(50);
});

test('neither the order of pods nor that of policies makes a difference', () => {
  fc.assert(
    fc.property(anyChange, ({ before, after }) => {
      const [was, is, pods] = [networkOf(before), networkOf(after), podsOf(before).map(readOf)];
      const turned = <T extends { readonly policies: readonly unknown[] }>(network: T): T => ({
        ...network,
        policies: network.policies.toReversed(),
      });
      expect(differenceOf(turned(was), turned(is), pods.toReversed())).toEqual(differenceOf(was, is, pods));
    }),
    { numRuns: 300 },
  );
});

test('what one change opens, the change back closes', () => {
  const turned = { opens: 'closes', closes: 'opens' } as const;
  fc.assert(
    fc.property(anyChange, ({ before, after }) => {
      const [was, is, pods] = [networkOf(before), networkOf(after), podsOf(before).map(readOf)];
      const [there, back] = [found(differenceOf(was, is, pods)), found(differenceOf(is, was, pods))];
      const opened = (flows: readonly Flow[], change: Flow['change']) =>
        flows.filter((flow) => flow.change === change).map(({ from, to, ports }) => ({ from, to, ports }));
      for (const change of ['opens', 'closes'] as const)
        expect(opened(back.flows, turned[change])).toEqual(opened(there.flows, change));
    }),
    { numRuns: 300 },
  );
});
