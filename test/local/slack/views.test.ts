import { describe, expect, test } from 'vitest';
import { demoSeed, hallpassApp } from '#local/slack/seed.ts';
import { createWorkspace } from '#local/slack/workspace.ts';
import { connectScriptedApp } from './scripted-app.ts';
import { call, outcomeOf, standingClock } from './web-call.ts';

const plain = (text: string) => ({ type: 'plain_text', text });
const reason = (more: Record<string, unknown> = {}) => ({
  type: 'input',
  block_id: 'reason',
  label: plain('Reason'),
  element: { type: 'plain_text_input', action_id: 'text', max_length: 10, ...more },
});
const modal = (more: Record<string, unknown> = {}) => ({
  type: 'modal',
  title: plain('Ask'),
  submit: plain('Send'),
  blocks: [reason()],
  ...more,
});
const home = (more: Record<string, unknown> = {}) => ({ type: 'home', blocks: [{ type: 'divider' }], ...more });

/** A workspace in which Alice has just typed a command. */
const typed = async () => {
  const clock = standingClock();
  const workspace = createWorkspace({ now: clock.now, random: () => 0.5 });
  const app = connectScriptedApp(workspace);
  const alice = workspace.as('U0ALICE');
  await alice.command('/jit', { channel: 'approvals' });
  const open = (view: unknown = modal(), trigger_id = app.trigger()) =>
    outcomeOf(workspace, 'views.open', { trigger_id, view });
  return { clock, workspace, app, alice, open };
};

describe('a trigger', () => {
  test('opens one view within three seconds', async () => {
    const { clock, open, alice } = await typed();
    clock.advance({ seconds: 3 });
    expect(await open()).toBe('ok');
    expect(alice.view()?.title).toBe('Ask');
  });

  test('is expired after three seconds', async () => {
    const { clock, open } = await typed();
    clock.advance({ seconds: 3, milliseconds: 1 });
    expect(await open()).toBe('expired_trigger_id');
  });

  test('works once', async () => {
    const { open } = await typed();
    expect(await open()).toBe('ok');
    expect(await open()).toBe('exchanged_trigger_id');
  });

  test('is not used up by a view that was refused', async () => {
    const { open } = await typed();
    expect(await open(modal({ title: plain('x'.repeat(25)) }))).toBe('invalid_arguments');
    expect(await open()).toBe('ok');
  });

  test('that was made up is refused', async () => {
    const { open } = await typed();
    expect(await open(modal(), '1.2.abc')).toBe('invalid_trigger_id');
  });

  test('of a command cannot push', async () => {
    const { workspace, app } = await typed();
    expect(await outcomeOf(workspace, 'views.push', { trigger_id: app.trigger(), view: modal() })).toBe('not_found');
  });
});

const x = (length: number) => 'x'.repeat(length);
describe('a modal holds', () => {
  test.each([
    { what: '24 characters of title', passes: modal({ title: plain(x(24)) }), fails: modal({ title: plain(x(25)) }) },
    {
      what: '24 characters on submit',
      passes: modal({ submit: plain(x(24)) }),
      fails: modal({ submit: plain(x(25)) }),
    },
    { what: '24 characters on close', passes: modal({ close: plain(x(24)) }), fails: modal({ close: plain(x(25)) }) },
    {
      what: '3000 characters of private metadata',
      passes: modal({ private_metadata: x(3000) }),
      fails: modal({ private_metadata: x(3001) }),
    },
    {
      what: '255 characters of callback id',
      passes: modal({ callback_id: x(255) }),
      fails: modal({ callback_id: x(256) }),
    },
    {
      what: 'a submit beside an input',
      passes: modal(),
      fails: { type: 'modal', title: plain('x'), blocks: [reason()] },
    },
    { what: 'known keys', passes: modal({ clear_on_close: true }), fails: modal({ colour: 'red' }) },
    { what: 'a modal', passes: modal(), fails: home() },
  ])('$what', async ({ passes, fails }) => {
    const { open } = await typed();
    expect(await open(fails)).toBe('invalid_arguments');
    expect(await open(passes)).toBe('ok');
  });

  test('250 KB', async () => {
    const { open } = await typed();
    const blocks = (n: number) => Array.from({ length: n }, () => ({ type: 'section', text: plain(x(2900)) }));
    expect(await open(modal({ blocks: blocks(90) }))).toBe('view_too_large');
    expect(await open(modal({ blocks: blocks(80) }))).toBe('ok');
  });

  test('says what is wrong and where', async () => {
    const { workspace, app } = await typed();
    const body = await call(workspace, 'views.open', {
      trigger_id: app.trigger(),
      view: modal({ title: plain(x(25)) }),
    });
    expect(body).toMatchObject({
      response_metadata: { messages: ['[ERROR] must be less than 25 characters [json-pointer:/view/title/text]'] },
    });
  });
});

describe('the stack of modals', () => {
  const pushing = modal({
    blocks: [{ type: 'actions', elements: [{ type: 'button', action_id: 'more', text: plain('More') }] }],
  });

  test('is three deep', async () => {
    const { workspace, app, alice, open } = await typed();
    expect(await open(pushing)).toBe('ok');
    for (const outcome of ['ok', 'ok', 'push_limit_reached']) {
      await alice.click({ viewId: alice.view()?.viewId ?? '' }, 'More');
      expect(await outcomeOf(workspace, 'views.push', { trigger_id: app.trigger(), view: pushing })).toBe(outcome);
    }
    expect(alice.views()).toHaveLength(3);
  });

  test('is updated by id, or not at all once the hash is old', async () => {
    const started = await typed();
    const update = (args: Record<string, unknown>) => outcomeOf(started.workspace, 'views.update', args);
    expect(await started.open()).toBe('ok');
    const view_id = started.alice.view()?.viewId ?? '';
    const hash = started.workspace.state.views.get(view_id)?.hash;
    expect(await update({ view_id, hash, view: modal({ title: plain('Second') }) })).toBe('ok');
    expect(await update({ view_id, hash, view: modal({ title: plain('Third') }) })).toBe('hash_conflict');
    expect(await update({ view_id: 'V0NONE', view: modal() })).toBe('not_found');
    expect(await update({ view: modal() })).toBe('invalid_arguments');
    expect(started.alice.view()?.title).toBe('Second');
  });

  test('keeps what was typed when an update keeps the field', async () => {
    const { workspace, alice, open } = await typed();
    await open();
    await alice.fill({ Reason: 'because' });
    const view_id = alice.view()?.viewId;
    await call(workspace, 'views.update', { view_id, view: modal({ blocks: [{ type: 'divider' }, reason()] }) });
    expect(alice.state().views[0]?.values).toEqual({ reason: { text: { text: 'because' } } });
    await call(workspace, 'views.update', { view_id, view: modal({ blocks: [reason({ action_id: 'other' })] }) });
    expect(alice.state().views[0]?.values).toEqual({ reason: { other: { text: null } } });
  });

  test('tells the app of closing only where it asked', async () => {
    const { app, alice, open } = await typed();
    await open(modal({ notify_on_close: true, callback_id: 'ask' }));
    await alice.closeView();
    expect(app.last()).toMatchObject({ type: 'view_closed', is_cleared: false, view: { callback_id: 'ask' } });
    expect(alice.view()).toBeUndefined();
  });
});

describe('a submission', () => {
  test('is not sent while a required field is empty or too long', async () => {
    const { app, alice, open } = await typed();
    await open();
    expect(await alice.submit()).toMatchObject({
      status: 'not-sent',
      fieldErrors: { reason: 'Please complete this required field.' },
    });
    expect(await alice.fillAndSubmit({ Reason: 'longer than ten' })).toMatchObject({
      status: 'not-sent',
      fieldErrors: { reason: 'Please use no more than 10 characters' },
    });
    expect(app.received).toHaveLength(1);
  });

  test('carries the state and closes the modal when it is just acknowledged', async () => {
    const { app, alice, open } = await typed();
    await open(modal({ callback_id: 'ask', private_metadata: 'm' }));
    expect((await alice.fillAndSubmit({ Reason: 'because' })).status).toBe('acknowledged');
    expect(app.last()).toMatchObject({
      type: 'view_submission',
      user: { id: 'U0ALICE' },
      view: {
        callback_id: 'ask',
        private_metadata: 'm',
        state: { values: { reason: { text: { type: 'plain_text_input', value: 'because' } } } },
      },
    });
    expect(alice.view()).toBeUndefined();
  });

  test('may be answered by errors, of input blocks only', async () => {
    const { workspace, app, alice, open } = await typed();
    await open();
    app.answer({ response_action: 'errors', errors: { reason: 'No.' } });
    expect(await alice.fillAndSubmit({ Reason: 'x' })).toMatchObject({
      status: 'acknowledged',
      fieldErrors: { reason: 'No.' },
    });
    expect(workspace.problems).toEqual([]);
    app.answer({ response_action: 'errors', errors: { other: 'No.' } });
    expect((await alice.submit()).status).toBe('failed');
    expect(workspace.problems[0]?.what).toContain('other');
    expect(alice.view()).toBeDefined();
  });

  test('may be answered by another view, pushed or in place, or by clearing all', async () => {
    const { workspace, app, alice, open } = await typed();
    await open();
    app.answer({ response_action: 'push', view: modal({ title: plain('Pushed') }) });
    await alice.fillAndSubmit({ Reason: 'x' });
    expect(alice.views().map((one) => one.title)).toEqual(['Ask', 'Pushed']);
    app.answer({ response_action: 'update', view: modal({ title: plain('Updated') }) });
    await alice.fillAndSubmit({ Reason: 'x' });
    expect(alice.views().map((one) => one.title)).toEqual(['Ask', 'Updated']);
    app.answer({ response_action: 'clear' });
    await alice.submit();
    expect(alice.views()).toEqual([]);
    expect(workspace.problems).toEqual([]);
  });

  test.each([
    { what: 'a view that Slack refuses', ack: { response_action: 'update', view: modal({ title: plain(x(25)) }) } },
    { what: 'an unknown action', ack: { response_action: 'refresh' } },
    { what: 'a text', ack: 'thanks' },
  ])('answered by $what is a failure to the person and a problem of the app', async ({ ack }) => {
    const { workspace, app, alice, open } = await typed();
    await open();
    app.answer(ack);
    expect(await alice.fillAndSubmit({ Reason: 'x' })).toMatchObject({
      status: 'failed',
      message: 'We had some trouble connecting. Try again?',
    });
    expect(workspace.problems).toHaveLength(1);
    expect(alice.view()?.title).toBe('Ask');
  });
});

describe('the Home', () => {
  test('is published per person and shown when opened', async () => {
    const { workspace, app, alice } = await typed();
    expect(await outcomeOf(workspace, 'views.publish', { user_id: 'U0ALICE', view: home() })).toBe('ok');
    expect(await outcomeOf(workspace, 'views.publish', { user_id: 'U0NOBODY', view: home() })).toBe(
      'invalid_arguments',
    );
    expect(await outcomeOf(workspace, 'views.publish', { user_id: 'U0ALICE', view: modal() })).toBe(
      'invalid_arguments',
    );
    expect(await outcomeOf(workspace, 'views.publish', { user_id: 'U0ALICE', view: home(), hash: 'old' })).toBe(
      'hash_conflict',
    );
    await alice.openHome();
    expect(app.last()).toMatchObject({
      type: 'event_callback',
      event: { type: 'app_home_opened', user: 'U0ALICE', tab: 'home' },
    });
    expect(alice.home()?.type).toBe('home');
    expect(workspace.as('U0BOB').home()).toBeUndefined();
  });

  test('needs its tab', async () => {
    const workspace = createWorkspace({ seed: demoSeed({ app: { ...hallpassApp, isHomeTabEnabled: false } }) });
    expect(await outcomeOf(workspace, 'views.publish', { user_id: 'U0ALICE', view: home() })).toBe('not_enabled');
  });
});
