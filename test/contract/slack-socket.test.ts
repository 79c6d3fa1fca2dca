import { App, LogLevel } from '@slack/bolt';
import { afterEach, describe, expect, test } from 'vitest';
import { type Connection, connect } from '#adapters/slack/socket-connection.ts';
import { createSocketReceiver, type SocketSettings } from '#adapters/slack/socket-receiver.ts';
import { freePort } from '#local/parts/daemon.ts';
import { createSocketLink, type SocketLink } from '#local/slack/socket-link.ts';
import { createWorkspace, type Workspace } from '#local/slack/workspace.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});
const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const open = 'apps.connections.open';

type World = {
  readonly workspace: Workspace;
  readonly link: SocketLink;
  readonly app: App;
  readonly port: number;
  readonly outages: string[];
  readonly backs: string[];
  readonly heard: string[];
  readonly faults: string[];
  /** How long the app takes to acknowledge a press, in milliseconds. */
  readonly slowness: { now: number };
  readonly start: () => Promise<unknown>;
  readonly both: () => Promise<unknown>;
};

const prepare = async (settings: Partial<SocketSettings> = {}): Promise<World> => {
  const workspace = createWorkspace({ rates: 'off' });
  const link = await createSocketLink(workspace);
  cleanups.push(link.stop);
  const [outages, backs, heard, faults]: string[][] = [[], [], [], []];
  const clientOptions = { slackApiUrl: link.slackApiUrl, timeout: 2_000, logLevel: LogLevel.ERROR };
  const receiver = createSocketReceiver({
    appToken: workspace.state.app.appToken,
    clientOptions: { ...clientOptions, rejectRateLimitedCalls: true },
    onOutage: (why) => void outages?.push(why),
    onBack: () => void backs?.push('back'),
    pace: { blip: 200 },
    ...settings,
  });
  const app = new App({ token: workspace.state.app.token, receiver, clientOptions, logLevel: LogLevel.ERROR });
  const slowness = { now: 0 };
  app.command('/jit', async ({ ack, body }) => {
    heard?.push(body.text);
    await ack(`You said ${body.text}`);
  });
  app.action('go', async ({ ack, body }) => {
    heard?.push(body.user.id);
    await wait(slowness.now);
    await ack();
  });
  app.action('throws', async () => {
    throw new Error('broken before the acknowledgement');
  });
  app.event('user_change', async () => void heard?.push('user_change'));
  app.error(async (cause) => {
    faults?.push(cause.message);
    throw cause;
  });
  const port = await freePort();
  const start = async () => {
    await app.start(port);
    cleanups.push(() => app.stop());
  };
  const both = () => workspace.until(() => link.connections() === 2);
  return {
    workspace,
    link,
    app,
    port,
    outages: outages ?? [],
    backs: backs ?? [],
    heard: heard ?? [],
    faults: faults ?? [],
    slowness,
    start,
    both,
  };
};
const begin = async (settings?: Partial<SocketSettings>): Promise<World> => {
  const world = await prepare(settings);
  await world.start();
  await world.both();
  return world;
};
const press = (action = 'go') => ({
  type: 'block_actions',
  user: { id: 'U0BOB', team_id: 'T0HALLPASS' },
  team: { id: 'T0HALLPASS' },
  actions: [{ type: 'button', action_id: action, block_id: 'b', value: 'v' }],
});

describe('Socket Mode', () => {
  test('has two connections, answers with and without a body, and listens for /livez alone', async () => {
    const { workspace, link, heard, port } = await begin();
    expect(await workspace.as('U0ALICE').command('/jit list')).toMatchObject({
      delivery: { status: 'acknowledged', ack: { text: 'You said list' } },
    });
    expect(await workspace.sendRaw(press())).toMatchObject({ status: 'acknowledged', ack: '' });
    await workspace.world.setKind('U0CAROL', 'guest');
    expect(heard).toEqual(['list', 'U0BOB', 'user_change']);
    const livez = await fetch(`http://127.0.0.1:${port}/livez`);
    expect([livez.status, await livez.text()]).toEqual([200, 'ok']);
    expect((await fetch(`http://127.0.0.1:${port}/slack/events`, { method: 'POST', body: '{}' })).status).toBe(404);
    expect(link.connections()).toBe(2);
    expect(workspace.problems).toEqual([]);
  });

  test.each(['warning', 'refresh_requested'] as const)(
    'a %s loses no press, not even one under way',
    async (reason) => {
      const { workspace, link, slowness, outages, both } = await begin();
      slowness.now = 100;
      const sent = Array.from({ length: 4 }, () => workspace.sendRaw(press()));
      const leaving = link.disconnect(reason, 200);
      sent.push(...Array.from({ length: 4 }, () => workspace.sendRaw(press())));
      expect((await Promise.all(sent)).map(({ status }) => status)).toEqual(Array(8).fill('acknowledged'));
      await leaving;
      expect((await workspace.sendRaw(press())).status).toBe('acknowledged');
      await both();
      expect(outages).toEqual([]);
      expect(workspace.problems).toEqual([]);
    },
  );

  test('opens the next connection before an announced one is closed', async () => {
    const { workspace, link } = await begin();
    const leaving = link.disconnect('warning', 1_000);
    await workspace.until(() => link.connections() === 3, { milliseconds: 900 });
    await leaving;
    await workspace.until(() => link.connections() === 2);
  });

  test('is not left without a connection by disconnects that follow each other', async () => {
    const { workspace, link, outages } = await begin();
    for (let n = 0; n < 4; n += 1) {
      await link.disconnect('refresh_requested', 0);
      expect((await workspace.sendRaw(press())).status).toBe('acknowledged');
      await workspace.until(() => link.connections() >= 2, { milliseconds: 5_000 });
    }
    expect(outages).toEqual([]);
  });

  test('replaces a connection that Slack closes without a notice, leaving TCP open', async () => {
    const { workspace, link } = await begin();
    link.close();
    await workspace.until(() => link.connections() === 1);
    await workspace.until(() => link.connections() === 2, { milliseconds: 6_000 });
  });

  test('says an outage once and its end once, and is back by itself', async () => {
    const { workspace, link, outages, backs } = await begin();
    workspace.faults.down();
    link.drop();
    await workspace.until(() => outages.length > 0);
    await wait(1_500);
    expect(outages).toHaveLength(1);
    expect((await workspace.sendRaw(press())).status).toBe('unreachable');
    expect(backs).toEqual([]);
    workspace.faults.up();
    await workspace.until(() => link.connections() > 0, { milliseconds: 3_000 });
    await workspace.until(() => backs.length > 0);
    await workspace.until(async () => (await workspace.sendRaw(press())).status === 'acknowledged');
    await workspace.until(() => link.connections() === 2, { milliseconds: 5_000 });
    expect([outages.length, backs.length]).toEqual([1, 1]);
  });

  test('does not speak of a loss that is over at once', async () => {
    const world = await begin({ pace: { blip: 1_000 } });
    world.link.drop();
    await world.both();
    await wait(1_100);
    expect([world.outages, world.backs]).toEqual([[], []]);
  });

  test('goes on trying when Slack refuses it while it runs', async () => {
    const { workspace, link, outages } = await begin({ pace: { blip: 1_000 } });
    workspace.faults.next({ type: 'error', error: 'invalid_auth' }, { times: 4, method: open });
    workspace.faults.next({ type: 'rate-limited', retryAfter: 1 }, { times: 2, method: open });
    link.drop();
    await workspace.until(() => outages.length > 0);
    expect(outages[0]).toMatch(/invalid_auth|Slack asked for a pause/);
    await workspace.until(() => link.connections() === 2, { milliseconds: 10_000 });
    expect(outages).toHaveLength(1);
  });

  test('gives up a connection that answers no ping, and opens another', async () => {
    const { workspace, link, outages } = await begin({ beat: 50 });
    const before = workspace.calls.filter(({ method }) => method === open).length;
    link.silent(true);
    await workspace.until(() => workspace.calls.filter(({ method }) => method === open).length >= before + 2);
    link.silent(false);
    await workspace.until(() => link.connections() === 2, { milliseconds: 5_000 });
    expect((await workspace.sendRaw(press())).status).toBe('acknowledged');
    expect(outages.length).toBeLessThanOrEqual(1);
  });

  test('acts once on an envelope that comes twice, and acknowledges both', async () => {
    const { workspace, link, heard, slowness } = await begin();
    slowness.now = 50;
    link.double();
    const delivery = await workspace.sendRaw(press());
    expect(delivery.status).toBe('acknowledged');
    expect((await workspace.replay(delivery)).status).toBe('acknowledged');
    expect(heard).toEqual(['U0BOB']);
    expect(workspace.problems).toEqual([]);
  });

  test('is silent, and says the fault, where a listener throws before it acknowledges; the next press is taken', async () => {
    const { workspace, faults } = await begin();
    const thrown = workspace.sendRaw(press('throws'));
    await workspace.until(() => faults.length > 0);
    expect(faults).toEqual(['broken before the acknowledgement']);
    expect((await workspace.sendRaw(press())).status).toBe('acknowledged');
    expect((await thrown).status).toBe('timed-out');
  });

  test('does not stumble over what is no payload of Slack', async () => {
    const { workspace } = await begin();
    await Promise.all([workspace.sendRaw({}), workspace.sendRaw({ type: 'block_actions', actions: 'none' })]);
    expect((await workspace.sendRaw(press())).status).toBe('acknowledged');
  });

  test('answers what is under way before it stops, and leaves nothing open', async () => {
    const { workspace, link, app, heard, slowness, port } = await begin();
    slowness.now = 200;
    const sent = workspace.sendRaw(press());
    await workspace.until(() => heard.length > 0);
    await app.stop();
    expect((await sent).status).toBe('acknowledged');
    await workspace.until(() => link.connections() === 0);
    await expect(fetch(`http://127.0.0.1:${port}/livez`)).rejects.toThrow();
  });
});

describe('Socket Mode cannot start', () => {
  test('with a wrong app token, and says what to do', async () => {
    const { start, port } = await prepare({ appToken: 'xapp-1-wrong' });
    await expect(start()).rejects.toThrow(
      /^Slack does not take SLACK_APP_TOKEN at http.*\(apps.connections.open: invalid_auth\)\. Make an app-level token with the scope connections:write/,
    );
    await expect(fetch(`http://127.0.0.1:${port}/livez`)).rejects.toThrow();
  });

  test('where no WebSocket gets through, and says so', async () => {
    const { workspace, start } = await prepare({ pace: { start: 500 } });
    workspace.setSocketUrl(() => 'ws://127.0.0.1:9/link/');
    await expect(start()).rejects.toThrow(
      /^Slack cannot be reached over a WebSocket \(.*ECONNREFUSED.*\)\. Let the bot/,
    );
  });

  test('where other bots have all connections that Slack allows', async () => {
    const { workspace, link, start } = await prepare({ pace: { start: 500 } });
    const held = await Promise.all(Array.from({ length: 10 }, () => connectionOf(workspace, link)));
    cleanups.push(() => Promise.all(held.map(({ end }) => end())));
    await expect(start()).rejects.toThrow('too_many_websockets');
  });

  test('where its port is taken', async () => {
    const { start, port } = await prepare();
    const other = await prepare();
    await other.app.start(port);
    cleanups.push(() => other.app.stop());
    await expect(start()).rejects.toThrow('EADDRINUSE');
  });
});

/** A connection of another bot. */
const connectionOf = async (workspace: Workspace, link: SocketLink): Promise<Connection> => {
  const response = await fetch(`${link.slackApiUrl}${open}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${workspace.state.app.appToken}` },
  });
  const { url } = (await response.json()) as { url: string };
  return connect({ url, patience: 1_000, beat: 1_000, answer: async () => undefined });
};
