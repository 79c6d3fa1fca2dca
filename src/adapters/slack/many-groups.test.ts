import { expect, test } from 'vitest';
import { personId } from '#domain/ids.ts';
import type { GroupSource } from '#domain/policy/policy.ts';
import { everything } from '#test/build/conditions.ts';
import { alice } from '#test/build/people.ts';
import { policy, rule, groups as usual } from '#test/build/policy.ts';
import { minutes, worldOf } from '#test/build/rule-world.ts';
import { readBlocks } from '#test/build/strict-blocks.ts';
import { file, look, settle } from '#test/build/world.ts';
import { approveRequest } from '#use-cases/act-on-request.ts';
import { renderCard } from './card.ts';
import { mentionsOf } from './mentions.ts';
import { renderEvent } from './thread.ts';

const numbers = Array.from({ length: 50 }, (_, index) => index);
const member = (index: number) => personId.parse(`U0MEMBER${index}`);

test('fifty groups that all have to approve, and twenty rules each with its own channel, are one card and fifty clicks', async () => {
  const world = worldOf(rule());
  const groups = new Map<string, GroupSource>([
    ...usual,
    ...numbers.map((index) => [`team-${index}`, { type: 'slack-group', id: `S0TEAM${index}` }] as const),
  ]);
  const rules = Array.from({ length: 20 }, (_, index) =>
    rule({
      name: `rule-${index}`,
      match: { ...everything, namespaces: index === 19 ? ['shop'] : [`other-${index}`] },
      channel: `C0CHANNEL${index}`,
      approve: numbers.map((group) => ({ from: `team-${group}`, count: 1 })),
      remindEvery: minutes(10),
    }),
  );
  world.settings.policy = policy({ groups, rules });
  for (const index of numbers) {
    world.directory.groups.set(`S0TEAM${index}`, new Set([member(index), alice]));
    world.directory.memberships.set(member(index), 'member');
  }
  const chain = await file(world);
  const { id, approval } = chain.request.asked;
  expect(approval).toMatchObject({ rule: 'rule-19', channel: 'C0CHANNEL19' });
  const pending = readBlocks(renderCard({ chain }).blocks);
  expect(pending.shown).toContain('0 of 50');
  expect(pending.shown).toContain('and 40 more groups');
  world.advance({ minutes: 10 });
  await settle(world);
  const reminded = await look(world, chain);
  const last = reminded.entries.at(-1) ?? expect.fail('nothing');
  expect(readBlocks(renderEvent(last, reminded, { mention: mentionsOf(groups) }).blocks).mentions).toHaveLength(50);
  for (const index of numbers) {
    const state = (await look(world, chain)).request.state;
    expect(state.status).toBe('pending');
    expect((await approveRequest(world.bot, { by: member(index), id, revision: 1 })).ok).toBe(true);
  }
  await settle(world);
  expect((await look(world, chain)).request.state).toMatchObject({ status: 'active' });
});
