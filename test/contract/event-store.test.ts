import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createRedisClock } from '#adapters/redis/clock.ts';
import { createRedisEventStore } from '#adapters/redis/event-store.ts';
import type { RequestId } from '#domain/ids.ts';
import { ada, anId, at, ben, index, startTestRedis, type TestRedis } from '#test/contract/parts/redis.ts';
import { createMemoryClock } from '#test/memory/clock.ts';
import { createMemoryEventStore } from '#test/memory/event-store.ts';
import type { EventStore } from '#use-cases/ports.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());

const stores: Record<string, () => Promise<EventStore>> = {
  'in memory': async () => createMemoryEventStore(createMemoryClock()),
  'in Redis': async () => {
    const connection = redis.connect();
    await connection.flushall();
    return createRedisEventStore(connection, createRedisClock(connection));
  },
};

describe.each(Object.entries(stores))('an event store %s', (_, create) => {
  let store: EventStore;
  beforeEach(async () => {
    store = await create();
  });

  test('knows nothing of an id that was never filed', async () => {
    expect(await store.read(anId())).toEqual([]);
    expect(await store.due(at(0), 10)).toEqual([]);
    expect(await store.countPending(ada)).toEqual({ total: 0, own: 0, unasked: 0 });
  });

  test('gives back the lines of all appends in their order, whatever characters are in them', async () => {
    const id = anId();
    expect(await store.append(id, 0, ['one', 'zwei: ü ✓ \u2028 {"a":"\\n"}'], index())).toEqual({ type: 'appended' });
    expect(await store.append(id, 2, ['', 'four'], index())).toEqual({ type: 'appended' });
    expect(await store.read(id)).toEqual(['one', 'zwei: ü ✓ \u2028 {"a":"\\n"}', '', 'four']);
  });

  test('tells how long logs are, in the order in which it was asked', async () => {
    const [one, two] = [anId(), anId()];
    await store.append(one, 0, ['a'], index());
    await store.append(two, 0, ['a', 'b', 'c'], index());
    expect(await store.lengths([two, anId(), one])).toEqual([3, 0, 1]);
    expect(await store.lengths([])).toEqual([]);
  });

  test.each([0, 1, 3])(
    'refuses an append that expects version %i of a log of two, and changes nothing',
    async (version) => {
      const id = anId();
      await store.append(id, 0, ['one', 'two'], index());
      const late = index({ status: 'denied', people: [ben] });
      expect(await store.append(id, version, ['other'], late)).toEqual({ type: 'conflict' });
      expect(await store.read(id)).toEqual(['one', 'two']);
      expect(await store.inStatus('pending', 10)).toEqual([id]);
      expect(await store.inStatus('denied', 10)).toEqual([]);
      expect(await store.ofPerson(ben, 10)).toEqual([]);
    },
  );

  test('lets exactly one of a hundred simultaneous appends to one version win', async () => {
    const id = anId();
    await store.append(id, 0, ['first'], index());
    const results = await Promise.all(
      Array.from({ length: 100 }, (_, number) => store.append(id, 1, [`click ${number}`], index())),
    );
    expect(results.filter(({ type }) => type === 'appended')).toHaveLength(1);
    expect(results.filter(({ type }) => type === 'conflict')).toHaveLength(99);
    const winner = results.findIndex(({ type }) => type === 'appended');
    expect(await store.read(id)).toEqual(['first', `click ${winner}`]);
  });

  test('lists what is due, the longest overdue first, up to now and up to the limit', async () => {
    const [late, later, latest, unowed] = [anId(), anId(), anId(), anId()];
    await store.append(latest, 0, ['a'], index({ dueAt: at(30) }));
    await store.append(late, 0, ['a'], index({ dueAt: at(10) }));
    await store.append(later, 0, ['a'], index({ dueAt: at(20) }));
    await store.append(unowed, 0, ['a'], index());
    expect(await store.due(at(9), 10)).toEqual([]);
    expect(await store.due(at(20), 10)).toEqual([late, later]);
    expect(await store.due(at(60), 2)).toEqual([late, later]);
    expect(await store.due(at(60), 10)).toEqual([late, later, latest]);
  });

  test('lists apart of what people are to be told, and moves and forgets that with the next append', async () => {
    const [told, done] = [anId(), anId()];
    await store.append(told, 0, ['a'], index({ newsAt: at(10), dueAt: at(50) }));
    await store.append(done, 0, ['a'], index({ dueAt: at(10) }));
    expect([await store.due(at(20), 10), await store.news(at(20), 10)]).toEqual([[done], [told]]);
    expect(await store.news(at(20), 0)).toEqual([]);
    expect(await store.due(at(60), 10)).toEqual([done, told]);
    await store.append(told, 1, ['b'], index({ newsAt: at(30), dueAt: at(50) }));
    expect([await store.news(at(29), 10), await store.news(at(30), 10)]).toEqual([[], [told]]);
    await store.append(told, 2, ['c'], index({ dueAt: at(50) }));
    expect([await store.due(at(60), 10), await store.news(at(60), 10)]).toEqual([[done, told], []]);
  });

  test('moves and forgets a due time with the next append', async () => {
    const id = anId();
    await store.append(id, 0, ['a'], index({ dueAt: at(10) }));
    await store.append(id, 1, ['b'], index({ status: 'active', dueAt: at(20) }));
    expect(await store.due(at(15), 10)).toEqual([]);
    expect(await store.due(at(25), 10)).toEqual([id]);
    await store.append(id, 2, ['c'], index({ status: 'revoked' }));
    expect(await store.due(at(99), 10)).toEqual([]);
  });

  test('keeps a request in its latest status only, the latest submitted first', async () => {
    const [old, young] = [anId(), anId()];
    await store.append(young, 0, ['a'], index({ submittedAt: at(5) }));
    await store.append(old, 0, ['a'], index({ submittedAt: at(1) }));
    expect(await store.inStatus('pending', 10)).toEqual([young, old]);
    expect(await store.inStatus('pending', 1)).toEqual([young]);
    await store.append(young, 1, ['b'], index({ status: 'approved', submittedAt: at(5) }));
    await store.append(young, 2, ['c'], index({ status: 'active', submittedAt: at(5) }));
    expect(await store.inStatus('pending', 10)).toEqual([old]);
    expect(await store.inStatus('approved', 10)).toEqual([]);
    expect(await store.inStatus('active', 10)).toEqual([young]);
  });

  test('keeps what is to be reviewed until it is, whatever else becomes of it', async () => {
    const [old, young] = [anId(), anId()];
    await store.append(old, 0, ['a'], index({ submittedAt: at(1), toReview: true }));
    await store.append(young, 0, ['a'], index({ submittedAt: at(2), toReview: true }));
    await store.append(anId(), 0, ['a'], index());
    expect(await store.toReview(10)).toEqual([old, young]);
    expect(await store.toReview(1)).toEqual([old]);
    await store.append(old, 1, ['b'], index({ submittedAt: at(1), status: 'revoked', toReview: true }));
    await store.append(young, 1, ['b'], index({ submittedAt: at(2), status: 'revoked' }));
    expect(await store.toReview(10)).toEqual([old]);
  });

  test('lets nobody have more of what nobody approved than they may, also at once', async () => {
    const own = index({ people: [ada], atMost: 3 });
    const ids = Array.from({ length: 8 }, anId);
    const results = await Promise.all(ids.map((id) => store.append(id, 0, ['a'], own)));
    expect(results.filter(({ type }) => type === 'appended')).toHaveLength(3);
    expect(results.filter(({ type }) => type === 'full')).toHaveLength(5);
    expect(await store.append(anId(), 0, ['a'], index({ people: [ben], atMost: 3 }))).toEqual({ type: 'appended' });
    expect((await store.countPending(ada)).unasked).toBe(3);
    const [one = anId()] = ids.filter((_, at) => results[at]?.type === 'appended');
    // What is there already goes on, and one that is over makes room.
    expect(await store.append(one, 1, ['b'], own)).toEqual({ type: 'appended' });
    expect(await store.append(one, 2, ['c'], index({ people: [ada], status: 'revoked' }))).toEqual({
      type: 'appended',
    });
    expect(await store.append(anId(), 0, ['a'], own)).toEqual({ type: 'appended' });
    expect(await store.append(anId(), 0, ['a'], own)).toEqual({ type: 'full' });
  });

  test('counts what a pipeline or agent has apart from what its person has, and one of another', async () => {
    const [own, theirs, another] = [{}, { caller: 'deploy-shop' }, { caller: 'helper' }].map((of) =>
      index({ people: [ada], atMost: 2, ...of }),
    );
    for (const one of [theirs, theirs, another]) await store.append(anId(), 0, ['a'], one ?? index());
    expect(await store.append(anId(), 0, ['a'], theirs ?? index())).toEqual({ type: 'full' });
    expect(await store.append(anId(), 0, ['a'], own ?? index())).toEqual({ type: 'appended' });
    expect((await store.countPending(ada)).unasked).toBe(1);
    expect((await store.countPending(ada, 'deploy-shop')).unasked).toBe(2);
    expect((await store.countPending(ada, 'helper')).unasked).toBe(1);
  });

  test('gives page after page of what is in a status and of what is to be reviewed, and none beyond the last', async () => {
    const ids = [anId(), anId(), anId(), anId(), anId()];
    for (const [minute, id] of ids.entries())
      await store.append(id, 0, ['a'], index({ submittedAt: at(minute), toReview: true }));
    const pagesOf = (page: (limit: number, skip: number) => Promise<readonly RequestId[]>) =>
      Promise.all([0, 2, 4, 6].map((skip) => page(2, skip)));
    const inOrder = (all: readonly RequestId[]) => [all.slice(0, 2), all.slice(2, 4), all.slice(4), []];
    expect(await pagesOf((limit, skip) => store.toReview(limit, skip))).toEqual(inOrder(ids));
    expect(await pagesOf((limit, skip) => store.inStatus('pending', limit, skip))).toEqual(inOrder(ids.toReversed()));
  });

  test('finds a request by each person that it concerns, the latest submitted first', async () => {
    const [both, own] = [anId(), anId()];
    await store.append(both, 0, ['a'], index({ people: [ada, ben], submittedAt: at(1) }));
    await store.append(own, 0, ['a'], index({ people: [ada], submittedAt: at(2) }));
    expect(await store.ofPerson(ada, 10)).toEqual([own, both]);
    expect(await store.ofPerson(ada, 1)).toEqual([own]);
    expect(await store.ofPerson(ben, 10)).toEqual([both]);
    await store.append(both, 1, ['b'], index({ people: [ada, ben], status: 'revoked', submittedAt: at(1) }));
    expect(await store.ofPerson(ben, 10)).toEqual([both]);
  });

  test('finds what is active of a person, the latest submitted first, and nothing else of theirs or of others', async () => {
    const [first, second, third, over, others] = [anId(), anId(), anId(), anId(), anId()];
    const active = { status: 'active' } as const;
    expect(await store.activeOf(ada, 10)).toEqual([]);
    await store.append(third, 0, ['a'], index({ ...active, people: [ada], submittedAt: at(3) }));
    await store.append(first, 0, ['a'], index({ ...active, people: [ada, ben], submittedAt: at(1) }));
    await store.append(second, 0, ['a'], index({ ...active, people: [ben, ada], submittedAt: at(2) }));
    await store.append(over, 0, ['a'], index({ ...active, people: [ada], submittedAt: at(4) }));
    await store.append(over, 1, ['b'], index({ status: 'completed', people: [ada], submittedAt: at(4) }));
    await store.append(others, 0, ['a'], index({ ...active, people: [ben], submittedAt: at(5) }));
    await store.append(anId(), 0, ['a'], index({ people: [ada], submittedAt: at(6) }));
    expect(await store.activeOf(ada, 10)).toEqual([third, second, first]);
    expect(await store.activeOf(ada, 2)).toEqual([third, second]);
    expect(await store.activeOf(ada, 0)).toEqual([]);
    expect(await store.activeOf(ben, 10)).toEqual([others, second, first]);
  });

  test('counts what is pending in total and for its requester, not for its subject', async () => {
    const decided = anId();
    await store.append(anId(), 0, ['a'], index({ people: [ada, ben] }));
    await store.append(decided, 0, ['a'], index({ people: [ada] }));
    await store.append(anId(), 0, ['a'], index({ people: [ben] }));
    expect(await store.countPending(ada)).toMatchObject({ total: 3, own: 2 });
    await store.append(decided, 1, ['b'], index({ people: [ada], status: 'withdrawn' }));
    expect(await store.countPending(ada)).toMatchObject({ total: 2, own: 1 });
    expect(await store.countPending(ben)).toMatchObject({ total: 2, own: 1 });
  });

  test('answers a repeated filing with the id of the first, and files nothing', async () => {
    const [first, again, other] = [anId(), anId(), anId()];
    expect(await store.append(first, 0, ['a'], index(), 'form 1')).toEqual({ type: 'appended' });
    expect(await store.append(again, 0, ['a'], index(), 'form 1')).toEqual({ type: 'filed-before', id: first });
    expect(await store.read(again)).toEqual([]);
    expect(await store.filedFor('form 1')).toBe(first);
    expect(await store.filedFor('form 2')).toBeUndefined();
    expect(await store.inStatus('pending', 10)).toEqual([first]);
    expect(await store.append(other, 0, ['a'], index(), 'form 2')).toEqual({ type: 'appended' });
  });

  test('files one of twenty simultaneous filings of the same form', async () => {
    const ids = Array.from({ length: 20 }, anId);
    const results = await Promise.all(ids.map((id) => store.append(id, 0, ['a'], index(), 'form')));
    const winner = ids[results.findIndex(({ type }) => type === 'appended')];
    expect(results.filter(({ type }) => type === 'appended')).toHaveLength(1);
    expect(results.filter((result) => result.type === 'filed-before' && result.id === winner)).toHaveLength(19);
  });

  test('does not remember the origin of a filing that met a taken id', async () => {
    const [taken, free] = [anId(), anId()];
    await store.append(taken, 0, ['a'], index());
    expect(await store.append(taken, 0, ['b'], index(), 'form')).toEqual({ type: 'conflict' });
    expect(await store.append(free, 0, ['b'], index(), 'form')).toEqual({ type: 'appended' });
  });

  test('lists what was not shown until it is said to be shown in the version that there is', async () => {
    const id = anId();
    await store.append(id, 0, ['a'], index());
    await store.append(id, 1, ['b'], index());
    expect(await store.unshown(10)).toEqual([id]);
    await store.markShown(id, 1);
    expect(await store.unshown(10)).toEqual([id]);
    await store.markShown(id, 2);
    expect(await store.unshown(10)).toEqual([]);
    await store.append(id, 2, ['c'], index());
    expect(await store.unshown(10)).toEqual([id]);
  });

  test('gives no more than the limit, and nothing for a limit of none', async () => {
    for (let filed = 0; filed < 3; filed += 1)
      await store.append(anId(), 0, ['a'], index({ dueAt: at(1), toReview: true }));
    for (const limit of [0, 2]) {
      expect(await store.unshown(limit)).toHaveLength(limit);
      expect(await store.due(at(5), limit)).toHaveLength(limit);
      expect(await store.inStatus('pending', limit)).toHaveLength(limit);
      expect(await store.toReview(limit)).toHaveLength(limit);
      expect(await store.ofPerson(ada, limit)).toHaveLength(limit);
    }
  });
});
