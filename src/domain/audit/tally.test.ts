import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RequestEvent } from '#domain/request/events.ts';
import { chainOf } from '#test/build/chains.ts';
import { target } from '#test/build/contents.ts';
import { alice, bob, carol, id } from '#test/build/people.ts';
import { activated, approved, ended, later, noon, submitted } from '#test/build/requests.ts';
import { createTop, spreadOf } from './figures.ts';
import { recordOf } from './record.ts';
import { createTally } from './tally.ts';

const voted = { type: 'voted', by: bob, revision: 1 } as const;
const day = { from: noon.subtract({ hours: 12 }), to: noon.add({ hours: 12 }) };
type Events = readonly [RequestEvent, ...RequestEvent[]];

const summaryOf = (all: readonly Events[], { now = later(60), period = day } = {}) => {
  const tally = createTally(period, now);
  for (const events of all)
    tally.take(recordOf(id(), chainOf(...events), { shown: { state: 'none' }, signatures: true, broken: undefined }));
  return tally.summary();
};

describe('a spread', () => {
  test('is by nearest rank', () => {
    expect(spreadOf([])).toBeUndefined();
    expect(spreadOf([7])).toEqual({ count: 1, median: 7, p90: 7, p99: 7, most: 7 });
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(spreadOf(hundred)).toEqual({ count: 100, median: 50, p90: 90, p99: 99, most: 100 });
  });

  test('names only what was measured, in order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 1 }), (values) => {
        const { count, median, p90, p99, most } = spreadOf(values) ?? { count: 0, median: 0, p90: 0, p99: 0, most: 0 };
        expect(count).toBe(values.length);
        for (const one of [median, p90, p99, most]) expect(values).toContain(one);
        expect([median, p90, p99, most]).toEqual([median, p90, p99, most].toSorted((one, other) => one - other));
        expect(most).toBe(Math.max(...values));
      }),
    );
  });
});

test('the greatest of many are kept, and how many there were', () => {
  const top = createTop<number>(3);
  for (let value = 0; value < 1_000; value += 1) top.offer(value, value);
  expect(top.list()).toEqual([999, 998, 997]);
  expect(top.seen()).toBe(1_000);
});

describe('a summary', () => {
  test('counts outcomes by kind, and what people did', () => {
    const summary = summaryOf([
      [submitted(), voted, approved, activated, ended],
      [submitted({ kind: 'open' }), { type: 'denied', by: carol, revision: 1, reason: 'no' }],
      [submitted({ requester: bob, subject: bob })],
    ]);
    expect(summary.requests).toBe(3);
    expect(summary.kinds).toEqual(['access', 'open']);
    expect(summary.outcomes.get('revoked')).toEqual(new Map([['access', 1]]));
    expect(summary.outcomes.get('denied')).toEqual(new Map([['open', 1]]));
    expect(summary.people.get(alice)).toEqual({ asked: 2, approved: 0, denied: 0, brokeGlass: 0 });
    expect(summary.people.get(bob)).toEqual({ asked: 1, approved: 1, denied: 0, brokeGlass: 0 });
    expect(summary.people.get(carol)).toEqual({ asked: 0, approved: 0, denied: 1, brokeGlass: 0 });
    // Two minutes to the approval, one to the denial.
    expect(summary.decisions).toMatchObject({ count: 2, median: 60_000, most: 120_000 });
    expect(summary.lag).toMatchObject({ count: 1, most: 12 });
    expect(summary.policies.get('p')).toMatchObject({ requests: 3 });
  });

  test('counts what people did within the period only', () => {
    const period = { from: noon.add({ seconds: 90 }), to: noon.add({ hours: 1 }) };
    const summary = summaryOf([[submitted(), voted, approved, activated, ended]], { period });
    expect(summary.requests).toBe(1);
    expect(summary.people.get(alice)).toBeUndefined();
    expect(summary.people.get(bob)).toBeUndefined();
    expect(summary.decisions?.count).toBe(1);
    expect(summary.policies.size).toBe(0);
  });

  test('lists break-glass with its review, and what is not reviewed yet', () => {
    const { approval } = submitted();
    const glass = submitted({ approval: { ...approval, breakGlass: { remindEvery: 60 } } });
    const taken: Events = [glass, { ...approved, by: [], auto: true }, activated, ended];
    const summary = summaryOf([
      taken,
      [...taken, { type: 'reviewed', by: bob, finding: 'not-justified', note: 'it could have waited' }],
      [glass, { ...approved, by: [], auto: true }, { type: 'failed', why: 'no' }],
    ]);
    expect(summary.brokenGlass.total).toBe(3);
    expect(summary.brokenGlass.list.filter(({ isOpen }) => isOpen)).toHaveLength(1);
    expect(summary.brokenGlass.list.flatMap(({ review }) => review?.finding ?? [])).toEqual(['not-justified']);
    // Nobody decided.
    expect(summary.decisions).toBeUndefined();
    expect(summary.people.get(alice)?.brokeGlass).toBe(3);
  });

  test('lists what ended late, and what is in force beyond its time', () => {
    const late = { type: 'end-delayed', why: 'the cluster is away' } as const;
    const summary = summaryOf(
      [
        [submitted(), voted, approved, activated, late, { ...ended, lagMilliseconds: 90_000 }],
        [submitted(), voted, approved, activated],
        [submitted(), voted, approved, activated, ended],
      ],
      { now: later(62) },
    );
    expect(summary.overdue.list.map(({ late: by, ended: at, why }) => [by, at === null, why])).toEqual([
      [1_800_000, true, ''],
      [90_000, false, 'the cluster is away'],
    ]);
    expect(summary.grants.total).toBe(3);
    expect(summary.grants.list[0]).toMatchObject({ seconds: 3_600, until: null });
  });

  test('lists misuse, and whether the grant was ended for it', () => {
    const misused: RequestEvent = {
      type: 'misused',
      operation: 'update',
      target: target(),
      risk: 'critical',
      findings: [],
    };
    const summary = summaryOf([[submitted(), voted, approved, activated, misused, { ...ended, cause: 'misused' }]]);
    expect(summary.misuses).toMatchObject({ total: 1, list: [{ kept: false }] });
  });
});
