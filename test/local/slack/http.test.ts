import { request } from 'node:http';
import { App, HTTPReceiver } from '@slack/bolt';
import { afterEach, describe, expect, test } from 'vitest';
import { createHttpLink } from '#local/slack/http-link.ts';
import type { PageState } from '#local/slack/page-api.ts';
import { createPageRoutes } from '#local/slack/page-routes.ts';
import { createWorkspace } from '#local/slack/workspace.ts';
import { quietLogger } from './sample-app.ts';
import { connectScriptedApp } from './scripted-app.ts';
import { call } from './web-call.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

const startBolt = async () => {
  const workspace = createWorkspace();
  const link = await createHttpLink(workspace);
  cleanups.push(link.stop);
  const receiver = new HTTPReceiver({ signingSecret: workspace.state.app.signingSecret, logger: quietLogger });
  const app = new App({
    token: workspace.state.app.token,
    receiver,
    logger: quietLogger,
    clientOptions: { slackApiUrl: link.slackApiUrl },
  });
  const heard: string[] = [];
  app.command('/jit', async ({ ack, body }) => {
    heard.push(body.text);
    await ack();
  });
  app.event('user_change', async ({ event, context }) => {
    heard.push(`${event.user.id} retry ${context.retryNum ?? 0}`);
  });
  const server = await receiver.start(0);
  cleanups.push(() => receiver.stop());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  link.connectApp(`http://127.0.0.1:${address.port}/slack/events`);
  return { workspace, heard };
};
const seconds = () => Math.floor(Temporal.Now.instant().epochMilliseconds / 1000);

describe('signed requests', () => {
  const command = {
    command: '/jit',
    text: 'list',
    user_id: 'U0ALICE',
    team_id: 'T0HALLPASS',
    channel_id: 'C0APPROVALS',
    response_url: 'http://127.0.0.1/hooks/x',
  };

  test('are taken by bolt, and refused when forged or older than five minutes', async () => {
    const { workspace, heard } = await startBolt();
    expect((await workspace.sendRaw(command, { type: 'slash_commands' })).status).toBe('acknowledged');
    expect(await workspace.sendRaw(command, { type: 'slash_commands', signature: 'v0=00' })).toMatchObject({
      status: 'refused',
      httpStatus: 401,
    });
    expect(await workspace.sendRaw(command, { type: 'slash_commands', timestamp: seconds() - 301 })).toMatchObject({
      status: 'refused',
      httpStatus: 401,
    });
    expect(heard).toEqual(['list']);
  });

  test('of the future, and sent twice, are taken by bolt: the app must not act twice', async () => {
    const { workspace, heard } = await startBolt();
    const future = await workspace.sendRaw(command, { type: 'slash_commands', timestamp: seconds() + 86_400 });
    expect(future.status).toBe('acknowledged');
    expect((await workspace.replay(future)).status).toBe('acknowledged');
    expect(heard).toEqual(['list', 'list']);
  });

  test('carry events as JSON', async () => {
    const { workspace, heard } = await startBolt();
    await workspace.world.setKind('U0BOB', 'guest');
    expect(heard).toEqual(['U0BOB retry 0']);
  });

  test('find nobody when the app is not there', async () => {
    const workspace = createWorkspace();
    const link = await createHttpLink(workspace);
    cleanups.push(link.stop);
    link.connectApp('http://127.0.0.1:9/slack/events');
    const outcome = await workspace.as('U0ALICE').command('/jit', { channel: 'approvals' });
    expect(outcome).toMatchObject({ status: 'failed', delivery: { status: 'unreachable' } });
  });
});

const startPage = async () => {
  const workspace = createWorkspace();
  const app = connectScriptedApp(workspace);
  const link = await createHttpLink(workspace, { routes: [createPageRoutes(workspace)] });
  cleanups.push(link.stop);
  const post = async (name: string, body: unknown, as = 'U0ALICE') => {
    const response = await fetch(`${link.url}/page/api/${name}?as=${as}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as unknown };
  };
  const state = async (as: string) => (await (await fetch(`${link.url}/page/api/state?as=${as}`)).json()) as PageState;
  return { workspace, app, link, post, state };
};

const getWith = (url: string, headers: Record<string, string>) =>
  new Promise<number>((resolve, reject) => {
    const sent = request(url, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on('error', reject).end();
  });

describe('the page', () => {
  test('reads what one person sees, spans included', async () => {
    const { workspace, state } = await startPage();
    await call(workspace, 'chat.postMessage', {
      channel: 'C0PRODOPS',
      text: 'x',
      blocks: [{ type: 'section', text: { type: 'mrkdwn', text: '*hi* <@U0BOB>' } }],
    });
    expect((await state('U0ALICE')).channels.map((one) => one.id)).not.toContain('C0PRODOPS');
    const seen = await state('U0BOB');
    expect(seen.messages.C0PRODOPS?.[0]?.blocks[0]).toMatchObject({
      type: 'section',
      text: {
        spans: [
          { type: 'text', text: 'hi', bold: true },
          { type: 'text', text: ' ' },
          { type: 'user', userId: 'U0BOB' },
        ],
      },
    });
  });

  test('acts for a person, and is told of each change', async () => {
    const { app, workspace, link, post } = await startPage();
    const events = await fetch(`${link.url}/page/api/events?as=U0ALICE`);
    const reader = events.body?.getReader();
    await reader?.read();
    app.answer('Hello');
    expect(await post('command', { channelId: 'C0APPROVALS', text: '/jit help' })).toEqual({
      status: 200,
      body: { status: 'acknowledged' },
    });
    expect(new TextDecoder().decode((await reader?.read())?.value)).toContain('event: change');
    await reader?.cancel();
    expect(app.last()).toMatchObject({ command: '/jit', text: 'help', user_id: 'U0ALICE' });
    expect(
      workspace
        .as('U0ALICE')
        .ephemerals()
        .map((one) => one.shown),
    ).toEqual(['Hello']);
  });

  test('presses buttons, asks for suggestions, submits forms and says what came of it', async () => {
    const { app, workspace, post, state } = await startPage();
    const text = (words: string) => ({ type: 'plain_text', text: words });
    const press = { type: 'button', action_id: 'go', text: text('Go'), value: 'v' };
    const { ts } = await call(workspace, 'chat.postMessage', {
      channel: 'C0APPROVALS',
      text: 'x',
      blocks: [{ type: 'actions', block_id: 'b', elements: [press] }],
    });
    const place = { type: 'message', channelId: 'C0APPROVALS', ts };
    expect((await post('action', { place, blockId: 'b', actionId: 'go' })).body).toEqual({ status: 'acknowledged' });
    expect((await post('action', { place, blockId: 'b', actionId: 'gone' })).body).toMatchObject({
      status: 'not-sent',
    });
    const select = { type: 'external_select', action_id: 'ns', min_query_length: 0 };
    await call(workspace, 'views.open', {
      trigger_id: app.trigger(),
      view: {
        type: 'modal',
        title: text('Ask'),
        submit: text('Send'),
        blocks: [{ type: 'input', block_id: 'where', label: text('Where'), element: select }],
      },
    });
    const viewId = (await state('U0ALICE')).views[0]?.id;
    app.answer({ options: [{ text: text('Prod'), value: 'prod' }] });
    const suggested = await post('suggest', {
      place: { type: 'view', viewId },
      blockId: 'where',
      actionId: 'ns',
      query: 'p',
    });
    expect(suggested.body).toEqual({ options: [{ text: text('Prod'), value: 'prod' }], groups: [] });
    expect((await post('submit', { viewId, values: {} })).body).toMatchObject({
      status: 'not-sent',
      fieldErrors: { where: 'Please complete this required field.' },
    });
    app.answer({ response_action: 'errors', errors: { where: 'Not there.' } });
    const submitted = await post('submit', { viewId, values: { where: { ns: { option: 'prod' } } } });
    expect(submitted.body).toEqual({ status: 'acknowledged', fieldErrors: { where: 'Not there.' } });
    expect((await state('U0ALICE')).views[0]).toMatchObject({
      errors: { where: 'Not there.' },
      values: { where: { ns: { option: 'prod' } } },
    });
    expect((await post('close-view', { viewId })).body).toEqual({ status: 'acknowledged' });
    expect((await state('U0ALICE')).views).toEqual([]);
  });

  test('refuses what is not of its form, or nobody', async () => {
    const { link, post } = await startPage();
    expect((await post('command', { channel: 'C0APPROVALS' })).status).toBe(400);
    expect((await post('command', { channelId: 'C0APPROVALS', text: '/jit' }, 'U0NOBODY')).status).toBe(400);
    expect((await post('command', { channelId: 'C0APPROVALS', text: '/jit' }, 'U0GONE')).status).toBe(403);
    expect((await post('nothing', {})).status).toBe(404);
    const form = await fetch(`${link.url}/page/api/open-home?as=U0ALICE`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: '{}',
    });
    expect(form.status).toBe(415);
  });

  test('answers only its own address, so that no foreign site can reach it', async () => {
    const { link } = await startPage();
    const url = `${link.url}/page/api/people`;
    expect(await getWith(url, {})).toBe(200);
    expect(await getWith(url, { host: `localhost:${link.port}` })).toBe(200);
    expect(await getWith(url, { host: `evil.test:${link.port}` })).toBe(403);
    expect(await getWith(url, { origin: 'https://evil.test' })).toBe(403);
    expect(await getWith(url, { origin: link.url })).toBe(200);
  });

  test('gives a file to those who see its channel', async () => {
    const { workspace, link } = await startPage();
    const { WebClient } = await import('@slack/web-api');
    const client = new WebClient(workspace.state.app.token, { slackApiUrl: link.slackApiUrl });
    await client.filesUploadV2({ channel_id: 'C0PRODOPS', filename: 'full.diff', content: '+ a\n' });
    const id = workspace.as('U0BOB').readChannel('prod-ops').at(-1)?.files[0]?.id;
    const get = (as: string) => fetch(`${link.url}/page/api/file/${id}?as=${as}`);
    expect(await (await get('U0BOB')).text()).toBe('+ a\n');
    expect((await get('U0ALICE')).status).toBe(404);
  });
});
