import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { alice, bob, dave, id } from '#test/build/people.ts';
import { activated, approved, ended, grown, later, noon, pending } from '#test/build/requests.ts';
import type { Submitted } from './events.ts';
import { extendedOf, extensionEnd, extensionWithin, reliefOf } from './extension.ts';
import type { Request } from './request.ts';

const hours = (count: number) => Temporal.Duration.from({ hours: count });
const twoHours = hours(2);
/** From 12:02 to 12:32. */
const active = grown(pending(), approved, activated);

const extendedBy = ({ asked, state }: Request) => {
  if (state.status !== 'active') throw new Error(`It is ${state.status}`);
  return extendedOf(asked, state);
};
const extension = (changed: Partial<Submitted> = {}) =>
  pending({ seconds: 600, extends: extendedBy(active), ...changed }).asked;

describe('how much longer', () => {
  test('it goes on is what is wanted, cut to what is left of the longest time from the first start', () => {
    const grant = { request: id(), startedAt: noon, expiresAt: later(90) };
    expect(extensionWithin(grant, twoHours, 600)).toEqual({ ok: true, value: 600 });
    expect(extensionWithin(grant, twoHours, 7_200)).toEqual({ ok: true, value: 1_800 });
  });

  test.each([
    [60, true],
    [59, false],
    [0, false],
    [-600, false],
  ])('is refused where %d seconds are left of the longest time: %s is the other answer', (left, may) => {
    const grant = { request: id(), startedAt: noon, expiresAt: later(120).subtract({ seconds: left }) };
    const within = extensionWithin(grant, twoHours, 600);
    expect(within).toEqual(
      may
        ? { ok: true, value: 60 }
        : { ok: false, error: { type: 'at-maximum', longest: twoHours, reachedAt: later(120) } },
    );
  });
});

describe('the end of an extension', () => {
  const end = (asked = extension(), before = active, longest = twoHours, now = later(20)) =>
    extensionEnd(asked, before, longest, now);

  test('is counted from the end of the grant before it, whenever it is applied', () => {
    expect(end()).toEqual({ ok: true, value: later(42) });
    expect(end(extension(), active, twoHours, later(31.9))).toEqual({ ok: true, value: later(42) });
  });

  test('is cut to what the rule gives now', () => {
    expect(end(extension({ seconds: 7_200 }))).toEqual({ ok: true, value: later(122) });
    expect(end(extension(), active, Temporal.Duration.from({ minutes: 35 }))).toEqual({ ok: true, value: later(37) });
    expect(end(extension(), active, Temporal.Duration.from({ minutes: 30 }))).toMatchObject({
      error: expect.stringMatching(/30m in all.*12:32:00Z/),
    });
  });

  test.each([
    ['ended', grown(active, ended)],
    ['being ended', grown(active, { type: 'end-requested', by: bob, cause: 'revoked', reason: '' })],
    ['extended by another one', grown(active, { type: 'extended', by: alice, request: id('abcd-ef') })],
    ['not yet in force', grown(pending(), approved)],
  ])('is none where the grant is %s', (_, before) => {
    expect(end(extension(), before)).toMatchObject({ ok: false, error: expect.stringContaining('not in force') });
  });

  test('is none once the time of the grant is over, though its log does not say so yet', () => {
    expect(end(extension(), active, twoHours, later(32))).toMatchObject({ ok: false });
  });

  test.each<[string, Partial<Submitted>]>([
    ['another start', { extends: { ...extendedBy(active), startedAt: later(20) } }],
    ['another end', { extends: { ...extendedBy(active), expiresAt: later(60) } }],
    ['another grant', { extends: { ...extendedBy(active), request: id('abcd-ef') } }],
    ['something else', { ask: { profile: 'cluster-admin', objects: [] } }],
    ['another place', { namespace: 'bank' }],
    ['another cluster', { cluster: 'other' }],
    ['somebody else', { subject: dave }],
    ['a request of somebody else', { requester: dave }],
  ])('is none where it says %s than the grant before it', (_, changed) => {
    expect(end(extension(changed))).toMatchObject({ ok: false, error: expect.stringContaining('something else') });
  });
});

/** One after another, as people ask and workers apply. */
type Asked = { readonly wanted: number; readonly appliedBefore: number };
const extendAll = (longest: Temporal.Duration, asks: readonly Asked[]) => {
  let grant = grown(pending(), approved, activated);
  const ends: Temporal.Instant[] = [];
  for (const { wanted, appliedBefore } of asks) {
    const before = extendedBy(grant);
    const seconds = extensionWithin(before, longest, wanted);
    if (!seconds.ok) break;
    const asked = pending({ seconds: seconds.value, extends: before });
    const startedAt = before.expiresAt.subtract({ seconds: appliedBefore });
    const expiresAt = extensionEnd(asked.asked, grant, longest, startedAt);
    if (!expiresAt.ok) throw new Error(expiresAt.error);
    grant = grown(asked, approved, { ...activated, startedAt, expiresAt: expiresAt.value });
    ends.push(expiresAt.value);
  }
  return ends;
};

test('extended twenty times, for however long and whenever applied, it never outlasts the longest time', () => {
  const ask = fc.record({
    wanted: fc.integer({ min: 1, max: 90_000 }),
    appliedBefore: fc.integer({ min: 1, max: 60 }),
  });
  const longest = fc.integer({ min: 1_800, max: 90_000 });
  fc.assert(
    fc.property(longest, fc.array(ask, { minLength: 20, maxLength: 20 }), (seconds, asks) => {
      const last = later(2).add({ seconds });
      for (const end of extendAll(Temporal.Duration.from({ seconds }), asks))
        expect(Temporal.Instant.compare(end, last)).toBeLessThanOrEqual(0);
    }),
  );
});

test('extended by all that is left it ends with the longest time, and is not extended again', () => {
  const asks = Array.from({ length: 20 }, () => ({ wanted: 1_800, appliedBefore: 10 }));
  expect(extendAll(twoHours, asks)).toEqual([later(62), later(92), later(122)]);
});

describe('once an extension is in force', () => {
  const own = id('abcd-ef');
  test('the grant before it is to be ended, and then needs nothing more', () => {
    expect(reliefOf(active, own)).toBe('end-it');
    const extended = grown(active, { type: 'extended', by: alice, request: own });
    expect(reliefOf(extended, own)).toBe('relieved');
    expect(reliefOf(grown(extended, { ...ended, cause: 'extended' }), own)).toBe('relieved');
    expect(reliefOf(grown(active, ended), own)).toBe('relieved');
  });

  test.each([
    ['revoked', { type: 'end-requested', by: bob, cause: 'revoked', reason: '' }],
    ['given back', { type: 'end-requested', by: alice, cause: 'done', reason: '' }],
    ['extended by another one', { type: 'extended', by: alice, request: id('2345-67') }],
  ] as const)('and the grant was %s at the same moment, the extension is ended', (_, event) => {
    const ending = grown(active, event);
    expect(reliefOf(ending, own)).toHaveProperty('unsafe');
    const cause = event.type === 'extended' ? 'extended' : event.cause;
    expect(reliefOf(grown(ending, { ...ended, cause }), own)).toHaveProperty('unsafe');
  });
});
