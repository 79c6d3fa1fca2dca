import { describe, expect, test } from 'vitest';
import { givenBack } from '#local/slack/given-back.ts';
import { demoSeed, hallpassApp } from '#local/slack/seed.ts';
import { createWorkspace } from '#local/slack/workspace.ts';
import { connectScriptedApp, heldTimers } from './scripted-app.ts';
import { call, outcomeOf, postTo, standingClock } from './web-call.ts';

const plain = (text: string) => ({ type: 'plain_text', text });
const start = (app: Partial<typeof hallpassApp> = {}) => {
  const clock = standingClock();
  const timers = heldTimers();
  const seed = demoSeed({ app: { ...hallpassApp, ...app } });
  const workspace = createWorkspace({ seed, now: clock.now, timers });
  return {
    clock,
    timers,
    workspace,
    app: connectScriptedApp(workspace),
    alice: workspace.as('U0ALICE'),
    bob: workspace.as('U0BOB'),
  };
};
const card = (...elements: unknown[]) => [
  { type: 'section', text: plain('Card') },
  { type: 'actions', block_id: 'buttons', elements },
];
const approve = { type: 'button', action_id: 'approve', value: 'k7m2-qx:1', text: plain('Approve') };

const posted = async (...elements: unknown[]) => {
  const started = start();
  await call(started.workspace, 'chat.postMessage', {
    channel: 'C0APPROVALS',
    text: 'Card',
    blocks: card(...elements),
  });
  const seen = started.bob.readChannel('approvals').at(-1);
  if (seen === undefined) throw new Error('no card');
  return { ...started, seen };
};

describe('a command', () => {
  test('arrives as Slack sends it, with people, groups and channels as ids', async () => {
    const { app, alice } = start();
    await alice.command('/jit give @bob & @platform <access> in #approvals, not @nobody', { channel: 'approvals' });
    expect(app.received[0]?.type).toBe('slash_commands');
    expect(app.last()).toMatchObject({
      command: '/jit',
      text: 'give <@U0BOB|bob> &amp; <!subteam^S0PLATFORM|@platform> &lt;access&gt; in <#C0APPROVALS|approvals>, not @nobody',
      user_id: 'U0ALICE',
      team_id: 'T0HALLPASS',
      channel_id: 'C0APPROVALS',
      channel_name: 'approvals',
      api_app_id: 'A0HALLPASS',
    });
  });

  test('arrives without ids when the app did not ask for them', async () => {
    const commands = hallpassApp.commands.map((one) => ({ ...one, shouldEscape: false }));
    const workspace = createWorkspace({ seed: demoSeed({ app: { ...hallpassApp, commands } }) });
    const app = connectScriptedApp(workspace);
    await workspace.as('U0ALICE').command('/jit give @bob', { channel: 'approvals' });
    expect(app.last().text).toBe('give @bob');
  });

  test('is none of an app without the scope for commands', async () => {
    const { app, alice } = start({ scopes: hallpassApp.scopes.filter((one) => one !== 'commands') });
    expect(await alice.command('/jit', { channel: 'approvals' })).toMatchObject({
      status: 'not-sent',
      message: '/jit is not a valid command.',
    });
    expect(app.received).toEqual([]);
  });

  test('does not name a private channel', async () => {
    const { app, bob } = start();
    await bob.command('/jit', { channel: 'prod-ops' });
    expect(app.last()).toMatchObject({ channel_name: 'privategroup', text: '' });
  });

  test('cannot be run in a thread, in a channel one is not in, or by another organisation', async () => {
    const { app, alice, workspace } = start();
    expect(await alice.command('/jit', { channel: 'approvals', thread: '1.000000' })).toMatchObject({
      status: 'not-sent',
      message: '/jit is not supported in threads. Sorry!',
    });
    expect((await alice.command('/jit', { channel: 'prod-ops' })).status).toBe('not-sent');
    expect((await alice.command('/other', { channel: 'approvals' })).status).toBe('not-sent');
    expect((await workspace.as('U0SAM').command('/jit', { channel: 'acme-partner' })).status).toBe('not-sent');
    expect(app.received).toEqual([]);
  });

  test('is answered to the person alone, or to the channel', async () => {
    const { app, alice, bob, workspace } = start();
    app.answer('Only you');
    await alice.command('/jit', { channel: 'approvals' });
    expect(alice.ephemerals('approvals').map((one) => one.shown)).toEqual(['Only you']);
    app.answer({ response_type: 'in_channel', text: 'All of you' });
    await alice.command('/jit', { channel: 'approvals' });
    expect(bob.readChannel('approvals').map((one) => one.shown)).toEqual(['All of you']);
    app.answer({ blocks: [{ type: 'nonsense' }] });
    expect((await alice.command('/jit', { channel: 'approvals' })).status).toBe('failed');
    expect(workspace.problems).toHaveLength(1);
  });

  test('that is not acknowledged within three seconds fails before the person', async () => {
    const { app, alice, timers } = start();
    app.silent();
    const pending = alice.command('/jit list', { channel: 'approvals' });
    expect(timers.waits()).toEqual([3_000]);
    await timers.run(3_000);
    expect(await pending).toMatchObject({
      status: 'failed',
      message: '/jit failed with the error "operation_timeout"',
    });
    expect(alice.notices()).toEqual(['/jit failed with the error "operation_timeout"']);
  });

  test('that the app refuses, or that finds no app, fails before the person', async () => {
    const { app, alice } = start();
    app.answerStatus(500);
    expect((await alice.command('/jit', { channel: 'approvals' })).message).toBe(
      '/jit failed with the error "dispatch_failed"',
    );
    expect((await createWorkspace().as('U0ALICE').command('/jit', { channel: 'approvals' })).status).toBe('failed');
  });
});

describe('a click', () => {
  test('sends the stored value, whom, where and the message', async () => {
    const { app, bob, seen } = await posted(approve);
    expect((await bob.click(seen, 'Approve')).status).toBe('acknowledged');
    expect(app.last()).toMatchObject({
      type: 'block_actions',
      user: { id: 'U0BOB', team_id: 'T0HALLPASS' },
      team: { id: 'T0HALLPASS' },
      channel: { id: 'C0APPROVALS', name: 'approvals' },
      container: { type: 'message', message_ts: seen.ts, is_ephemeral: false },
      message: { ts: seen.ts, bot_id: 'B0HALLPASS' },
      actions: [{ type: 'button', action_id: 'approve', block_id: 'buttons', value: 'k7m2-qx:1' }],
    });
  });

  test('needs a button that stands there now', async () => {
    const { app, bob, seen, workspace } = await posted(approve);
    await call(workspace, 'chat.update', {
      channel: seen.channelId,
      ts: seen.ts,
      text: 'Done',
      blocks: [{ type: 'section', text: plain('Done') }],
    });
    await expect(bob.click(seen, 'Approve')).rejects.toThrow('Nothing matches "Approve"');
    expect(app.received).toEqual([]);
    await bob.clickAsSeen(seen, 'Approve');
    expect(app.last()).toMatchObject({ actions: [{ value: 'k7m2-qx:1' }], message: { text: 'Done' } });
  });

  test('needs a channel that the person sees', async () => {
    const { seen, workspace } = await posted(approve);
    await expect(workspace.as('U0SAM').click(seen, 'Approve')).rejects.toThrow('does not see');
    await expect(workspace.as('U0GUS').click(seen, 'Approve')).rejects.toThrow('does not see');
    await expect(workspace.as('U0GONE').command('/jit', { channel: 'approvals' })).rejects.toThrow('cannot sign in');
  });

  test('on a button that asks for confirmation needs a yes', async () => {
    const confirm = { title: plain('Sure?'), text: plain('Really?'), confirm: plain('Yes'), deny: plain('No') };
    const { app, bob, seen } = await posted({ ...approve, confirm });
    await expect(bob.click(seen, 'Approve')).rejects.toThrow('asks for confirmation');
    expect(app.received).toEqual([]);
    await bob.click(seen, 'Approve', { confirm: true });
    expect(app.received).toHaveLength(1);
  });

  test('that two buttons could mean says so', async () => {
    const { bob, seen } = await posted(approve, { ...approve, action_id: 'approve2', value: 'k7m2-qx:2' });
    await expect(bob.click(seen, 'Approve')).rejects.toThrow('More than one thing');
    expect((await bob.click(seen, { text: 'Approve', value: 'k7m2-qx:2' })).status).toBe('acknowledged');
  });

  test('that is not acknowledged shows a warning', async () => {
    const { app, bob, seen, timers } = await posted(approve);
    app.silent();
    const pending = bob.click(seen, 'Approve');
    await timers.run(3_000);
    expect((await pending).status).toBe('failed');
    expect(bob.notices()).toEqual(['⚠ The action failed ("operation_timeout")']);
  });

  test('by someone of another organisation in a shared channel arrives with their team', async () => {
    const { workspace, app } = start();
    await call(workspace, 'chat.postMessage', { channel: 'C0SHARED', text: 'Card', blocks: card(approve) });
    const sam = workspace.as('U0SAM');
    const [seen] = sam.readChannel('acme-partner');
    await sam.click(seen ?? { channelId: '', ts: '' }, 'Approve');
    expect(app.last()).toMatchObject({ user: { id: 'U0SAM', team_id: 'T0PARTNER' } });
  });
});

describe('choosing', () => {
  const option = (name: string) => ({ text: plain(name), value: name.toLowerCase() });

  test('in a select and in a menu takes only what stands there', async () => {
    const select = {
      type: 'static_select',
      action_id: 'for',
      options: [option('Hour'), option('Day')],
      placeholder: plain('How long'),
    };
    const menu = { type: 'overflow', action_id: 'more', options: [option('Show'), option('Withdraw')] };
    const { app, bob, seen } = await posted(select, menu);
    await bob.select(seen, 'How long', 'Day');
    expect(app.last()).toMatchObject({
      actions: [{ type: 'static_select', selected_option: { value: 'day', text: { text: 'Day' } } }],
    });
    await bob.select(seen, { actionId: 'more' }, 'Withdraw');
    expect(app.last()).toMatchObject({ actions: [{ type: 'overflow', selected_option: { value: 'withdraw' } }] });
    await expect(bob.select(seen, 'How long', 'Year')).rejects.toThrow(
      'There is no option "Year"; there are: "Hour", "Day".',
    );
  });

  test('in an external select asks the app, and refuses what it invents', async () => {
    const external = {
      type: 'external_select',
      action_id: 'namespace',
      placeholder: plain('Namespace'),
      min_query_length: 0,
    };
    const { app, bob, seen, workspace } = await posted(external);
    app.answer((envelope: { payload: Record<string, unknown> }) =>
      envelope.payload.type === 'block_suggestion' ? { options: [option('Prod')] } : '',
    );
    await bob.select(seen, 'Namespace', 'Prod');
    expect(app.received.map((one) => one.payload.type)).toEqual(['block_suggestion', 'block_actions']);
    expect(app.last()).toMatchObject({ actions: [{ selected_option: { value: 'prod' } }] });
    app.answer({ options: Array.from({ length: 101 }, (_, n) => option(`o${n}`)) });
    await expect(bob.select(seen, 'Namespace', 'o1')).rejects.toThrow('There is no option');
    expect(workspace.problems).toHaveLength(1);
  });
});

describe('choosing people and channels', () => {
  test('takes only those whom Slack lists to this person', async () => {
    const users = { type: 'users_select', action_id: 'whom', placeholder: plain('Whom') };
    const channels = { type: 'conversations_select', action_id: 'where', placeholder: plain('Where') };
    const { app, alice, seen } = await posted(users, channels);
    expect((await alice.select(seen, 'Whom', 'U0BOB')).status).toBe('acknowledged');
    expect(app.last()).toMatchObject({ actions: [{ selected_user: 'U0BOB' }] });
    expect((await alice.select(seen, 'Whom', 'U0GONE')).status).toBe('not-sent');
    expect((await alice.select(seen, 'Where', 'C0SECRET')).status).toBe('not-sent');
    expect((await alice.select(seen, 'Where', 'C0GENERAL')).status).toBe('acknowledged');
  });
});

describe('a response url', () => {
  test('works five times within thirty minutes', async () => {
    const { app, bob, seen, workspace, clock } = await posted(approve);
    await bob.click(seen, 'Approve');
    const url = app.responseUrl();
    clock.advance({ minutes: 30 });
    for (let use = 1; use <= 5; use += 1) expect((await postTo(workspace, url, { text: `${use}` })).status).toBe(200);
    expect(await postTo(workspace, url, { text: '6' })).toEqual({ status: 404, body: 'used_url' });
    expect(bob.ephemerals().map((one) => one.shown)).toEqual(['1', '2', '3', '4', '5']);
  });

  test('is expired after thirty minutes', async () => {
    const { app, bob, seen, workspace, clock } = await posted(approve);
    await bob.click(seen, 'Approve');
    clock.advance({ minutes: 30, seconds: 1 });
    expect(await postTo(workspace, app.responseUrl(), { text: 'x' })).toEqual({ status: 404, body: 'expired_url' });
  });

  test('replaces or deletes the original, ephemeral or not', async () => {
    const { app, alice, workspace } = start();
    app.answer({ blocks: card(approve) });
    await alice.command('/jit', { channel: 'approvals' });
    const [seen] = alice.ephemerals();
    app.answer('');
    await alice.click(seen ?? { channelId: '', ts: '' }, 'Approve');
    expect(app.last().message).toBeUndefined();
    expect((await postTo(workspace, app.responseUrl(), { replace_original: true, text: 'Replaced' })).status).toBe(200);
    expect(alice.ephemerals().map((one) => one.shown)).toEqual(['Replaced']);
    expect((await postTo(workspace, app.responseUrl(), { delete_original: true })).status).toBe(200);
    expect(alice.ephemerals()).toEqual([]);
  });

  test('refuses what is no message', async () => {
    const { app, bob, seen, workspace } = await posted(approve);
    await bob.click(seen, 'Approve');
    expect(await postTo(workspace, app.responseUrl(), { blocks: [{ type: 'nonsense' }] })).toEqual({
      status: 400,
      body: 'invalid_blocks',
    });
    expect((await postTo(workspace, 'https://slack.local/hooks/T/none', { text: 'x' })).status).toBe(404);
  });
});

describe('events', () => {
  test('tell of people and groups that change', async () => {
    const { app, workspace } = start();
    await workspace.world.setKind('U0BOB', 'deleted');
    expect(app.last()).toMatchObject({ event: { type: 'user_change', user: { id: 'U0BOB', deleted: true } } });
    await workspace.world.setGroupMembers('S0PLATFORM', ['U0CAROL', 'U0ALICE']);
    expect(app.last()).toMatchObject({
      event: {
        type: 'subteam_members_changed',
        subteam_id: 'S0PLATFORM',
        added_users: ['U0ALICE'],
        removed_users: ['U0BOB'],
      },
    });
    expect(await call(workspace, 'usergroups.users.list', { usergroup: 'S0PLATFORM' })).toMatchObject({
      users: ['U0CAROL', 'U0ALICE'],
    });
  });

  test('tell of a channel only within it', async () => {
    const { app, workspace } = start({ events: ['channel_shared', 'member_left_channel'] });
    await workspace.world.removeFromChannel('C0GENERAL', 'U0BOB');
    expect(app.received).toEqual([]);
    await workspace.world.changeChannel('C0APPROVALS', { isExternallyShared: true, connectedTeamIds: ['T0PARTNER'] });
    expect(app.last()).toMatchObject({
      event: { type: 'channel_shared', channel: 'C0APPROVALS', connected_team_id: 'T0PARTNER' },
    });
    await workspace.world.removeFromChannel('C0APPROVALS', 'U0HALLPASS');
    expect(app.last()).toMatchObject({ event: { type: 'member_left_channel', user: 'U0HALLPASS' } });
    expect(await outcomeOf(workspace, 'conversations.history', { channel: 'C0APPROVALS' })).toBe('not_in_channel');
  });

  test('are sent again when not taken, and say so', async () => {
    const { app, workspace, timers } = start();
    app.answerStatus(500);
    await workspace.world.setKind('U0BOB', 'guest');
    for (const wait of [1_000, 60_000, 300_000]) await timers.run(wait);
    expect(app.received.map((one) => one.retry?.num ?? 0)).toEqual([0, 1, 2, 3]);
    expect(app.received[1]?.retry?.reason).toBe('http_error');
    await timers.run(1_000_000);
    expect(app.received).toHaveLength(4);
  });

  test('that the app did not subscribe to are not sent', async () => {
    const workspace = createWorkspace({ seed: demoSeed({ app: { ...hallpassApp, events: [] } }) });
    const app = connectScriptedApp(workspace);
    await workspace.world.setKind('U0BOB', 'guest');
    expect(app.received).toEqual([]);
  });

  test('are not sent to an app without the scope for them', async () => {
    const { app, workspace } = start({ scopes: hallpassApp.scopes.filter((one) => one !== 'usergroups:read') });
    await workspace.world.setGroupMembers('S0PLATFORM', ['U0CAROL']);
    await workspace.world.changeGroup('S0PLATFORM', { name: 'Platform' });
    expect(app.received).toEqual([]);
    await workspace.world.setKind('U0BOB', 'guest');
    expect(app.last()).toMatchObject({ event: { type: 'user_change' } });
    workspace.world.setScopes(hallpassApp.scopes.filter((one) => one !== 'users:read'));
    await workspace.world.setKind('U0BOB', 'member');
    expect(app.received).toHaveLength(1);
  });
});

describe('people', () => {
  const user = async (id: string) => Object((await call(createWorkspace(), 'users.info', { user: id })).user);

  test('carry what tells them apart', async () => {
    expect(await user('U0ALICE')).toMatchObject({
      team_id: 'T0HALLPASS',
      deleted: false,
      is_bot: false,
      is_restricted: false,
    });
    expect(await user('U0FRANK')).toMatchObject({ is_admin: true });
    expect(await user('U0GWEN')).toMatchObject({ is_restricted: true, is_ultra_restricted: false });
    expect(await user('U0GUS')).toMatchObject({ is_restricted: true, is_ultra_restricted: true });
    expect(await user('U0SAM')).toMatchObject({ is_stranger: true, team_id: 'T0PARTNER' });
    expect(await user('U0ROBO')).toMatchObject({ is_bot: true });
    expect(await user('U0GONE')).toMatchObject({ deleted: true });
  });

  test('of another team may not be marked as strangers', async () => {
    const tess = await user('U0TESS');
    expect(tess).toMatchObject({ team_id: 'T0PARTNER' });
    expect(tess.is_stranger).toBeUndefined();
  });

  test('who have left show no roles at all', async () => {
    expect((await user('U0GONE')).is_restricted).toBeUndefined();
  });

  test('show their address only with the scope for it', async () => {
    expect((await user('U0ALICE')).profile.email).toBeUndefined();
    expect(await outcomeOf(createWorkspace(), 'users.lookupByEmail', { email: 'alice@acme.test' })).toBe(
      'missing_scope',
    );
    expect(await outcomeOf(createWorkspace(), 'users.info', { user: 'U0NOBODY' })).toBe('user_not_found');
  });

  test('are in groups only on a paid plan', async () => {
    const free = createWorkspace({ seed: demoSeed({ plan: 'free' }) });
    expect(await outcomeOf(free, 'usergroups.list')).toBe('plan_upgrade_required');
    expect(await outcomeOf(free, 'usergroups.users.list', { usergroup: 'S0PLATFORM' })).toBe('plan_upgrade_required');
    expect(await outcomeOf(createWorkspace(), 'usergroups.users.list', { usergroup: 'S0NONE' })).toBe(
      'no_such_subteam',
    );
  });

  test('of other organisations make a channel externally shared', async () => {
    expect(await call(createWorkspace(), 'conversations.info', { channel: 'C0SHARED' })).toMatchObject({
      channel: { is_ext_shared: true, connected_team_ids: ['T0PARTNER'] },
    });
    expect(await call(createWorkspace(), 'conversations.info', { channel: 'C0APPROVALS' })).toMatchObject({
      channel: { is_ext_shared: false },
    });
  });
});

test('what a click stood on comes back as Slack keeps it: with ids, defaults, names of emoji, escaped and in pieces', async () => {
  const given = givenBack([
    { type: 'header', block_id: 'h', text: { type: 'plain_text', text: '🔴 a & b' } },
    { type: 'section', block_id: 's', text: { type: 'mrkdwn', text: '⚠️ *a* &amp; <@U1>' } },
    {
      type: 'rich_text',
      block_id: 'r',
      elements: [{ type: 'rich_text_quote', elements: [{ type: 'text', text: 'one\n✅ two', style: { bold: true } }] }],
    },
  ]);
  expect(given).toEqual([
    { type: 'header', block_id: 'h', text: { type: 'plain_text', text: ':red_circle: a &amp; b', emoji: true } },
    {
      type: 'section',
      block_id: 's',
      expand: false,
      text: { type: 'mrkdwn', text: ':warning: *a* &amp; <@U1>', verbatim: false },
    },
    {
      type: 'rich_text',
      block_id: 'r',
      elements: [
        {
          type: 'rich_text_quote',
          border: 0,
          elements: [
            { type: 'text', text: 'one\n', style: { bold: true } },
            { type: 'emoji', name: 'white_check_mark', unicode: '2705' },
            { type: 'text', text: ' two', style: { bold: true } },
          ],
        },
      ],
    },
  ]);
});
