import fc from 'fast-check';
import { expect, test } from 'vitest';
import { standing } from '#test/build/requests.ts';
import { isTheirTurn, type Requirement, type Standing, tally, turnOf } from './quorum.ts';

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

const inSteps: readonly Requirement[] = [
  { from: 'platform', count: 1 },
  { from: 'security', count: 1, step: 2 },
];

test('a later step is filled only after those before it, and by somebody else', () => {
  const who = standing(['bob', 0], ['dan', 1], ['carol', 0, 1]);
  expect(tally(inSteps, ['dan'], who)).toEqual({ met: false, filled: [[], []] });
  expect(tally(inSteps, ['bob'], who)).toEqual({ met: false, filled: [['bob'], []] });
  expect(tally(inSteps, ['bob', 'dan'], who)).toEqual({ met: true, filled: [['bob'], ['dan']] });
  expect(tally(inSteps, ['carol'], who)).toEqual({ met: false, filled: [['carol'], []] });
  expect(tally(inSteps, ['bob', 'carol'], who).met).toBe(true);
});

test('whose turn it is', () => {
  const who = standing(['bob', 0], ['dan', 1], ['carol', 0, 1], ['eve']);
  const turn = (voters: readonly string[]) => turnOf(inSteps, voters, who).map(({ from }) => from);
  expect(turn([])).toEqual(['platform']);
  expect(turn(['bob'])).toEqual(['security']);
  expect(turn(['bob', 'dan'])).toEqual([]);
  const is = (voters: readonly string[], next: string) => isTheirTurn(inSteps, voters, next, who);
  expect([is([], 'bob'), is([], 'carol'), is([], 'dan'), is([], 'eve')]).toEqual([true, true, false, false]);
  expect([is(['bob'], 'dan'), is(['bob'], 'carol')]).toEqual([true, true]);
});

test('steps are met exactly as one after the other, whoever votes in whichever order', () => {
  fc.assert(
    fc.property(
      situations,
      fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 3, maxLength: 3 }),
      (situation, steps) => {
        const { requirements, who } = inSituation(situation);
        const staged = requirements.map((one, index) => ({ ...one, step: steps[index] ?? 1 }));
        const { filled, met } = tally(staged, situation.voters, who);
        const seated = filled.flat();
        expect(new Set(seated).size).toBe(seated.length);
        // No later step has anybody while an earlier one lacks somebody; and what is met is met without steps too.
        for (const [index, { step, count }] of staged.entries())
          if ((filled[index]?.length ?? 0) < count)
            for (const [other, later] of staged.entries()) if (later.step > step) expect(filled[other]).toEqual([]);
        if (met) expect(tally(requirements, situation.voters, who).met).toBe(true);
      },
    ),
    { numRuns: 400 },
  );
});

test('one more voter never takes a place away', () => {
  fc.assert(
    fc.property(situations, fc.constantFrom(...people), ({ voters, ...situation }, next) => {
      const { requirements, who } = inSituation(situation);
      const before = tally(requirements, voters, who);
      const after = tally(requirements, [...voters, next], who);
      expect(after.filled.flat().length).toBeGreaterThanOrEqual(before.filled.flat().length);
      if (before.met) expect(after.met).toBe(true);
    }),
  );
});
