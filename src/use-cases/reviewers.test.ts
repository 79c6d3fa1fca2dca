import { expect, test } from 'vitest';
import type { GroupSource, Rule } from '#domain/policy/policy.ts';
import { alice, bob, carol, dave, erin } from '#test/build/people.ts';
import { groups, policy, rule } from '#test/build/policy.ts';
import { quorum, submitted } from '#test/build/requests.ts';
import { createWorld, type World } from '#test/build/world.ts';
import { reviewersOf } from './reviewers.ts';

const people = (...some: readonly (typeof alice)[]): GroupSource => ({ type: 'people', people: some });
const asks = (from: string, changed: Partial<Rule> = {}): Rule =>
  rule({ approve: [{ from, count: 1 }], channel: 'C02APPROVE', ...changed });

/** Alice has taken it for Dave, and `platform` was not asked. */
const reviewers = (known: Readonly<Record<string, GroupSource>>, rules: readonly Rule[], never?: string[]) => {
  const world: World = createWorld();
  world.settings.policy = policy({ rules, groups: new Map(Object.entries(known)) });
  const { approval } = quorum(['platform', 1]);
  return reviewersOf(world.bot, {
    ...submitted({ subject: dave }),
    approval: { ...approval, ...(never === undefined ? {} : { never }) },
  });
};

test('those who were not asked review it, as long as one of them is left', async () => {
  const rules = [asks('sre')];
  expect(await reviewers({ platform: people(alice, bob), sre: people(carol) }, rules)).toEqual(['platform']);
});

test.each<[string, Readonly<Record<string, GroupSource>>]>([
  ['is gone', {}],
  ['is empty', { platform: people() }],
  ['holds only those whose request it is', { platform: people(alice, dave) }],
  ['holds beside them only who never decides', { platform: people(alice, erin), barred: people(erin) }],
])('where their group %s, those review it whom the rule asks now', async (_, known) => {
  const rules = [asks('leads', { name: 'other' }), asks('sre')];
  expect(await reviewers({ sre: people(bob), leads: people(carol), ...known }, rules, ['barred'])).toEqual(['sre']);
});

test('where the rule is gone too, those who are asked in the channel of the card, and nobody else', async () => {
  const [there, elsewhere] = [asks('leads', { name: 'other' }), asks('sre', { name: 'far', channel: 'C0ELSEWHERE' })];
  const known = { sre: people(bob), leads: people(carol) };
  expect(await reviewers(known, [elsewhere, there])).toEqual(['leads']);
  expect(await reviewers(known, [elsewhere])).toEqual([]);
});

test('in doubt who is in a group it stays with those who were not asked', async () => {
  const unknown: GroupSource = { type: 'slack-group', id: 'S0NOBODYKNOWS' };
  expect(await reviewers({ ...Object.fromEntries(groups), platform: unknown }, [asks('security')])).toEqual([
    'platform',
  ]);
});
