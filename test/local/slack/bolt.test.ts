import { App, HTTPReceiver, SocketModeReceiver } from '@slack/bolt';
import { afterEach, describe, expect, test } from 'vitest';
import { createHttpLink } from '#local/slack/http-link.ts';
import { createInMemoryLink } from '#local/slack/in-memory-link.ts';
import { createSocketLink } from '#local/slack/socket-link.ts';
import { createWorkspace, type Workspace } from '#local/slack/workspace.ts';
import { quietLogger, registerSampleApp } from './sample-app.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0)) await clean();
});

const startInMemory = async (): Promise<Workspace> => {
  const workspace = createWorkspace();
  const { fetch, receiver } = createInMemoryLink(workspace);
  const app = new App({
    token: workspace.state.app.token,
    receiver,
    logger: quietLogger,
    clientOptions: { fetch, retryConfig: { retries: 0 }, timeout: 2_000 },
  });
  registerSampleApp(app);
  await app.start();
  cleanups.push(() => app.stop());
  return workspace;
};

const startOverHttp = async (): Promise<Workspace> => {
  const workspace = createWorkspace();
  const link = await createHttpLink(workspace);
  cleanups.push(() => link.stop());
  const receiver = new HTTPReceiver({ signingSecret: workspace.state.app.signingSecret, port: 0, logger: quietLogger });
  const app = new App({
    token: workspace.state.app.token,
    receiver,
    logger: quietLogger,
    clientOptions: { slackApiUrl: link.slackApiUrl, retryConfig: { retries: 0 }, timeout: 2_000 },
  });
  registerSampleApp(app);
  const server = await receiver.start(0);
  cleanups.push(() => receiver.stop());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  link.connectApp(`http://127.0.0.1:${address.port}/slack/events`);
  return workspace;
};

/** With bolt's own receiver: the workspace speaks Socket Mode as Slack's client expects it. */
const startOverSocket = async (): Promise<Workspace> => {
  const workspace = createWorkspace();
  const link = await createSocketLink(workspace);
  const clientOptions = { slackApiUrl: link.slackApiUrl, retryConfig: { retries: 0 }, timeout: 2_000 };
  const { token, appToken } = workspace.state.app;
  const receiver = new SocketModeReceiver({ appToken, logger: quietLogger, installerOptions: { clientOptions } });
  const app = new App({ token, receiver, logger: quietLogger, clientOptions });
  registerSampleApp(app);
  await app.start();
  cleanups.push(() => app.stop());
  cleanups.push(() => link.stop());
  return workspace;
};

describe.each([
  { way: 'in memory', start: startInMemory },
  { way: 'over HTTP', start: startOverHttp },
  { way: 'over Socket Mode', start: startOverSocket },
])('a bolt app $way', ({ start }) => {
  test('answers a command, opens a modal, gets its submission, posts a card, gets a click and updates', async () => {
    const workspace = await start();
    const alice = workspace.as('U0ALICE');
    const bob = workspace.as('U0BOB');

    const typed = await alice.command('/jit request', { channel: 'approvals' });
    expect(typed.status).toBe('acknowledged');
    await workspace.until(() => alice.view());
    expect(alice.view()?.inputs.map((one) => one.label)).toEqual(['Reason']);

    const refused = await alice.fillAndSubmit({ Reason: 'no' });
    expect(refused.fieldErrors).toEqual({ reason: 'Say more.' });
    expect(alice.view()?.inputs[0]?.error).toBe('Say more.');

    await alice.fillAndSubmit({ Reason: 'checkout 502s' });
    expect(alice.view()).toBeUndefined();
    const card = await workspace.until(() => bob.readChannel('approvals').at(-1));
    expect(card.shown).toBe('checkout 502s\n[Approve]');

    expect((await bob.click(card, 'Approve')).status).toBe('acknowledged');
    await workspace.until(() => bob.message(card)?.shown === 'k7m2-qx:1 approved by U0BOB');
    await workspace.until(() => bob.ephemerals('approvals').at(-1)?.shown === 'Recorded.');
    expect(alice.ephemerals()).toEqual([]);
    await expect(bob.click(card, 'Approve')).rejects.toThrow('Nothing matches "Approve"');
    expect(workspace.problems).toEqual([]);
  });
});
