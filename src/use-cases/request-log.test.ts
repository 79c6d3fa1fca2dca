import { describe, expect, test, vi } from 'vitest';
import { bob, carol } from '#test/build/people.ts';
import { createWorld, file } from '#test/build/world.ts';
import { approveRequest, denyRequest } from './act-on-request.ts';
import { createHeads } from './heads.ts';
import { find } from './request-log.ts';

const denied = async () => {
  const world = createWorld();
  const bot = { ...world.bot, heads: createHeads() };
  const chain = await file({ ...world, bot });
  const { id } = chain.request.asked;
  await denyRequest(bot, { by: bob, id, revision: 1, reason: 'not now' });
  return { world, bot, id };
};

describe('a log that this process has seen', () => {
  test('and that was cut since is not believed: a denial cannot be undone by taking it away', async () => {
    const { world, bot, id } = await denied();
    const { store } = world;
    const cut = { ...bot, store: { ...store, read: async () => (await store.read(id)).slice(0, 1) } };
    expect(await approveRequest(cut, { by: carol, id, revision: 1 })).toMatchObject({ error: { type: 'broken-log' } });
    expect(world.alarms).toContain('The log of a request cannot be believed; nothing is done for it');
  });

  test('may have grown, and may be read by many at once', async () => {
    const { bot, id } = await denied();
    const found = await Promise.all(Array.from({ length: 20 }, () => find(bot, id)));
    expect(new Set(found.map(({ type }) => type))).toEqual(new Set(['found']));
  });
});

describe('what is committed is counted', () => {
  test('once, with its request and when it was; and what somebody else was first to is not', async () => {
    const world = createWorld();
    const countCommitted = vi.fn();
    const bot = { ...world.bot, countCommitted };
    const { request } = await file({ ...world, bot });
    const { id, submittedAt } = request.asked;
    expect(countCommitted).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ asked: expect.objectContaining({ id }) }),
      [expect.objectContaining({ type: 'submitted' })],
      submittedAt,
    );
    let conflicts = 2;
    const append: typeof bot.store.append = async (...lines) => {
      conflicts -= 1;
      return conflicts >= 0 ? { type: 'conflict' } : bot.store.append(...lines);
    };
    const busy = { ...bot, store: { ...bot.store, append } };
    await denyRequest(busy, { by: bob, id, revision: 1, reason: 'not now' });
    expect(conflicts).toBe(-1);
    expect(countCommitted).toHaveBeenCalledTimes(2);
    expect(countCommitted.mock.lastCall?.[1]).toEqual([expect.objectContaining({ type: 'denied' })]);
  });
});
