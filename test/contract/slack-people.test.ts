import { WebClient } from '@slack/web-api';
import { afterEach, describe, expect, test } from 'vitest';
import { createSlackApp } from '#adapters/slack/app.ts';
import { createDirectory } from '#adapters/slack/directory.ts';
import { createFaces } from '#adapters/slack/faces.ts';
import { postingOptions } from '#adapters/slack/projection.ts';
import { personId } from '#domain/ids.ts';
import { createInMemoryLink } from '#local/slack/in-memory-link.ts';
import { demoSeed } from '#local/slack/seed.ts';
import { createWorkspace } from '#local/slack/workspace.ts';
import { policy, rule } from '#test/build/policy.ts';
import { createWorld, file, look, settle } from '#test/build/world.ts';
import { createMemoryProjectionStore } from '#test/memory/projection-store.ts';
import { approveRequest } from '#use-cases/act-on-request.ts';
import { createPeopleWatch } from '#use-cases/watch-people.ts';

const [alice, bob] = ['U0ALICE', 'U0BOB'].map((text) => personId.parse(text)) as [
  ReturnType<typeof personId.parse>,
  ReturnType<typeof personId.parse>,
];
const [developers, sre] = ['S0DEVS', 'S0SRE'];
const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** Alice has a grant; the directory is the real one, over the strict workspace, which sends its own events. */
const start = async () => {
  const world = createWorld();
  const seed = demoSeed();
  const slack = createWorkspace({
    rates: 'off',
    seed: {
      ...seed,
      groups: [
        ...seed.groups,
        { id: developers, handle: 'devs', name: 'Developers', memberIds: [alice, 'U0ERIN'] },
        { id: sre, handle: 'sre', name: 'SRE', memberIds: [] },
      ],
    },
  });
  world.settings.identities = [{ person: alice, kubernetes: { user: 'alice@example.com', groups: [] } }];
  world.settings.policy = policy({
    groups: new Map([
      ['developers', { type: 'slack-group', id: developers }],
      ['sre', { type: 'slack-group', id: sre }],
      ['platform', { type: 'slack-group', id: 'S0PLATFORM' }],
    ]),
    rules: [rule({ channel: 'C0APPROVALS', ask: ['developers', 'sre'] })],
  });
  const { fetch, receiver } = createInMemoryLink(slack);
  const { token } = slack.state.app;
  const directory = createDirectory(new WebClient(token, { ...postingOptions, fetch }), { team: 'T0HALLPASS' });
  const ports = { ...world.bot, directory };
  const people = createPeopleWatch(ports);
  const app = createSlackApp({
    ports,
    directory,
    people,
    faces: createFaces(ports, createMemoryProjectionStore()),
    receiver,
    token,
    clientOptions: { fetch, retryConfig: { retries: 0 }, timeout: 2_000 },
  });
  await app.start();
  stops.push(() => app.stop());
  const chain = await file({ ...world, bot: ports }, { by: alice, subject: alice });
  const clicked = await approveRequest(ports, { by: bob, id: chain.request.asked.id, revision: 1 });
  if (!clicked.ok) throw new Error(JSON.stringify(clicked.error));
  await settle(world);
  const ending = async (): Promise<string> => {
    const { state } = (await look(world, chain)).request;
    if (state.status !== 'active') return state.status;
    return state.tripped?.map((one) => `${one.rule} ${one.does}`).join(', ') ?? 'stays';
  };
  expect(await ending()).toBe('stays');
  const becomes = (words: string) =>
    slack.until(async () => (await ending()) === words, { milliseconds: 2_000, what: `it to be "${words}"` });
  /** Whatever an event sets off is done. */
  const quiet = () => people.step();
  return { world, slack, chain, ending, becomes, quiet, people };
};

describe('an event of Slack', () => {
  test.each([
    ['deleted', 'slack-deactivated revoke'],
    ['guest', 'slack-guest revoke'],
    ['single-channel-guest', 'slack-guest revoke'],
    ['stranger', 'slack-guest revoke'],
    ['bot', 'slack-guest revoke'],
  ] as const)('that says that somebody is a %s now ends what they have', async (kind, ends) => {
    const { slack, becomes } = await start();
    await slack.world.setKind(alice, kind);
    await becomes(ends);
  });

  test('that says that somebody is of another team now ends what they have', async () => {
    const { slack, becomes } = await start();
    await slack.world.changePerson(alice, { teamId: 'T0PARTNER' });
    await becomes('slack-guest revoke');
  });

  test('that says that somebody left the only group they were in ends what they have', async () => {
    const { slack, becomes, chain, world } = await start();
    await slack.world.setGroupMembers(developers, ['U0ERIN']);
    await becomes('left-groups revoke');
    await settle(world);
    expect((await look(world, chain)).request.state).toMatchObject({ status: 'revoked', cause: 'tripped' });
  });

  test('that says that a group changed, and not who left it, has everybody of it looked up', async () => {
    const { slack, becomes } = await start();
    const group = slack.state.groups.get(developers) ?? expect.fail('no group');
    group.memberIds = ['U0ERIN'];
    await slack.world.changeGroup(developers, { name: 'Developers of the shop' });
    await becomes('left-groups revoke');
  });

  test('that says that somebody left one of two groups takes nothing from them', async () => {
    const { slack, ending, quiet, becomes } = await start();
    await slack.world.setGroupMembers(sre, [alice]);
    await slack.world.setGroupMembers(developers, ['U0ERIN']);
    await quiet();
    expect(await ending()).toBe('stays');
    await slack.world.setGroupMembers(sre, []);
    await becomes('left-groups revoke');
  });

  test('is not believed: forged, late, of somebody else or without a body', async () => {
    const { slack, ending, quiet } = await start();
    const forged: (Record<string, unknown> & { type: string })[] = [
      { type: 'user_change', user: { id: alice, team_id: 'T0HALLPASS', deleted: true } },
      { type: 'user_change', user: { id: bob, team_id: 'T0HALLPASS', deleted: true } },
      { type: 'user_change', user: { id: '../../etc' } },
      { type: 'subteam_members_changed', subteam_id: developers, removed_users: [alice, '', 'x'.repeat(5_000)] },
      { type: 'subteam_members_changed', subteam_id: developers, removed_users: 'everybody' },
      { type: 'subteam_members_changed', removed_users: [alice] },
      { type: 'subteam_updated', subteam: { id: developers, users: [], date_delete: 1 } },
    ];
    for (const event of forged) await slack.sendEvent(event);
    for (const event of [{ type: 'user_change' }, { type: 'user_change', user: 'U0ALICE' }])
      await slack.sendEvent(event).catch(() => undefined);
    await quiet();
    expect(await ending()).toBe('stays');
  });

  test('that a group was switched off takes nothing: Slack does not say who is in it', async () => {
    const { slack, ending, quiet } = await start();
    await slack.world.changeGroup(developers, { isDisabled: true });
    await quiet();
    expect(await ending()).toBe('stays');
  });
});

test('without any event the round finds it, and what Slack did not answer is asked again', async () => {
  const { slack, ending, people, world } = await start();
  const steps = async (count: number): Promise<void> => {
    for (let step = 0; step < count; step += 1) {
      await people.step();
      world.advance({ seconds: 2 });
    }
  };
  const person = slack.state.people.get(alice) ?? expect.fail('no Alice');
  person.kind = 'deleted';
  slack.faults.next({ type: 'error', error: 'fatal_error' }, { times: 1_000, method: 'users.info' });
  // Asked for an event that says no more than that something changed, and not answered.
  await slack.sendEvent({ type: 'user_change', user: { id: alice } });
  await steps(4);
  expect(await ending()).toBe('stays');
  slack.faults.up();
  await steps(6);
  expect(await ending()).toBe('slack-deactivated revoke');
});
