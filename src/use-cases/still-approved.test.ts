import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { GroupSource } from '#domain/policy/policy.ts';
import { tally } from '#domain/quorum.ts';
import { bob, carol } from '#test/build/people.ts';
import { isStillApproved, type Wanted } from './still-approved.ts';

const groups = new Map<string, GroupSource>([
  ['platform', { type: 'slack-group', id: 'S0PLATFORM' }],
  ['security', { type: 'slack-group', id: 'S0SECURITY' }],
  ['oncall', { type: 'people', people: [bob] }],
]);
const names = [...groups.keys()];
const wanted = fc
  .record({
    quorum: fc
      .subarray(names, { minLength: 1, maxLength: 2 })
      .chain((from) =>
        fc.tuple(...from.map((one) => fc.record({ from: fc.constant(one), count: fc.constantFrom(1, 2) }))),
      ),
    never: fc.subarray(names, { maxLength: 1 }),
  })
  .map((one): Wanted => ({ ...one, groups }));
/** Who is in Slack's groups; in `oncall` is bob. */
const membership = fc.record({
  platform: fc.subarray([bob, carol]),
  security: fc.subarray([bob, carol]),
  oncall: fc.constant([bob]),
});
type Membership = typeof membership extends fc.Arbitrary<infer M> ? M : never;

const isMade = ({ quorum, never }: Wanted, by: readonly (typeof bob)[], real: Membership): boolean => {
  const isIn = (person: typeof bob, name: string): boolean =>
    Object.entries(real).some(([group, people]) => group === name && people.includes(person));
  const standing = by.map((person) => {
    const counts = quorum.flatMap(({ from }, index) => (isIn(person, from) ? [index] : []));
    return [person, never.some((name) => isIn(person, name)) ? [] : counts] as const;
  });
  return tally(quorum, by, new Map(standing)).met;
};

test('what is said to be certain of who approved is so, and with all groups told everything is certain', () => {
  const people = fc.subarray([bob, carol], { minLength: 1 });
  fc.assert(
    fc.property(wanted, wanted, people, membership, (then, now, by, real) => {
      fc.pre(isMade(then, by, real));
      const truth = isMade(now, by, real);
      const judged = isStillApproved(by, then, now, new Map());
      if (typeof judged === 'boolean') expect(judged).toBe(truth);
      else expect(judged.length).toBeGreaterThan(0);
      const told = new Map([
        ['S0PLATFORM', new Set(real.platform)],
        ['S0SECURITY', new Set(real.security)],
      ]);
      expect(isStillApproved(by, then, now, told)).toBe(truth);
      expect(isStillApproved(by, then, then, new Map())).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('a group that the policy has no more says nothing of then', () => {
  const then = { quorum: [{ from: 'gone', count: 1 }], never: [], groups };
  const now = { quorum: [{ from: 'oncall', count: 1 }], never: [], groups };
  expect(isStillApproved([bob], then, now, new Map())).toBe(true);
  expect(isStillApproved([carol], then, now, new Map())).toBe(false);
});
