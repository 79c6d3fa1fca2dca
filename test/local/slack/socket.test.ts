import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { createSocketLink } from '#local/slack/socket-link.ts';
import { createWorkspace } from '#local/slack/workspace.ts';
import { call, outcomeOf } from './web-call.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

const begin = async () => {
  const workspace = createWorkspace();
  const link = await createSocketLink(workspace);
  cleanups.push(link.stop);
  const { appToken } = workspace.state.app;
  const address = async () => z.string().parse((await call(workspace, 'apps.connections.open', {}, appToken)).url);
  /** An app reduced to one connection: what came through it, and how it acknowledges. */
  const connect = async (url?: string) => {
    const socket = new WebSocket(url ?? (await address()));
    cleanups.push(async () => socket.terminate());
    const frames: Record<string, unknown>[] = [];
    const app = { payload: undefined as unknown };
    socket.on('message', (data) => {
      const frame = z.record(z.string(), z.unknown()).parse(JSON.parse(String(data)));
      frames.push(frame);
      const { envelope_id } = frame;
      if (envelope_id !== undefined && app.payload !== 'nothing')
        socket.send(JSON.stringify({ envelope_id, payload: app.payload }));
    });
    await once(socket, 'open');
    await workspace.until(() => frames[0]);
    const envelopes = () => frames.filter(({ envelope_id }) => envelope_id !== undefined);
    return { socket, frames, envelopes, app };
  };
  const press = { type: 'block_actions', user: { id: 'U0BOB' } };
  return { workspace, link, address, connect, press, appToken };
};

describe('apps.connections.open', () => {
  test('takes the app token alone, which nothing else takes', async () => {
    const { workspace, appToken } = await begin();
    const open = (token?: string | null) => outcomeOf(workspace, 'apps.connections.open', {}, token);
    expect(await open(appToken)).toBe('ok');
    expect(await open()).toBe('not_allowed_token_type');
    expect(await open('xapp-of-somebody')).toBe('invalid_auth');
    expect(await open(null)).toBe('not_authed');
    expect(await outcomeOf(workspace, 'auth.test', {}, appToken)).toBe('not_allowed_token_type');
    expect(await outcomeOf(workspace, 'apps.connections.close', {}, appToken)).toBe('unknown_method');
  });

  test('is not known where Socket Mode is off', async () => {
    const workspace = createWorkspace();
    const { appToken } = workspace.state.app;
    expect(await outcomeOf(workspace, 'apps.connections.open', {}, appToken)).toBe('unknown_method');
  });

  test('gives an address that works once', async () => {
    const { address, connect, link } = await begin();
    const url = await address();
    const { frames } = await connect(url);
    expect(frames).toMatchObject([{ type: 'hello', connection_info: { app_id: 'A0HALLPASS' }, num_connections: 1 }]);
    await expect(connect(url)).rejects.toThrow('404');
    await expect(connect(url.replace(/ticket=[^&]+/, 'ticket=forged'))).rejects.toThrow('404');
    expect(link.connections()).toBe(1);
  });
});

describe('connections', () => {
  test('are ten at most: the eleventh is told and closed', async () => {
    const { connect, link } = await begin();
    for (let n = 0; n < 10; n += 1) await connect();
    const { frames, socket } = await connect();
    expect(frames).toMatchObject([{ type: 'disconnect', reason: 'too_many_websockets' }]);
    expect(socket.readyState).not.toBe(WebSocket.OPEN);
    expect(link.connections()).toBe(10);
  });

  test('each get some of what is sent, and never the same', async () => {
    const { workspace, connect, press } = await begin();
    const [one, other] = [await connect(), await connect()];
    for (let n = 0; n < 6; n += 1) expect((await workspace.sendRaw(press)).status).toBe('acknowledged');
    expect(one?.envelopes()).toHaveLength(3);
    expect(other?.envelopes()).toHaveLength(3);
  });

  test('that are told to disconnect serve until they are closed, and leave TCP to the app', async () => {
    const { workspace, connect, link, press } = await begin();
    const { frames, socket, envelopes } = await connect();
    const closing = link.disconnect('warning', 100);
    await workspace.until(() => frames[1]);
    expect(frames[1]).toMatchObject({ type: 'disconnect', reason: 'warning' });
    expect((await workspace.sendRaw(press)).status).toBe('acknowledged');
    await closing;
    await workspace.until(() => socket.readyState === WebSocket.CLOSING);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(socket.readyState).toBe(WebSocket.CLOSING);
    expect((await workspace.sendRaw(press)).status).toBe('unreachable');
    expect(envelopes()).toHaveLength(1);
  });

  test('that are dropped take with them what was not acknowledged', async () => {
    const { workspace, connect, link, press } = await begin();
    const { app, socket, envelopes } = await connect();
    app.payload = 'nothing';
    const sent = workspace.sendRaw(press);
    await workspace.until(() => envelopes()[0]);
    const closed = once(socket, 'close');
    link.drop();
    expect((await sent).status).toBe('unreachable');
    expect((await closed)[0]).toBe(1006);
  });

  test('answer pings until they are told to be silent', async () => {
    const { connect, link } = await begin();
    const { socket } = await connect();
    let pongs = 0;
    socket.on('pong', () => {
      pongs += 1;
    });
    socket.ping();
    await once(socket, 'pong');
    link.silent(true);
    socket.ping();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(pongs).toBe(1);
  });
});

describe('envelopes', () => {
  test('carry commands, clicks and events, and take answers where Slack takes them', async () => {
    const { workspace, connect, press } = await begin();
    const { app, envelopes } = await connect();
    app.payload = { text: 'Hello' };
    expect(await workspace.as('U0ALICE').command('/jit help', { channel: 'approvals' })).toMatchObject({
      status: 'acknowledged',
      delivery: { ack: { text: 'Hello' } },
    });
    app.payload = undefined;
    expect(await workspace.sendRaw(press)).toMatchObject({ status: 'acknowledged', ack: '' });
    await workspace.world.setKind('U0BOB', 'guest');
    expect(envelopes()).toMatchObject([
      { type: 'slash_commands', payload: { command: '/jit', text: 'help' }, accepts_response_payload: true },
      { type: 'interactive', payload: press, accepts_response_payload: true },
      { type: 'events_api', payload: { event: { type: 'user_change' } }, accepts_response_payload: false },
    ]);
    expect(workspace.problems).toEqual([]);
  });

  test('time out after three seconds without an acknowledgement', async () => {
    const { workspace, connect, press } = await begin();
    const { app } = await connect();
    app.payload = 'nothing';
    const { status, milliseconds } = await workspace.sendRaw(press);
    expect(status).toBe('timed-out');
    expect(milliseconds).toBeGreaterThan(2_900);
  });

  test('can be sent twice, to one connection and another', async () => {
    const { workspace, connect, link, press } = await begin();
    const [one, other] = [await connect(), await connect()];
    link.double();
    await workspace.sendRaw(press);
    expect(one?.envelopes()).toHaveLength(1);
    expect(other?.envelopes()).toEqual(one?.envelopes());
    await workspace.sendRaw(press);
    expect([...(one?.envelopes() ?? []), ...(other?.envelopes() ?? [])]).toHaveLength(3);
  });

  test('are acknowledged once, through their own connection, and events without a payload: else it is a problem', async () => {
    const { workspace, connect, press } = await begin();
    const { app, socket, envelopes } = await connect();
    await workspace.sendRaw(press);
    socket.send(JSON.stringify({ envelope_id: envelopes()[0]?.envelope_id }));
    socket.send('{');
    await workspace.until(() => workspace.problems.length === 2);
    app.payload = { text: 'thanks' };
    await workspace.world.setKind('U0BOB', 'guest');
    expect(workspace.problems.at(-1)?.what).toBe('an event was acknowledged with a payload');
  });

  test('cannot be forged: nothing is signed', async () => {
    const { workspace, connect, press } = await begin();
    await connect();
    await expect(workspace.sendRaw(press, { signature: 'v0=00' })).rejects.toThrow('HTTP link');
  });
});
