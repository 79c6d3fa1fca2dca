import { WebClient } from '@slack/web-api';
import { describe, expect, test } from 'vitest';
import { createInMemoryLink } from '#local/slack/in-memory-link.ts';
import { createWorkspace, type Workspace } from '#local/slack/workspace.ts';
import { quietLogger } from './sample-app.ts';
import { callRaw, standingClock } from './web-call.ts';

const client = (workspace: Workspace, retries = 0) =>
  new WebClient(workspace.state.app.token, {
    fetch: createInMemoryLink(workspace).fetch,
    retryConfig: { retries, factor: 1, minTimeout: 1, maxTimeout: 1 },
    timeout: 100,
    rejectRateLimitedCalls: true,
    logger: quietLogger,
  });
const post = { channel: 'C0APPROVALS', text: 'x' };
const cards = (workspace: Workspace) => workspace.as('U0ALICE').readChannel('approvals').length;
const status = async (workspace: Workspace, method: string, args: Record<string, unknown> = {}) =>
  (await callRaw(workspace, method, args)).status;

describe('rates', () => {
  test('let a short burst of posts into one channel, then one a second', async () => {
    const clock = standingClock();
    const workspace = createWorkspace({ now: clock.now });
    for (let n = 0; n < 5; n += 1) expect(await status(workspace, 'chat.postMessage', post)).toBe(200);
    const refused = await callRaw(workspace, 'chat.postMessage', post);
    expect(refused).toMatchObject({ status: 429, headers: { 'retry-after': '1' } });
    expect(await status(workspace, 'chat.postMessage', { ...post, channel: 'C0GENERAL' })).toBe(200);
    clock.advance({ seconds: 1 });
    expect(await status(workspace, 'chat.postMessage', post)).toBe(200);
    expect(await status(workspace, 'chat.postMessage', post)).toBe(429);
    expect(cards(workspace)).toBe(6);
  });

  test.each([
    { method: 'usergroups.list', args: {}, most: 20 },
    { method: 'conversations.info', args: { channel: 'C0APPROVALS' }, most: 50 },
    { method: 'users.info', args: { user: 'U0ALICE' }, most: 100 },
  ])('let $most calls of $method through in a minute', async ({ method, args, most }) => {
    const clock = standingClock();
    const workspace = createWorkspace({ now: clock.now });
    for (let n = 0; n < most; n += 1) expect(await status(workspace, method, args)).toBe(200);
    expect(await status(workspace, method, args)).toBe(429);
    clock.advance({ minutes: 1 });
    expect(await status(workspace, method, args)).toBe(200);
  });

  test('can be switched off', async () => {
    const workspace = createWorkspace({ rates: 'off' });
    for (let n = 0; n < 30; n += 1) expect(await status(workspace, 'usergroups.list')).toBe(200);
  });
});

describe('faults', () => {
  test('fail the next calls of one method, and no other', async () => {
    const workspace = createWorkspace();
    workspace.faults.next({ type: 'status', status: 503 }, { times: 2, method: 'chat.postMessage' });
    await expect(client(workspace).auth.test()).resolves.toMatchObject({ ok: true });
    await expect(client(workspace).chat.postMessage(post)).rejects.toMatchObject({ code: 'slack_webapi_http_error' });
    await expect(client(workspace).chat.postMessage(post)).rejects.toThrow();
    await expect(client(workspace).chat.postMessage(post)).resolves.toMatchObject({ ok: true });
    expect(cards(workspace)).toBe(1);
  });

  test('lose the answer of a post that was made, so that a retry doubles it', async () => {
    const workspace = createWorkspace();
    workspace.faults.next({ type: 'performed-then-status', status: 500 });
    await client(workspace, 1).chat.postMessage(post);
    expect(cards(workspace)).toBe(2);
    expect(workspace.calls.map((one) => ({ performed: one.performed, fault: one.fault }))).toEqual([
      { performed: true, fault: 'performed-then-status' },
      { performed: true, fault: undefined },
    ]);
  });

  test('hang until the client gives up', async () => {
    const workspace = createWorkspace();
    workspace.faults.next({ type: 'hang' });
    await expect(client(workspace).chat.postMessage(post)).rejects.toMatchObject({
      code: 'slack_webapi_request_error',
    });
    workspace.faults.next({ type: 'performed-then-hang' });
    await expect(client(workspace).chat.postMessage(post)).rejects.toThrow();
    expect(cards(workspace)).toBe(1);
  });

  test('answer late', async () => {
    const workspace = createWorkspace();
    workspace.faults.next({ type: 'slow', milliseconds: 20 });
    await expect(client(workspace).chat.postMessage(post)).resolves.toMatchObject({ ok: true });
    workspace.faults.next({ type: 'slow', milliseconds: 1_000 });
    await expect(client(workspace).chat.postMessage(post)).rejects.toThrow();
  });

  test('limit the rate on demand', async () => {
    const workspace = createWorkspace();
    workspace.faults.next({ type: 'rate-limited', retryAfter: 30 });
    await expect(client(workspace).chat.postMessage(post)).rejects.toMatchObject({
      code: 'slack_webapi_rate_limited_error',
      retryAfter: 30,
    });
  });

  test('refuse every connection while Slack is down', async () => {
    const workspace = createWorkspace();
    workspace.faults.down();
    await expect(client(workspace).chat.postMessage(post)).rejects.toMatchObject({
      code: 'slack_webapi_request_error',
    });
    await expect(client(workspace).auth.test()).rejects.toThrow();
    workspace.faults.up();
    await expect(client(workspace).chat.postMessage(post)).resolves.toMatchObject({ ok: true });
    expect(cards(workspace)).toBe(1);
  });

  test('answer with any error of Slack', async () => {
    const workspace = createWorkspace();
    workspace.faults.next({ type: 'error', error: 'fatal_error' }, { method: 'views.publish' });
    await expect(
      client(workspace).views.publish({ user_id: 'U0ALICE', view: { type: 'home', blocks: [] } }),
    ).rejects.toMatchObject({ data: { error: 'fatal_error' } });
  });
});

describe('the real client', () => {
  test('uploads a file through all three steps', async () => {
    const workspace = createWorkspace();
    await client(workspace).filesUploadV2({
      channel_id: 'C0APPROVALS',
      filename: 'full.diff',
      content: '+ ü\n',
      title: 'Full diff',
    });
    expect(workspace.as('U0BOB').readChannel('approvals').at(-1)?.files[0]).toMatchObject({
      name: 'full.diff',
      title: 'Full diff',
      content: '+ ü\n',
    });
  });
});
