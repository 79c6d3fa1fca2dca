import { describe, expect, test } from 'vitest';
import { requestId } from '#domain/ids.ts';
import type { RequestEvent } from '#domain/request/events.ts';
import { chainOf } from '#test/build/chains.ts';
import { bob, dave } from '#test/build/people.ts';
import { activated, approved, ended, noon, submitted } from '#test/build/requests.ts';
import { planReplicas, planRound } from '#test/chaos/draw.ts';
import { type Case, judgeEffects, judgeLog } from '#test/chaos/judge.ts';
import { judgeAnswered, judgeFiling } from '#test/chaos/judge-filings.ts';
import { judgeEarly, judgeMisused } from '#test/chaos/judge-misuse.ts';
import { judgeHeld, judgeWrite, type Look } from '#test/chaos/judge-writes.ts';
import { groundOf, inLanes, stretchesOf } from '#test/chaos/lanes.ts';
import type { Misused } from '#test/chaos/misuse.ts';
import type { Done } from '#test/chaos/people.ts';
import type { Answer } from '#test/chaos/pipeline.ts';
import { type Ask, type Deed, pipeline, strikeKinds } from '#test/chaos/plan.ts';
import type { Sample } from '#test/chaos/seen.ts';
import type { Struck } from '#test/chaos/strikes.ts';

/** Everything that a round of chaos may come to is held against these: they must see what is wrong. */
const slack = { over: 'slack', twice: false } as const;
const ask: Ask = { nth: 0, kind: 'access', namespace: 'shop-front', seconds: 5, at: 0, ...slack };
const approvedBy = (by: string, at: number, isAcknowledged = true): Done => {
  const deed = { at, nth: 0, by, does: 'approve', twice: false } as unknown as Deed;
  return { deed, at, isAcknowledged };
};
/** In force between two moments, looked at every 100 ms for half a minute. Milliseconds. */
const inForce = (from: number, to: number): readonly Sample[] =>
  Array.from({ length: 300 }, (_, nth) => ({ at: nth * 100, inForce: nth * 100 >= from && nth * 100 < to }));
const seen = (samples: readonly Sample[], changed: Partial<Case> = {}): Case => ({
  ask,
  ids: [],
  done: [approvedBy('U0BOB', 1_000)],
  samples,
  answers: [],
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

describe('of what is asked over the API', () => {
  const over = { ...ask, over: 'api' } as const;
  const [id, other] = [requestId.parse('k7m2-qx'), requestId.parse('m4kt-2p')];
  const told = (status?: number, changed: Partial<Answer> = {}): Answer => ({
    at: 0,
    ...(status === undefined ? {} : { status, id }),
    ...changed,
  });
  const answered = (does: 'withdraw' | 'done' | 'look', status: number): Done => {
    const deed = { at: 0, nth: 0, by: pipeline, does, twice: false } as const;
    return { deed, at: 0, isAcknowledged: status === 200, answer: told(status) };
  };
  const asked = (changed: Partial<Case>): Case => seen([], { ask: over, ids: [id], done: [], ...changed });
  const emptied = { at: 0, kind: 'redis-emptied', lasts: 0, which: 0 } as const;

  test('one request of which it was told, however often, is as it must be, and so is one of which it was not', () => {
    const answers = [told(), told(503, { problem: 'not-tried' }), told(201), told(200)];
    expect(judgeFiling(asked({ answers, done: [answered('look', 200)] }), [])).toEqual([]);
    expect(judgeFiling(asked({ answers: [told()] }), [])).toEqual([]);
    expect(judgeFiling(asked({ answers: [told()], ids: [] }), [])).toEqual([]);
  });

  test.each<[string, Partial<Case>]>([
    ['what was acknowledged and is not there', { answers: [told(201)], ids: [] }],
    ['what was said to be there already and is not', { answers: [told(), told(200)], ids: [] }],
    ['what was filed twice', { answers: [told(), told(201)], ids: [id, other] }],
    ['what was filed twice and never acknowledged', { answers: [told()], ids: [id, other] }],
    ['two names for one', { answers: [told(201), told(200, { id: other })] }],
    ['what was filed anew for the same key', { answers: [told(201), told(201)] }],
    ['a refusal of what may be asked', { answers: [told(401)] }],
    ['that what is there is denied to be', { answers: [told(201)], done: [answered('look', 404)] }],
  ])('%s is seen', (_, changed) => {
    expect(judgeFiling(asked(changed), []).length).toBeGreaterThan(0);
  });

  test('what was acknowledged before Redis was emptied may be gone, and is there twice no more than ever', () => {
    expect(judgeFiling(asked({ answers: [told(201)], ids: [] }), [emptied])).toEqual([]);
    expect(judgeFiling(asked({ answers: [told(201)], ids: [id, other] }), [emptied])).toHaveLength(1);
  });

  test('what was taken back and acknowledged has to be in the log', () => {
    const log = chainOf(submitted(), { type: 'withdrawn', by: bob });
    expect(judgeAnswered(asked({ done: [answered('withdraw', 200)] }), log)).toEqual([]);
    expect(judgeAnswered(asked({ done: [answered('withdraw', 409)] }), chainOf(submitted()))).toEqual([]);
    const back: RequestEvent = { type: 'end-requested', by: bob, cause: 'done', reason: '' };
    const taken = chainOf(submitted(), { type: 'voted', by: bob, revision: 1 }, approved, back);
    expect(judgeAnswered(asked({ done: [answered('withdraw', 200), answered('done', 200)] }), taken)).toEqual([]);
    expect(judgeAnswered(asked({ done: [answered('withdraw', 200)] }), chainOf(submitted()))).toHaveLength(1);
    expect(judgeAnswered(asked({ done: [answered('done', 200)] }), log)).toHaveLength(1);
  });

  test('who answers for the pipeline does not decide on it', () => {
    const done = [approvedBy('U0CAROL', 1_000)];
    expect(judgeEffects(seen(inForce(1_200, 6_200), { done }), [])).toEqual([]);
    expect(judgeEffects(seen(inForce(1_200, 6_200), { ask: over, done }), [])).toHaveLength(1);
  });
});

describe('of what is misused', () => {
  const minute = 60_000;
  const vote = { type: 'voted', by: bob, revision: 1 } as const;
  /** In the log it is active from three minutes after noon on, until 32 after. */
  const log = chainOf(submitted(), vote, approved, activated);
  const tripped: RequestEvent = { type: 'tripped', rule: 'exec', does: 'revoke', evidence: [] };
  const trippedLog = chainOf(submitted(), vote, approved, activated, tripped);
  const at = (seconds: number): number => noon.epochMilliseconds + 3 * minute + seconds * 1_000;
  /** In force until then, looked at every second. Seconds after it was active. */
  const until = (seconds: number): readonly Sample[] =>
    Array.from({ length: 100 }, (_, nth) => ({ at: at(nth), inForce: nth < seconds }));
  const misused: Misused = { by: 'slack', from: at(10), to: at(10) };
  const struck = (kind: Struck['kind'], from: number, to: number): Struck => ({ kind, from: at(from), to: at(to) });
  const of = (seconds: number, changed: Partial<Case> = {}): Case => seen(until(seconds), { done: [], ...changed });

  test('what ended within six seconds is as it must be, and what went on is not', () => {
    expect(judgeMisused(of(11), log, [misused], [])).toEqual([]);
    expect(judgeMisused(of(30), log, [misused], [])).toEqual(['#0 was misused, and in force 7.0 s later']);
  });

  test('what is of another person, or a change, or began later, may go on', () => {
    expect(judgeMisused(of(30, { ask: { ...ask, over: 'api' } }), log, [misused], [])).toEqual([]);
    expect(judgeMisused(of(30, { ask: { ...ask, kind: 'change' } }), log, [misused], [])).toEqual([]);
    expect(judgeMisused(of(30), log, [{ ...misused, from: at(0), to: at(0) }], [])).toEqual([]);
  });

  test.each(['kill-watcher', 'kill-bot', 'kill-worker', 'redis-killed', 'redis-paused', 'api-500'] as const)(
    '%s keeps it until eleven seconds after it was mended, and no longer',
    (kind) => {
      const broken = [struck(kind, 11, 14)];
      expect(judgeMisused(of(25), log, [misused], broken)).toEqual([]);
      expect(judgeMisused(of(27), log, [misused], broken)).toHaveLength(1);
      expect(judgeMisused(of(18), log, [misused], [struck(kind, 1, 4)])).toHaveLength(1);
      expect(judgeMisused(of(18), log, [misused], [struck(kind, 18, 20)])).toHaveLength(1);
    },
  );

  test('an answer that was lost before keeps it as long as the connection is taken to be there', () => {
    const lost = [struck('redis-answer-lost', 6, 8)];
    expect(judgeMisused(of(22), log, [misused], lost)).toEqual([]);
    expect(judgeMisused(of(25), log, [misused], lost)).toHaveLength(1);
    expect(judgeMisused(of(18), log, [misused], [struck('redis-answer-lost', 3, 5)])).toHaveLength(1);
  });

  test.each(['slack-down', 'siem-stuck', 'kill-guard'] as const)('%s keeps it from nothing', (kind) => {
    expect(judgeMisused(of(18), log, [misused], [struck(kind, 9, 14)])).toHaveLength(1);
  });

  test('what nobody may have heard of may go on: Redis was emptied, the API server died with it, or sent it long enough', () => {
    for (const broken of [struck('redis-emptied', 1, 1), struck('api-killed', 11, 12), struck('kill-watcher', 9, 18)])
      expect(judgeMisused(of(60), log, [misused], [broken])).toEqual([]);
    expect(judgeMisused(of(60), log, [misused], [struck('api-killed', 1, 2)])).toHaveLength(1);
    const twice = [struck('kill-watcher', 9, 13), struck('redis-killed', 13, 18)];
    expect(judgeMisused(of(60), log, [misused], twice)).toEqual([]);
  });

  test('what was ended as misused has to have been, by just them, and while it was in force', () => {
    const began = until(20).map((one) => ({ ...one, at: one.at - 5_000 }));
    expect(judgeEarly(of(12), trippedLog, [misused])).toEqual([]);
    expect(judgeEarly(of(12), trippedLog, [])).toHaveLength(1);
    expect(judgeEarly(of(12, { ask: { ...ask, over: 'api' } }), trippedLog, [misused])).toHaveLength(1);
    const earlier = { ...misused, from: at(-9), to: at(-9) };
    const claimed = (seconds: number) => {
      const startedAt = noon.add({ minutes: 3 }).add({ seconds });
      return chainOf(submitted(), vote, approved, { ...activated, startedAt }, tripped);
    };
    expect(judgeEarly(of(12, { samples: began }), claimed(-5), [earlier])).toHaveLength(1);
    // Its time had begun, though its binding came later.
    expect(judgeEarly(of(12, { samples: began }), claimed(-10), [earlier])).toEqual([]);
  });

  test('what was gone before its time, by nobody, is seen', () => {
    const ending = {
      ...approvedBy(bob, 1_000),
      deed: { at: 0, nth: 0, by: 'U0BOB', does: 'revoke', twice: false },
    } as const;
    expect(judgeEarly(of(12), log, [])[0]).toContain('and nobody had ended it');
    expect(judgeEarly(of(12, { done: [ending] }), log, [])).toEqual([]);
    expect(judgeEarly(of(100), log, [])).toEqual([]);
  });
});

describe('of what is guarded', () => {
  const write = { nth: 0 };
  /** There from one moment until another, and maybe from a third on; looked at every 100 ms. Milliseconds. */
  const there = (from: number, to: number, again = Number.POSITIVE_INFINITY): readonly Look[] =>
    Array.from({ length: 100 }, (_, nth) => nth * 100).map((at) => ({
      at,
      isThere: (at >= from && at < to) || at >= again,
    }));
  const never = Number.POSITIVE_INFINITY;
  const held = (way: 'there' | 'back', ...done: readonly Done[]) => ({ way, done });
  const [agreed, denied] = [
    approvedBy('U0BOB', 1_000),
    { ...approvedBy('U0BOB', 1_000), deed: { at: 0, nth: 0, by: 'U0BOB', does: 'deny', twice: false } } as const,
  ];

  test('what was agreed to and then written, and written back once that was agreed to, is as it must be', () => {
    expect(judgeWrite({ write, held: [held('there', agreed)], looks: there(1_200, never) })).toEqual([]);
    expect(judgeWrite({ write, held: [held('there', denied)], looks: there(never, never) })).toEqual([]);
    const both = [held('there', agreed), held('back', approvedBy('U0CAROL', 3_000)), held('there')];
    expect(judgeWrite({ write, held: both, looks: there(1_200, 3_400) })).toEqual([]);
  });

  test.each<[string, Parameters<typeof judgeWrite>[0]['held'], readonly Look[]]>([
    ['what was written and never held', [], there(1_200, never)],
    ['what was written and only held', [held('there')], there(1_200, never)],
    ['what was written before it was agreed to', [held('there', agreed)], there(800, never)],
    ['what was written though it was denied', [held('there', denied)], there(1_200, never)],
    ['what somebody agreed to who may not', [held('there', approvedBy('U0FRANK', 1_000))], there(1_200, never)],
    ['what its author agreed to', [held('there', approvedBy('U0ALICE', 1_000))], there(1_200, never)],
    ['what went back by the leave to go there', [held('there', agreed)], there(1_200, 3_400)],
    [
      'a leave that was used twice',
      [held('there', agreed), held('back', approvedBy('U0BOB', 3_000)), held('there')],
      there(1_200, 3_400, 5_000),
    ],
  ])('%s is seen', (_, of, looks) => {
    expect(judgeWrite({ write, held: of, looks })).toHaveLength(1);
  });

  test('a log that says something twice, that has votes of nobody, or that does not end, is seen', () => {
    const id = requestId.parse('k7m2-qx');
    const vote = { type: 'voted', by: bob, revision: 1 } as const;
    const log = chainOf(submitted(), vote, { type: 'denied', by: bob, revision: 1, reason: 'no' });
    const of = (...done: readonly Done[]) => ({ id, done, isPutBack: false });
    expect(judgeHeld(of(approvedBy(bob, 1_000)), log)).toEqual([]);
    expect(judgeHeld(of(), log)).toHaveLength(1);
    const twice = { ...log, entries: [...log.entries, ...log.entries.slice(-1)] };
    expect(judgeHeld(of(approvedBy(bob, 1_000)), twice)).toHaveLength(1);
    const waiting = chainOf(submitted(), vote);
    expect(judgeHeld(of(approvedBy(bob, 1_000)), waiting)).toHaveLength(1);
    const applyBy = noon.add({ minutes: 15 });
    const agreed = chainOf(submitted(), vote, { type: 'approved', by: [bob], revision: 1, applyBy });
    expect(judgeHeld(of(approvedBy(bob, 1_000)), agreed)).toHaveLength(1);
    const putBack = { ...of(approvedBy(bob, 1_000)), isPutBack: true };
    expect(judgeHeld(putBack, agreed)).toEqual([]);
    expect(judgeHeld(putBack, waiting)).toHaveLength(1);
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
