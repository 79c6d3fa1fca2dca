import { describe, expect, test } from 'vitest';
import { chainOf } from '#test/build/chains.ts';
import { bob, dave } from '#test/build/people.ts';
import { activated, approved, ended, submitted } from '#test/build/requests.ts';
import { type Case, judgeEffects, judgeLog } from '#test/chaos/judge.ts';
import { groundOf, inLanes, stretchesOf } from '#test/chaos/lanes.ts';
import type { Done } from '#test/chaos/people.ts';
import { type Ask, type Deed, planReplicas, planRound, strikeKinds } from '#test/chaos/plan.ts';
import type { Sample } from '#test/chaos/seen.ts';

/** Everything that a round of chaos may come to is held against these: they must see what is wrong. */
const ask: Ask = { nth: 0, kind: 'access', namespace: 'shop-front', seconds: 5, at: 0 };
const approvedBy = (by: string, at: number, isAcknowledged = true): Done => {
  const deed = { at, nth: 0, by, does: 'approve', twice: false } as unknown as Deed;
  return { deed, at, isAcknowledged };
};
/** In force between two moments, looked at every 100 ms for half a minute. Milliseconds. */
const inForce = (from: number, to: number): readonly Sample[] =>
  Array.from({ length: 300 }, (_, nth) => ({ at: nth * 100, inForce: nth * 100 >= from && nth * 100 < to }));
const seen = (samples: readonly Sample[], changed: Partial<Case> = {}): Case => ({
  ask,
  id: undefined,
  done: [approvedBy('U0BOB', 1_000)],
  samples,
  ...changed,
});

describe('by its effects', () => {
  test('what was approved and ended on time is as it must be', () => {
    expect(judgeEffects(seen(inForce(1_200, 6_200)), [])).toEqual([]);
    expect(judgeEffects(seen(inForce(0, 0)), [])).toEqual([]);
  });

  test('what was in force before anybody agreed is not', () => {
    expect(judgeEffects(seen(inForce(800, 5_800)), [])).toEqual(['#0 was in force before enough had agreed']);
    expect(judgeEffects(seen(inForce(1_200, 6_200), { done: [] }), [])).toHaveLength(1);
    expect(judgeEffects(seen(inForce(1_200, 6_200), { done: [approvedBy('U0ALICE', 1_000)] }), [])).toHaveLength(1);
  });

  test('where two have to agree one is not enough', () => {
    const two = { ...ask, namespace: 'shop-payments' } as const;
    expect(judgeEffects(seen(inForce(1_200, 6_200), { ask: two }), [])).toHaveLength(1);
    const done = [approvedBy('U0BOB', 1_000), approvedBy('U0DAN', 1_100)];
    expect(judgeEffects(seen(inForce(1_200, 6_200), { ask: two, done }), [])).toEqual([]);
  });

  test('what is in force six seconds beyond its time is not, and five are let pass', () => {
    expect(judgeEffects(seen(inForce(1_200, 11_000)), [])).toEqual([]);
    expect(judgeEffects(seen(inForce(1_200, 12_500)), [])[0]).toContain('was in force 11.1 s after it began, for 5 s');
  });

  test('a time in which nothing could be ended counts from its end on, and no other does', () => {
    expect(judgeEffects(seen(inForce(1_200, 14_000)), [{ from: 6_000, to: 10_000 }])).toEqual([]);
    expect(judgeEffects(seen(inForce(1_200, 16_500)), [{ from: 6_000, to: 10_000 }])).toHaveLength(1);
    expect(judgeEffects(seen(inForce(1_200, 14_000)), [{ from: 0, to: 2_000 }])).toHaveLength(1);
    expect(judgeEffects(seen(inForce(1_200, 14_000)), [{ from: 13_500, to: 15_000 }])).toHaveLength(1);
  });
});

describe('by its log', () => {
  const vote = { type: 'voted', by: bob, revision: 1 } as const;
  const whole = chainOf(submitted(), vote, approved, activated, ended);
  const one = seen(inForce(1_200, 6_200), { done: [approvedBy(bob, 1_000)] });

  test('what came and went once is as it must be', () => {
    expect(judgeLog(one, whole, [])).toEqual([]);
  });

  test.each<[string, Case, Pick<typeof whole, 'request' | 'entries'>]>([
    ['what is said twice', one, { ...whole, entries: [...whole.entries, ...whole.entries.slice(-1)] }],
    ['a vote of somebody who never clicked', { ...one, done: [] }, whole],
    ['a second vote of one person', one, { ...whole, entries: [...whole.entries, ...whole.entries.slice(1, 2)] }],
    ['what is not over', one, chainOf(submitted(), vote, approved, activated)],
    ['what was in force and never active', one, { ...whole, entries: whole.entries.slice(0, 2) }],
    [
      'a vote that was acknowledged and is not there',
      { ...one, done: [approvedBy(bob, 1_000), approvedBy('U0CAROL', 1_100)] },
      { ...whole, entries: [...whole.entries.slice(0, 2), ...whole.entries.slice(3)] },
    ],
  ])('%s is seen', (_, found, { request, entries }) => {
    expect(judgeLog(found, { ...whole, request, entries }, []).length).toBeGreaterThan(0);
  });

  test('whom nothing was promised lost nothing', () => {
    const unheard = { ...one, done: [approvedBy(bob, 1_000), approvedBy(dave, 1_100, false)] };
    expect(judgeLog(unheard, whole, [])).toEqual([]);
  });
});

test('a seed is one round, and in two hundred of them everything breaks', () => {
  expect(planRound(7)).toEqual(planRound(7));
  const struck = Array.from({ length: 200 }, (_, seed) => planRound(seed).strikes.map(({ kind }) => kind)).flat();
  expect(new Set(struck)).toEqual(new Set(strikeKinds));
  const replicas = Array.from({ length: 50 }, (_, seed) => planReplicas(seed));
  expect(new Set(replicas.map(({ workers }) => workers.length))).toEqual(new Set([1, 2, 3]));
  expect(new Set(replicas.map(({ bots }) => bots.length))).toEqual(new Set([1, 2]));
});

test('a seed has its ground whichever run it is played in, and no round is left out or played twice', async () => {
  expect(stretchesOf(1042, 20).map((seeds) => [seeds[0], seeds.length])).toEqual([
    [1042, 8],
    [1050, 10],
    [1060, 2],
  ]);
  expect(new Set(stretchesOf(1049, 3).flat().map(groundOf))).toEqual(new Set([1040, 1050]));
  let [now, most] = [0, 0];
  const played: number[] = [];
  await inLanes([1, 2, 3, 4, 5], 2, async (piece) => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setTimeout(resolve, 5));
    played.push(piece);
    now -= 1;
  });
  expect([most, played.toSorted()]).toEqual([2, [1, 2, 3, 4, 5]]);
});
