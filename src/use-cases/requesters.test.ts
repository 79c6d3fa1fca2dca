import { describe, expect, test } from 'vitest';
import type { GroupSource, Rule } from '#domain/policy/policy.ts';
import { matchIf } from '#test/build/conditions.ts';
import { alice, bob, dave } from '#test/build/people.ts';
import { groups, policy, rule } from '#test/build/policy.ts';
import { setting, worldOf } from '#test/build/rule-world.ts';
import { asking, file, look, settle, type World } from '#test/build/world.ts';
import { approveRequest } from './act-on-request.ts';
import { submitRequest } from './submit-request.ts';

/** Contractors are developers as well; they are looked up in Slack, or named one by one. */
const withContractors = (source: GroupSource, ...rules: readonly Rule[]): World => {
  const world = worldOf(...rules);
  world.directory.groups.set('S02CONTRACT', new Set([alice]));
  world.settings.policy = policy({ rules, groups: new Map([...groups, ['contractors', source]]) });
  return world;
};
const inSlack: GroupSource = { type: 'slack-group', id: 'S02CONTRACT' };
const byName: GroupSource = { type: 'people', people: [alice] };
const strict = rule({ name: 'strict', ask: ['contractors'], approve: [{ from: 'platform', count: 2 }] });
const refusing = rule({ name: 'refusing', ask: ['contractors'], refuse: 'not by contractors', approve: [] });
const usual = rule({ name: 'usual' });

describe.each([
  ['in Slack', inSlack],
  ['one by one', byName],
])('a rule before the usual one, for people who are named %s', (_, source) => {
  test('decides on what they ask, and on nothing that others ask', async () => {
    const world = withContractors(source, strict, usual);
    expect((await file(world)).request.asked.approval.rule).toBe('strict');
    const others = await file(world, { by: dave, subject: dave, origin: 'dave' });
    expect(others.request.asked.approval).toMatchObject({
      rule: 'usual',
      passed: [{ rule: 'strict', why: 'requester not in its groups' }],
    });
  });

  test('refuses them and nobody else', async () => {
    const world = withContractors(source, refusing, usual);
    expect(await submitRequest(world.bot, asking())).toMatchObject({ error: { type: 'refused', rule: 'refusing' } });
    expect((await submitRequest(world.bot, asking({ by: dave, subject: dave }))).ok).toBe(true);
  });

  test('is passed over for nobody while it cannot be told who they are', async () => {
    const world = withContractors(source, refusing, usual);
    world.directory.down.add('members');
    expect((await submitRequest(world.bot, asking({ by: dave, subject: dave }))).ok).toBe(false);
  });
});

test('where only the group of a rule before the usual one cannot be looked up, the answer is no', async () => {
  const world = withContractors(inSlack, refusing, usual);
  world.directory.groups.delete('S02CONTRACT');
  expect(await submitRequest(world.bot, asking({ by: dave, subject: dave }))).toEqual({
    ok: false,
    error: { type: 'lookup-failed', what: 'the members of contractors' },
  });
});

test('the worker finds by itself that somebody is named one by one in a rule before', async () => {
  const world = withContractors(byName, usual);
  // As if a stolen key of the bot passed over the rule for contractors.
  const chain = await file(world);
  expect((await approveRequest(world.bot, { by: bob, id: chain.request.asked.id, revision: 1 })).ok).toBe(true);
  world.settings.policy = { ...world.settings.policy, rules: [strict, usual] };
  await settle(world);
  expect((await look(world, chain)).request.state).toMatchObject({
    status: 'lapsed',
    why: expect.stringContaining('the rule "strict" decides on this, not "usual"'),
  });
});

describe.each([
  ['access', {}],
  ['a change', setting({ limit: '11' })],
])('a condition on who asks for %s', (_, ask) => {
  const both = rule({
    name: 'both',
    match: matchIf('"contractors" in requester.groups'),
    refuse: 'not by contractors',
    approve: [],
  });

  test('is a rule for those who are in two groups', async () => {
    const world = withContractors(inSlack, both, usual);
    expect(await submitRequest(world.bot, asking(ask))).toMatchObject({ error: { type: 'refused', rule: 'both' } });
    expect((await submitRequest(world.bot, asking({ ...ask, by: dave, subject: dave }))).ok).toBe(true);
  });

  test('fails while a group cannot be looked up, and lets nobody on to a later rule', async () => {
    const world = withContractors(inSlack, both, usual);
    world.directory.groups.delete('S02CONTRACT');
    expect(await submitRequest(world.bot, asking(ask))).toEqual({
      ok: false,
      error: { type: 'rule-failed', rule: 'both', why: 'who is in contractors could not be looked up' },
    });
  });

  test('lets nobody approve while a group cannot be looked up', async () => {
    const world = withContractors(inSlack, both, usual);
    const { id } = (await file(world, { ...ask, by: dave, subject: dave })).request.asked;
    world.directory.groups.delete('S02CONTRACT');
    expect(await approveRequest(world.bot, { by: bob, id, revision: 1 })).toMatchObject({ ok: false });
  });

  test('that names no groups is answered all the same', async () => {
    const named = rule({ ...both, match: matchIf('requester.id == "UCAROL"') });
    const world = withContractors(inSlack, named, usual);
    world.directory.groups.delete('S02CONTRACT');
    expect((await submitRequest(world.bot, asking(ask))).ok).toBe(true);
  });
});
