import { describe, expect, test } from 'vitest';
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
