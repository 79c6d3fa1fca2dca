import { WebClient } from '@slack/web-api';
import { expect, test } from 'vitest';
import { createDirectory } from '#adapters/slack/directory.ts';
import { examineBotToken } from '#adapters/slack/examine.ts';
import { neededScopes } from '#adapters/slack/scopes.ts';
import type { RequestEvent } from '#domain/request/events.ts';
import { createInMemoryLink } from '#local/slack/in-memory-link.ts';
import { changeOf, contentOf, diffOf, kept } from '#test/build/contents.ts';
import { alice, approvals, bob, createSlackWorld, ids, type SlackWorld } from '#test/contract/parts/slack-world.ts';

const [id] = ids(1) as [ReturnType<typeof ids>[number]];
const team = { team: 'T0HALLPASS' };
/** A private channel that the bot is in. */
const prodOps = 'C0PRODOPS';
const long = kept(contentOf([changeOf(diffOf(400))]));
const denied: RequestEvent = { type: 'denied', by: bob, revision: 1, reason: 'not now' };

const clientOf = ({ workspace }: SlackWorld) =>
  new WebClient(workspace.state.app.token, { fetch: createInMemoryLink(workspace).fetch, retryConfig: { retries: 0 } });
const directoryOf = (world: SlackWorld) => createDirectory(clientOf(world), team);

/** The bot posts a card, and the answer is lost: it has to look whether the card is there. */
const showInSpiteOfLoss = async (world: SlackWorld, channel: string): Promise<boolean> => {
  await world.ask(id, {
    approval: { rule: 'shop', policyHash: 'p', quorum: [{ from: 'platform', count: 1 }], channel },
  });
  world.workspace.faults.next({ type: 'performed-then-hang' }, { method: 'chat.postMessage' });
  await look(world);
  return isShown(world, channel);
};
const look = async (world: SlackWorld, projection = world.start()): Promise<void> => {
  for (let round = 0; round < 60; round += 1) {
    await projection.show(id);
    world.advance(1_000);
  }
};
/** The one card is there, and nothing is left to be shown. */
const isShown = async ({ workspace, unshown }: SlackWorld, channel = approvals): Promise<boolean> => {
  const messages = workspace.state.messages.get(channel) ?? [];
  const cards = messages.filter(({ metadata }) => metadata?.event_type === 'hallpass_card');
  return cards.length === 1 && (await unshown()).length === 0;
};

/** For each scope something that the bot has to be able to do; it says whether it was done. */
const doings: Readonly<Record<string, (world: SlackWorld) => Promise<boolean>>> = {
  commands: async ({ workspace }) => {
    const disconnect = workspace.connect({ deliver: async () => ({ type: 'answered', status: 200, body: '' }) });
    const { status } = await workspace.as(alice).command('/jit list', { channel: 'approvals' });
    disconnect();
    return status === 'acknowledged';
  },
  'users:read': async (world) => (await directoryOf(world).person(bob))?.membership === 'member',
  'usergroups:read': async (world) =>
    (await directoryOf(world).members({ type: 'slack-group', id: 'S0PLATFORM' })).has(bob),
  'channels:read': async (world) => (await directoryOf(world).channelProblem(approvals)) === undefined,
  'groups:read': async (world) => (await directoryOf(world).channelProblem(prodOps)) === undefined,
  'chat:write': async (world) => {
    await world.ask(id);
    await look(world);
    return isShown(world);
  },
  'channels:history': (world) => showInSpiteOfLoss(world, approvals),
  'groups:history': (world) => showInSpiteOfLoss(world, prodOps),
  'im:write': (world) => isToldOnce(world),
  'im:history': (world) => isToldOnce(world),
  'files:write': (world) => isAttachedOnce(world),
  'files:read': async (world) => {
    world.workspace.faults.next({ type: 'performed-then-hang' }, { method: 'files.completeUploadExternal' });
    return isAttachedOnce(world);
  },
};

/** The requester is told of the denial, and the answer to that post is lost. */
const isToldOnce = async (world: SlackWorld): Promise<boolean> => {
  const { workspace } = world;
  const projection = world.start();
  await world.ask(id);
  await world.settle(projection);
  await world.record(id, denied);
  const direct = () => [...workspace.state.channels.values()].filter(({ kind }) => kind === 'im');
  const told = () => direct().flatMap((one) => workspace.state.messages.get(one.id) ?? []).length;
  // The thread's post comes first, the direct message after it: each answer is lost once.
  workspace.faults.next({ type: 'performed-then-hang' }, { method: 'chat.postMessage', times: 2 });
  await look(world, projection);
  return (await isShown(world)) && told() === 1;
};

/** A diff that does not fit; without it the card is there all the same, and administrators are told. */
const isAttachedOnce = async (world: SlackWorld): Promise<boolean> => {
  await world.contents.keep(id, long.ref.digest, long.text);
  await world.ask(id, { content: long.ref });
  await look(world);
  const files = (world.workspace.state.messages.get(approvals) ?? []).flatMap(({ fileIds }) => fileIds);
  const isAlarmed = world.alarms.some((alarm) => alarm.includes('Diffs cannot be attached'));
  return (await isShown(world)) && files.length === 1 && !isAlarmed;
};

test('each scope has something that wants it', () => {
  expect(Object.keys(doings).sort()).toEqual([...neededScopes].sort());
});

test.each(neededScopes)('without %s something cannot be done, and the doctor names the scope', async (scope) => {
  const does = doings[scope] ?? expect.fail(`nothing wants ${scope}`);
  expect(await does(createSlackWorld('off'))).toBe(true);

  const world = createSlackWorld('off');
  world.workspace.world.setScopes(neededScopes.filter((one) => one !== scope));
  expect(await does(world).catch(() => false)).toBe(false);
  const refused = world.workspace.calls.flatMap(({ answer }) =>
    answer?.ok === false && answer.error === 'missing_scope' ? [String(answer.needed)] : [],
  );
  // A command is not there at all for an app without its scope.
  if (scope !== 'commands') expect(refused.join()).toContain(scope);
  const findings = await examineBotToken(clientOf(world), 'https://slack.com/api/', false);
  expect(findings.map(({ type, text }) => `${type} ${text}`)).toContainEqual(
    expect.stringMatching(new RegExp(`^wrong The bot's token lacks the scopes ${scope}\\. Add`)),
  );
});
