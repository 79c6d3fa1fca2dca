import fc from 'fast-check';
import { expect, test } from 'vitest';
import { standing } from '#test/build/requests.ts';
import { type Requirement, type Standing, tally } from './quorum.ts';

const oneOfEach: readonly Requirement[] = [
  { from: 'platform', count: 1 },
  { from: 'security', count: 1 },
];

test('one person in two groups never satisfies "one from each group"', () => {
  expect(tally(oneOfEach, ['bob'], standing(['bob', 0, 1])).met).toBe(false);
  expect(tally(oneOfEach, ['bob', 'bob'], standing(['bob', 0, 1])).met).toBe(false);
});

test('two people satisfy "one from each group" in whichever order they come', () => {
  const both = standing(['bob', 0, 1], ['carol', 0]);
  expect(tally(oneOfEach, ['bob', 'carol'], both)).toEqual({ met: true, filled: [['carol'], ['bob']] });
  expect(tally(oneOfEach, ['carol', 'bob'], both)).toEqual({ met: true, filled: [['carol'], ['bob']] });
});

test('the same group named twice wants two people', () => {
  const twice = [
    { from: 'platform', count: 1 },
    { from: 'platform', count: 1 },
  ];
  expect(tally(twice, ['bob'], standing(['bob', 0, 1])).met).toBe(false);
  expect(tally(twice, ['bob', 'carol'], standing(['bob', 0, 1], ['carol', 0, 1])).met).toBe(true);
});

test('an empty quorum is never met', () => {
  expect(tally([], ['bob'], standing(['bob', 0])).met).toBe(false);
  expect(tally([], [], new Map()).met).toBe(false);
  expect(tally([{ from: 'platform', count: 0 }], ['bob'], standing(['bob', 0])).met).toBe(false);
});

test('whoever is in no group fills no place', () => {
  expect(tally(oneOfEach, ['mallory', 'trent'], standing(['mallory'])).met).toBe(false);
});

test('a vote too many does not undo a quorum that is met', () => {
  const one = [{ from: 'platform', count: 1 }];
  expect(tally(one, ['bob', 'carol'], standing(['bob', 0], ['carol', 0])).met).toBe(true);
});

/** Tries every way of giving each voter at most one place. */
const canBeMet = (wanted: readonly number[], voters: readonly string[], who: Standing): boolean => {
  if (wanted.every((count) => count === 0)) return true;
  const [voter, ...others] = voters;
  if (voter === undefined) return false;
  const seats = (who.get(voter) ?? []).filter((index) => (wanted[index] ?? 0) > 0);
  return (
    canBeMet(wanted, others, who) ||
    seats.some((seat) =>
      canBeMet(
        wanted.map((count, index) => (index === seat ? count - 1 : count)),
        others,
        who,
      ),
    )
  );
};

const people = ['ann', 'ben', 'cleo', 'dan', 'eve', 'fay'];
const situations = fc.record({
  counts: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }),
  memberships: fc.array(fc.uniqueArray(fc.nat(2), { maxLength: 3 }), { minLength: 6, maxLength: 6 }),
  voters: fc.array(fc.constantFrom(...people), { maxLength: 8 }),
});
const inSituation = ({ counts, memberships }: { counts: number[]; memberships: number[][] }) => ({
  requirements: counts.map((count, index) => ({ from: `group-${index}`, count })),
  who: new Map(people.map((name, index) => [name, memberships[index] ?? []])),
});

test('a quorum is met exactly when some way of seating the voters fills every place', () => {
  fc.assert(
    fc.property(situations, ({ voters, ...situation }) => {
      const { requirements, who } = inSituation(situation);
      const possible = canBeMet(situation.counts, [...new Set(voters)], who);
      expect(tally(requirements, voters, who).met).toBe(possible);
    }),
    { numRuns: 400 },
  );
});

test('everybody sits once, where they may, and nowhere else', () => {
  fc.assert(
    fc.property(situations, ({ voters, ...situation }) => {
      const { requirements, who } = inSituation(situation);
      const { filled } = tally(requirements, voters, who);
      const seated = filled.flat();
      expect(new Set(seated).size).toBe(seated.length);
      for (const [index, seats] of filled.entries()) {
        expect(seats.length).toBeLessThanOrEqual(situation.counts[index] ?? 0);
        for (const voter of seats) expect(who.get(voter)).toContain(index);
        for (const voter of seats) expect(voters).toContain(voter);
      }
    }),
  );
});

test('the order in which people vote changes nothing about whether a quorum is met', () => {
  const shuffled = situations.chain((situation) =>
    fc.record({
      situation: fc.constant(situation),
      order: fc.shuffledSubarray(situation.voters, { minLength: situation.voters.length }),
    }),
  );
  fc.assert(
    fc.property(shuffled, ({ situation, order }) => {
      const { requirements, who } = inSituation(situation);
      expect(tally(requirements, order, who).met).toBe(tally(requirements, situation.voters, who).met);
    }),
  );
});
