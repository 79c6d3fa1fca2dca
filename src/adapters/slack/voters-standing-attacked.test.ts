import { expect, test } from 'vitest';
import { bob } from '#test/build/people.ts';
import { groups, policy, rule } from '#test/build/policy.ts';
import { createWorld, file } from '#test/build/world.ts';
import { approveRequest } from '#use-cases/act-on-request.ts';
import { votersStanding } from './voters-standing.ts';

test('a voter who never decides by now is not said to count on the card', async () => {
  const twoGroups = rule({
    approve: [
      { from: 'platform', count: 1 },
      { from: 'security', count: 1 },
    ],
    never: ['barred'],
  });
  const world = createWorld();
  world.settings.policy = policy({ rules: [twoGroups] });
  world.directory.groups.set('S02BARRED', new Set());
  world.settings.policy = {
    ...world.settings.policy,
    groups: new Map([...groups, ['barred', { type: 'slack-group', id: 'S02BARRED' }]]),
  };
  const filed = await file(world);
  const voted = await approveRequest(world.bot, { by: bob, id: filed.request.asked.id, revision: 1 });
  if (!voted.ok) throw new Error('Bob may vote');
  world.directory.groups.set('S02BARRED', new Set([bob]));
  const standing = await votersStanding(world.settings.policy, world.directory, voted.value);
  expect(standing?.get(bob) ?? []).toEqual([]);
});
