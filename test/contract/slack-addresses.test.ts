import { WebClient } from '@slack/web-api';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createAddressBook } from '#adapters/slack/address-book.ts';
import { createDirectory, type SlackDirectory } from '#adapters/slack/directory.ts';
import { addressScope, lookupScopes } from '#adapters/slack/scopes.ts';
import { personId } from '#domain/ids.ts';
import { createInMemoryLink } from '#local/slack/in-memory-link.ts';
import { createSocketLink, type SocketLink } from '#local/slack/socket-link.ts';
import { createWorkspace, type Workspace } from '#local/slack/workspace.ts';

const [alice, bob] = [personId.parse('U0ALICE'), personId.parse('U0BOB')];

let workspace: Workspace;
let directory: SlackDirectory;
beforeEach(() => {
  workspace = createWorkspace({ rates: 'off' });
  workspace.world.setScopes([...lookupScopes]);
  const { fetch } = createInMemoryLink(workspace);
  const client = new WebClient(workspace.state.app.token, { fetch, retryConfig: { retries: 0 }, timeout: 2_000 });
  directory = createDirectory(client, { team: workspace.state.team.id, enterprise: 'E0ACME' });
});
type Change = Parameters<Workspace['world']['changePerson']>[1];

test('the confirmed address of a member is told', async () => {
  expect(await directory.addressOf(alice)).toBe('alice@acme.test');
  await workspace.world.changePerson(bob, { kind: 'admin' });
  expect(await directory.addressOf(bob)).toBe('bob@acme.test');
});

test.each<[string, Change]>([
  ['is not confirmed', { isEmailConfirmed: false }],
  ['is of a guest', { kind: 'guest' }],
  ['is of a guest of one channel', { kind: 'single-channel-guest' }],
  ['is of a stranger', { kind: 'stranger' }],
  ['is of somebody from another organisation', { teamId: 'T0OTHER' }],
  ['is of a bot', { kind: 'bot' }],
  ['is of somebody who was deactivated', { kind: 'deleted' }],
  ['is empty', { email: '' }],
])('no address that %s', async (_, change) => {
  await workspace.world.changePerson(alice, change);
  expect(await directory.addressOf(alice)).toBeUndefined();
});

test('no address of somebody of another workspace of the same enterprise, who is a member otherwise', async () => {
  await workspace.world.changePerson(alice, { teamId: 'T0OTHER' });
  Object.assign(workspace.state.people.get(alice) ?? {}, { enterpriseId: 'E0ACME' });
  expect((await directory.person(alice))?.membership).toBe('member');
  expect(await directory.addressOf(alice)).toBeUndefined();
});

test('of two who have one address at most one has it, whatever the case of its letters', async () => {
  await workspace.world.changePerson(bob, { email: 'Alice@Acme.test' });
  const found = await Promise.all([alice, bob].map((one) => directory.addressOf(one)));
  expect(found.filter((one) => one !== undefined)).toHaveLength(1);
});

test('nobody whom Slack does not know has one', async () => {
  expect(await directory.addressOf(personId.parse('U0NOBODY'))).toBeUndefined();
});

describe('without the scope', () => {
  beforeEach(() => workspace.world.setScopes(lookupScopes.filter((one) => one !== addressScope)));

  test('Slack tells no address, and it is said what to do', async () => {
    expect(await directory.addressOf(alice)).toBeUndefined();
    expect(await directory.addressProblem()).toContain('(missing_scope). Add the scope users:read.email');
  });

  test('there is no problem once it is there', async () => {
    workspace.world.setScopes([...lookupScopes]);
    expect(await directory.addressProblem()).toBeUndefined();
  });
});

test('an address is looked up anew once an event says that somebody changed', async () => {
  expect(await directory.addressOf(alice)).toBe('alice@acme.test');
  await workspace.world.changePerson(alice, { email: 'ally@acme.test' });
  expect(await directory.addressOf(alice)).toBe('alice@acme.test');
  directory.forgetPerson(alice);
  expect(await directory.addressOf(alice)).toBe('ally@acme.test');
});

describe('the address book of a worker', () => {
  let link: SocketLink;
  beforeEach(async () => {
    link = await createSocketLink(workspace);
  });
  afterEach(() => link.stop());
  const book = (token = workspace.state.app.token) => createAddressBook({ token, apiUrl: link.slackApiUrl });

  test('asks Slack itself, when the first address is wanted', async () => {
    expect(await book()(alice)).toBe('alice@acme.test');
  });

  test('throws while Slack does not take its token, and answers once it does', async () => {
    await expect(book('xoxb-wrong')(alice)).rejects.toThrow('invalid_auth');
    const { apiUrl, token } = { apiUrl: link.slackApiUrl, token: workspace.state.app.token };
    let away = true;
    const flaky: typeof fetch = async (...given) => {
      if (away) throw new Error('Slack is away');
      return fetch(...given);
    };
    const addressOf = createAddressBook({ token, apiUrl }, { fetch: flaky });
    await expect(addressOf(alice)).rejects.toThrow();
    away = false;
    expect(await addressOf(alice)).toBe('alice@acme.test');
  });
});
