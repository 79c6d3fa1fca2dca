import { describe, expect, test } from 'vitest';
import type { Chain } from '#domain/request/chain.ts';
import { alice, bob, carol, dave, erin } from '#test/build/people.ts';
import { createPeopleWorld, developers, oncall, type PeopleWorld, sre } from '#test/build/people-world.ts';
import { policy, rule } from '#test/build/policy.ts';
import { approveRequest } from './act-on-request.ts';
import { createPeopleWatch } from './watch-people.ts';

const tripsOf = async (world: PeopleWorld, chain: Chain) =>
  (await world.events(chain)).flatMap((event) => (event.type === 'tripped' ? [event] : []));
const bindings = ({ cluster }: PeopleWorld): number =>
  cluster.objects().filter(({ ref }) => ref.kind === 'RoleBinding').length;
/** Whether it is being ended for this, or has been. */
const endsFor = async (world: PeopleWorld, chain: Chain): Promise<string> => {
  const trips = await tripsOf(world, chain);
  return trips.map(({ rule: name, does }) => `${name} ${does}`).join(', ') || 'stays';
};

describe('who has a grant and is no full member any more', () => {
  test.each([
    ['deactivated', 'slack-deactivated revoke', 'UALICE, whose it is, is deactivated'],
    ['guest', 'slack-guest revoke', 'UALICE, whose it is, is a guest'],
    ['stranger', 'slack-guest revoke', 'UALICE, whose it is, belongs to another organisation'],
    ['bot', 'slack-guest revoke', 'UALICE, whose it is, is a bot'],
  ] as const)('(%s) loses it as soon as an event says that they changed', async (membership, ends, words) => {
    const world = createPeopleWorld();
    const chain = await world.grant();
    expect(bindings(world)).toBe(1);
    world.become(alice, membership);
    await world.watch.personChanged(alice);
    expect(await endsFor(world, chain)).toBe(ends);
    expect((await tripsOf(world, chain))[0]?.evidence).toEqual([expect.stringContaining(words)]);
    expect(await world.state(chain)).toMatchObject({ status: 'active', ending: { cause: 'tripped' } });
    await world.settle();
    expect(await world.state(chain)).toMatchObject({ status: 'revoked', cause: 'tripped' });
    expect(bindings(world)).toBe(0);
  });

  test('loses it as whoever asked for it for somebody else, too', async () => {
    const world = createPeopleWorld();
    const chain = await world.grant({ by: alice, subject: dave });
    world.become(alice, 'deactivated');
    await world.watch.personChanged(alice);
    expect((await tripsOf(world, chain))[0]?.evidence).toEqual([
      expect.stringMatching(/^At \d\d:\d\d:\d\d UTC Slack said that UALICE, who asked for it, is deactivated$/),
    ]);
  });

  test('loses what was taken by break-glass, too', async () => {
    const world = createPeopleWorld();
    world.setGroup(oncall, [alice]);
    const chain = await world.grant({ breakGlass: true });
    world.become(alice, 'deactivated');
    await world.watch.personChanged(alice);
    expect(await endsFor(world, chain)).toBe('slack-deactivated revoke');
  });

  test.each(['warn', 'off'] as const)('keeps it where the policy says %s', async (does) => {
    const world = createPeopleWorld({ 'slack-deactivated': does });
    const chain = await world.grant();
    world.become(alice, 'deactivated');
    for (let time = 0; time < 3; time += 1) await world.watch.personChanged(alice);
    await world.steps(200);
    expect(await endsFor(world, chain)).toBe(does === 'warn' ? 'slack-deactivated warn' : 'stays');
  });

  test('loses nothing by what an event says: Slack says that they still are who they were', async () => {
    const world = createPeopleWorld();
    const chain = await world.grant();
    world.become(dave, 'deactivated');
    // Forged, or of somebody else, or no id at all.
    for (const id of [alice, dave, bob, 'UNOBODY', '', 'not an id', 'U'.repeat(500)])
      await world.watch.personChanged(id);
    await world.watch.groupChanged(developers, [alice, dave, 'x']);
    await world.watch.groupChanged('S0NOBODYS', [alice]);
    await world.watch.groupChanged('', []);
    expect(await endsFor(world, chain)).toBe('stays');
  });

  test('is not asked for at all when they have nothing', async () => {
    const world = createPeopleWorld();
    await world.grant();
    for (const id of [bob, carol, erin]) await world.watch.personChanged(id);
    expect(world.calls).toEqual([]);
  });

  test('is looked up anew, whatever was said a moment ago, in whatever order events come', async () => {
    const world = createPeopleWorld();
    const chain = await world.grant();
    await world.ports.directory.person(alice);
    world.become(alice, 'deactivated');
    // Late: they are a member again by then.
    world.become(alice, 'member');
    await world.watch.personChanged(alice);
    expect(await endsFor(world, chain)).toBe('stays');
    world.become(alice, 'guest');
    await Promise.all(Array.from({ length: 20 }, () => world.watch.personChanged(alice)));
    expect(await endsFor(world, chain)).toBe('slack-guest revoke');
    expect(await tripsOf(world, chain)).toHaveLength(1);
  });

  test('loses it at once also where there was nothing to look at for a while', async () => {
    const world = createPeopleWorld();
    const chain = await world.grant();
    await world.steps(3);
    world.become(alice, 'deactivated');
    await world.watch.personChanged(alice);
    expect(await endsFor(world, chain)).toBe('slack-deactivated revoke');
  });

  test('is ended once though two bots look at the same time, and not at all when it has ended meanwhile', async () => {
    const world = createPeopleWorld();
    const over = await world.grant();
    world.advance({ minutes: 31 });
    await world.settle();
    const chain = await world.grant();
    expect((await world.state(over)).status).toBe('revoked');
    world.become(alice, 'deactivated');
    const other = createPeopleWatch(world.ports);
    await Promise.all([world.watch, other, world.watch].map((one) => one.personChanged(alice)));
    expect(await endsFor(world, over)).toBe('stays');
    expect(await tripsOf(world, chain)).toHaveLength(1);
    await world.settle();
    await other.personChanged(alice);
    expect(await tripsOf(world, chain)).toHaveLength(1);
  });

  test('keeps it as long as Slack does not say, and loses it as soon as it does', async () => {
    const world = createPeopleWorld();
    const chain = await world.grant();
    world.become(alice, 'deactivated');
    world.down.add('person');
    await world.watch.personChanged(alice);
    await world.steps(5);
    expect(await endsFor(world, chain)).toBe('stays');
    world.down.clear();
    await world.steps(20);
    expect(await endsFor(world, chain)).toBe('slack-deactivated revoke');
  });

  test('keeps it where Slack knows nobody of that id: that is not a word about them', async () => {
    const world = createPeopleWorld();
    const chain = await world.grant();
    world.directory.memberships.delete(alice);
    await world.watch.personChanged(alice);
    await world.steps(200);
    expect(await endsFor(world, chain)).toBe('stays');
    expect(world.said.map(({ message }) => message)).toContainEqual(expect.stringContaining('Slack did not say'));
  });

  test('loses nothing for somebody who approved it', async () => {
    const world = createPeopleWorld();
    const chain = await world.grant();
    world.become(bob, 'deactivated');
    await world.watch.personChanged(bob);
    await world.steps(50);
    expect(await endsFor(world, chain)).toBe('stays');
  });
});

describe('who has a grant and is in no group any more that may ask for it', () => {
  test('loses it as soon as an event says that the group changed', async () => {
    const world = createPeopleWorld();
    const [chain, daves] = [await world.grant(), await world.grant({ by: dave, subject: dave })];
    world.setGroup(developers, [dave]);
    await world.watch.groupChanged(developers, [alice]);
    expect(await endsFor(world, chain)).toBe('left-groups revoke');
    expect((await tripsOf(world, chain))[0]?.evidence).toEqual([
      expect.stringContaining('UALICE, whose it is, is in none of developers, sre, which may ask by rule "shop"'),
    ]);
    expect(await endsFor(world, daves)).toBe('stays');
  });

  test('loses it also where the event does not say who left', async () => {
    const world = createPeopleWorld();
    const chain = await world.grant();
    world.setGroup(developers, [dave]);
    await world.watch.groupChanged(developers);
    expect(await endsFor(world, chain)).toBe('left-groups revoke');
  });

  test('keeps it while they are in another one that may, also one they were put into just now', async () => {
    const world = createPeopleWorld();
    const chain = await world.grant();
    await world.ports.directory.members({ type: 'slack-group', id: sre });
    world.setGroup(developers, []);
    world.setGroup(sre, [alice]);
    await world.watch.groupChanged(developers, [alice]);
    await world.steps(200);
    expect(await endsFor(world, chain)).toBe('stays');
    world.setGroup(sre, []);
    await world.watch.groupChanged(sre, [alice]);
    expect(await endsFor(world, chain)).toBe('left-groups revoke');
  });

  test('keeps what was taken by break-glass while they may break it', async () => {
    const world = createPeopleWorld();
    world.setGroup(developers, []);
    world.setGroup(oncall, [alice]);
    const chain = await world.grant({ breakGlass: true });
    await world.watch.groupChanged(developers, [alice]);
    await world.steps(50);
    expect(await endsFor(world, chain)).toBe('stays');
    world.setGroup(oncall, []);
    await world.watch.groupChanged(oncall, [alice]);
    expect(await endsFor(world, chain)).toBe('left-groups revoke');
  });

  test('keeps it where one of the groups cannot be looked up, or the rule is gone, and is looked at again', async () => {
    const world = createPeopleWorld();
    const chain = await world.grant();
    world.setGroup(developers, []);
    world.directory.groups.delete(sre);
    await world.watch.groupChanged(developers, [alice]);
    await world.steps(100);
    expect(await endsFor(world, chain)).toBe('stays');
    const { policy: before } = world.settings;
    world.settings.policy = policy({ rules: [rule({ name: 'another' })], groups: before.groups });
    world.setGroup(sre, []);
    await world.watch.groupChanged(developers, [alice]);
    await world.steps(200);
    expect(await endsFor(world, chain)).toBe('stays');
    world.settings.policy = before;
    world.forgetAll();
    await world.steps(200);
    expect(await endsFor(world, chain)).toBe('left-groups revoke');
  });

  test('loses it for a group that the policy itself lists, once the list is another', async () => {
    const world = createPeopleWorld();
    const chain = await world.grant();
    const { policy: before } = world.settings;
    const lists = new Map([...before.groups, ['developers', { type: 'people', people: [dave] }] as const]);
    world.settings.policy = { ...before, groups: lists };
    await world.steps(200);
    expect(await endsFor(world, chain)).toBe('left-groups revoke');
  });

  test.each(['warn', 'off'] as const)('keeps it where the policy says %s', async (does) => {
    const world = createPeopleWorld({ 'left-groups': does });
    const chain = await world.grant();
    world.setGroup(developers, []);
    await world.watch.groupChanged(developers, [alice]);
    await world.steps(200);
    expect(await endsFor(world, chain)).toBe(does === 'warn' ? 'left-groups warn' : 'stays');
  });
});

describe('what is not in force yet', () => {
  test('is closed while it waits for a decision, and says why', async () => {
    const world = createPeopleWorld();
    const chain = await world.ask();
    world.become(alice, 'deactivated');
    await world.watch.personChanged(alice);
    expect(await world.state(chain)).toMatchObject({
      status: 'withdrawn',
      why: 'Slack says that UALICE, who asked for it, is deactivated.',
    });
  });

  test('is not applied once it was approved', async () => {
    const world = createPeopleWorld();
    const chain = await world.ask();
    await world.approve(chain);
    world.setGroup(developers, []);
    await world.watch.groupChanged(developers, [alice]);
    await world.settle();
    expect(await world.state(chain)).toMatchObject({ status: 'lapsed' });
    expect((await world.events(chain)).at(-2)).toMatchObject({
      type: 'end-requested',
      reason: 'Slack says that UALICE, who asked for it, is in none of developers, sre, which may ask by rule "shop".',
    });
    expect(bindings(world)).toBe(0);
  });

  test('is found by the round, too', async () => {
    const world = createPeopleWorld();
    const chain = await world.ask();
    world.become(alice, 'deactivated');
    world.forgetAll();
    await world.steps(5);
    expect(await world.state(chain)).toMatchObject({ status: 'withdrawn' });
  });

  test('cannot be approved for somebody who has left, though no event said so', async () => {
    const world = createPeopleWorld();
    const chain = await world.ask();
    world.become(alice, 'deactivated');
    world.forgetAll();
    const clicked = await approveRequest(world.ports, { by: bob, id: chain.request.asked.id, revision: 1 });
    expect(clicked).toMatchObject({ ok: false, error: { type: 'impossible' } });
    expect(await world.state(chain)).toMatchObject({ status: 'withdrawn' });
  });

  test('waits on where the policy only warns of it, and is not approved while Slack does not say', async () => {
    const world = createPeopleWorld({ 'slack-deactivated': 'warn' });
    const chain = await world.ask();
    const click = () => approveRequest(world.ports, { by: bob, id: chain.request.asked.id, revision: 1 });
    world.become(alice, 'deactivated');
    await world.watch.personChanged(alice);
    expect(await click()).toMatchObject({ ok: false, error: { type: 'impossible' } });
    world.become(alice, 'member');
    world.forgetAll();
    await world.ports.directory.person(bob);
    world.down.add('person');
    expect(await click()).toEqual({ ok: false, error: { type: 'lookup-failed', what: 'who asked for it' } });
    expect(await world.state(chain)).toMatchObject({ status: 'pending', votes: [] });
    world.down.clear();
    expect(await click()).toMatchObject({ ok: true });
  });
});

describe('the round over all that is open', () => {
  test('finds what no event said, each person and each group asked once', async () => {
    const world = createPeopleWorld();
    const chains = [
      await world.grant(),
      await world.grant({ namespace: 'bank' }),
      await world.grant({ by: dave, subject: dave }),
    ];
    world.forgetAll();
    await world.steps(10);
    expect(world.calls.toSorted()).toEqual([developers, alice, dave].toSorted());
    for (const chain of chains) expect(await endsFor(world, chain)).toBe('stays');
    world.become(dave, 'guest');
    world.forgetAll();
    await world.steps(160);
    expect(await Promise.all(chains.map((chain) => endsFor(world, chain)))).toEqual([
      'stays',
      'stays',
      'slack-guest revoke',
    ]);
  });

  test('asks Slack at most once about somebody in a step, and about a group each six seconds', async () => {
    const world = createPeopleWorld();
    await world.grant();
    await world.grant({ by: dave, subject: dave });
    world.forgetAll();
    world.setGroup(developers, [dave]);
    world.setGroup(sre, [alice]);
    const seen: number[] = [];
    for (let step = 0; step < 8; step += 1) {
      const before = world.calls.length;
      await world.steps(1);
      seen.push(world.calls.length - before);
    }
    expect(Math.max(...seen)).toBeLessThanOrEqual(2);
    expect(world.calls.filter((key) => key.startsWith('S'))).toHaveLength(2);
  });

  test('says once a round that Slack does not answer, and ends nothing for it', async () => {
    const world = createPeopleWorld();
    const chain = await world.grant();
    world.down.add('person').add('members');
    await world.steps(140);
    expect(world.said).toEqual([
      { message: expect.stringContaining('Slack did not say'), fields: { people: alice, groups: 'developers, sre' } },
    ]);
    expect(await endsFor(world, chain)).toBe('stays');
  });
});

describe('many that lose what they have at once', () => {
  const many = async (world: PeopleWorld, count: number): Promise<readonly Chain[]> => {
    const chains: Chain[] = [];
    for (let index = 0; index < count; index += 1)
      chains.push(await world.grant({ ask: { profile: 'ingress-edit', objects: [`web-${index}`] } }));
    return chains;
  };
  const crowds = (world: PeopleWorld) => world.said.filter(({ message }) => message.startsWith('Many grants'));

  test('lose it, and administrators are told once what happened and how to have it otherwise', async () => {
    const world = createPeopleWorld();
    const chains = await many(world, 6);
    world.setGroup(developers, []);
    await world.watch.groupChanged(developers, []);
    for (const chain of chains) expect(await endsFor(world, chain)).toBe('left-groups revoke');
    for (let time = 0; time < 3; time += 1) await world.watch.groupChanged(developers, [alice]);
    await world.steps(5);
    expect(crowds(world)).toEqual([
      { message: expect.stringContaining('"left-groups: warn"'), fields: { ended: '6', within: '1m' } },
    ]);
  });

  test('are nothing to tell of where it is a few, or where accounts were deactivated', async () => {
    const few = createPeopleWorld();
    await many(few, 4);
    few.setGroup(developers, []);
    await few.watch.groupChanged(developers, [alice]);
    expect(crowds(few)).toEqual([]);
    const gone = createPeopleWorld();
    await many(gone, 6);
    gone.become(alice, 'deactivated');
    await gone.watch.personChanged(alice);
    expect(crowds(gone)).toEqual([]);
  });
});
