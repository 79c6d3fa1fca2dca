import { expect, test } from 'vitest';
import { alice, bob, id } from '#test/build/people.ts';
import { activated, approved, ended, grown, later, noon, pending, quorum } from '#test/build/requests.ts';
import { evolve } from './evolve.ts';
import { isDue, nextStep, stepAt } from './next-step.ts';

test('a pending request is owed an answer, and times out when there was none', () => {
  expect(nextStep(pending())).toEqual({ do: 'time-out', at: later(60) });
});

test('an approved request is owed its application at once', () => {
  expect(nextStep(grown(pending(), approved))).toEqual({ do: 'apply', at: later(1) });
});

test('an active grant is owed a warning before its end, and then its end at its expiry', () => {
  const active = grown(pending(), approved, activated);
  expect(nextStep(active)).toEqual({ do: 'warn', at: later(24.5) });
  expect(nextStep(grown(active, { type: 'warned' }))).toEqual({ do: 'end', at: later(32) });
});

test.each([
  ['4m59s', 299, undefined],
  ['5m', 300, 120],
  ['8m', 480, 120],
  ['20m', 1_200, 300],
  ['30m', 1_800, 450],
  ['40m', 2_400, 600],
  ['a day', 86_400, 600],
])('a grant of %s ends so many seconds after its warning', (_, length, before) => {
  const [startedAt, expiresAt] = [later(2), later(2).add({ seconds: length })];
  const step = nextStep(grown(pending(), approved, { ...activated, startedAt, expiresAt }));
  const at = before === undefined ? expiresAt : expiresAt.subtract({ seconds: before });
  expect(step).toEqual({ do: before === undefined ? 'end' : 'warn', at });
});

test('a warning whose time came only with the end, or after it, is none: the grant is ended', () => {
  const active = grown(pending(), approved, activated);
  expect(stepAt(active, later(31.9))).toEqual({ do: 'warn', at: later(24.5) });
  expect(stepAt(active, later(32))).toEqual({ do: 'end', at: later(32) });
  expect(stepAt(active, later(500))).toEqual({ do: 'end', at: later(32) });
});

test('nobody is warned of the end of what is being ended', () => {
  const done = grown(pending(), approved, activated, { type: 'end-requested', by: alice, cause: 'done', reason: '' });
  expect(stepAt(done, later(3))?.do).toBe('end');
  expect(evolve(done, { type: 'warned' }, later(9))).toHaveProperty('type', 'impossible');
});

test('an extension is owed what it goes on from to be ended, before everything else', () => {
  const before = { request: id('abcd-ef'), startedAt: noon, expiresAt: later(40) };
  const extension = grown(pending({ extends: before }), approved, activated);
  expect(nextStep(extension)).toEqual({ do: 'take-over', at: later(2) });
  const done = grown(extension, { type: 'end-requested', by: alice, cause: 'done', reason: '' });
  expect(nextStep(done)).toEqual({ do: 'take-over', at: later(2) });
  const alone = grown(extension, { type: 'took-over', request: before.request });
  expect(nextStep(alone)).toEqual({ do: 'warn', at: later(24.5) });
});

test('what was extended stays for five seconds beside what it goes on as, and not beyond its own end', () => {
  const extended = { type: 'extended', by: alice, request: id('abcd-ef') } as const;
  const early = grown(pending(), approved, activated, extended);
  expect(nextStep(early)).toEqual({ do: 'end', at: later(3).add({ seconds: 5 }) });
  const late = grown(pending(), approved, { ...activated, expiresAt: later(3).add({ seconds: 2 }) }, extended);
  expect(nextStep(late)).toEqual({ do: 'end', at: later(3).add({ seconds: 2 }) });
});

test('a grant that somebody ends is owed its end at once', () => {
  const ending = grown(pending(), approved, activated, { type: 'end-requested', by: alice, cause: 'done', reason: '' });
  expect(nextStep(ending)).toEqual({ do: 'end', at: later(3) });
});

test('a late end is still owed', () => {
  const late = grown(pending(), approved, activated, { type: 'end-delayed', why: 'no answer' });
  expect(nextStep(late)).toEqual({ do: 'end', at: later(32) });
});

test.each([
  ['revoked', grown(pending(), approved, activated, ended)],
  ['denied', grown(pending(), { type: 'denied', by: bob, revision: 1, reason: '' })],
  ['withdrawn', grown(pending(), { type: 'withdrawn', by: alice })],
  ['timed out', grown(pending(), { type: 'timed-out' })],
  ['lapsed', grown(pending(), approved, { type: 'lapsed', why: '' })],
  ['failed', grown(pending(), approved, { type: 'failed', why: '' })],
])('nothing is owed to a request that is %s', (_, request) => {
  expect(nextStep(request)).toBeUndefined();
});

test('a step is due at its very moment and not a nanosecond before', () => {
  const step = { do: 'end', at: later(32) } as const;
  expect(isDue(step, later(32))).toBe(true);
  expect(isDue(step, later(32).subtract({ nanoseconds: 1 }))).toBe(false);
});

test('a review is asked for after twice as long each time, up to a week, unless the rule itself says longer', () => {
  const pauses = (remindEvery: number, count: number): readonly number[] => {
    const { approval } = quorum(['platform', 1]);
    const taken = pending({ approval: { ...approval, breakGlass: { remindEvery } } });
    let over = grown(taken, { ...approved, by: [], auto: true }, activated, ended);
    return Array.from({ length: count }, () => {
      const before = over.reminded?.at ?? noon;
      const at = nextStep(over)?.at ?? expect.fail('nothing is due');
      const next = evolve(over, { type: 'reminded' }, at);
      if ('type' in next) throw new Error(next.type);
      over = next;
      return at.since(before).total('hours');
    });
  };
  expect(pauses(4 * 3_600, 9)).toEqual([4, 8, 16, 32, 64, 128, 168, 168, 168]);
  expect(pauses(200 * 3_600, 2)).toEqual([200, 200]);
});
