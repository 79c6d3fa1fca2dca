import { WebClient } from '@slack/web-api';
import { afterEach, expect, test } from 'vitest';
import { createSlackApp } from '#adapters/slack/app.ts';
import { createDirectory } from '#adapters/slack/directory.ts';
import { createFaces } from '#adapters/slack/faces.ts';
import { createProjection, postingOptions } from '#adapters/slack/projection.ts';
import { personId } from '#domain/ids.ts';
import type { Chain } from '#domain/request/chain.ts';
import { createInMemoryLink } from '#local/slack/in-memory-link.ts';
import { createWorkspace } from '#local/slack/workspace.ts';
import { policy, rule } from '#test/build/policy.ts';
import { slackDirectory } from '#test/build/slack-directory.ts';
import { createWorld, file, look, settle } from '#test/build/world.ts';
import { createMemoryProjectionStore } from '#test/memory/projection-store.ts';
import { approveRequest } from '#use-cases/act-on-request.ts';
import { createPeopleWatch } from '#use-cases/watch-people.ts';

const alice = personId.parse('U0ALICE');
const bob = personId.parse('U0BOB');
const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** The whole bot in a strict workspace, with the messages that it posts: Alice asks, Bob decides. */
const start = async () => {
  const world = createWorld();
  for (const one of [alice, bob]) world.directory.memberships.set(one, 'member');
  world.settings.identities = [{ person: alice, kubernetes: { user: 'alice@example.com', groups: [] } }];
  world.settings.policy = policy({
    groups: new Map([
      ['developers', { type: 'people', people: [alice] }],
      ['platform', { type: 'people', people: [bob] }],
    ]),
    rules: [rule({ channel: 'C0APPROVALS' })],
  });
  const slack = createWorkspace({ rates: 'off' });
  const { fetch, receiver } = createInMemoryLink(slack);
  const { token, botUserId } = slack.state.app;
  const client = new WebClient(token, { ...postingOptions, fetch });
  const directory = createDirectory(client, { team: 'T0HALLPASS' });
  const notes = createMemoryProjectionStore();
  const people = slackDirectory(world.directory);
  const app = createSlackApp({
    ports: world.bot,
    directory: people,
    people: createPeopleWatch({ ...world.bot, directory: people }),
    faces: createFaces(world.bot, notes),
    receiver,
    token,
    clientOptions: { fetch, retryConfig: { retries: 0 }, timeout: 2_000 },
  });
  await app.start();
  stops.push(() => app.stop());
  const { contents } = world;
  let waited = 0;
  const time = {
    now: () => waited,
    pause: async (milliseconds: number) => {
      waited += milliseconds;
    },
  };
  const projection = createProjection({
    core: world.bot,
    client,
    directory,
    bot: { user_id: botUserId },
    notes,
    contents,
    fetch,
    time,
  });
  const goOn = async (by: Temporal.DurationLike): Promise<void> => {
    world.advance(by);
    await settle(world);
    await projection.catchUp();
  };
  const granted = async (chain: Chain): Promise<void> => {
    await approveRequest(world.bot, { by: bob, id: chain.request.asked.id, revision: 1 });
    await goOn({ seconds: 0 });
  };
  const dm = (words: string) =>
    slack
      .as(alice)
      .dms()
      .findLast(({ shown }) => shown.includes(words)) ?? expect.fail(`no message with "${words}"`);
  const modal = (words: string) =>
    slack.until(() => slack.as(alice).view()?.shown.includes(words), {
      milliseconds: 2_000,
      what: `a form with ${words}`,
    });
  return { world, slack, goOn, granted, dm, modal };
};

const active = async () => {
  const all = await start();
  const chain = await file(all.world, { by: alice, subject: alice });
  await all.granted(chain);
  return { ...all, chain };
};

test('the warning asks for it to go on; once it does, its button says so, and the next one ends it', async () => {
  const { world, slack, goOn, granted, dm, modal, chain } = await active();
  const person = slack.as(alice);
  await goOn({ minutes: 22, seconds: 30 });
  const warning = dm('ends in 8 min');
  expect(warning.buttons.map(({ text }) => text)).toEqual(['Extend', 'Done']);
  await person.click(warning, 'Extend');
  await modal('For how much longer');
  const wrong = await person.fillAndSubmit({ 'For how much longer': '5', Why: '' });
  expect(JSON.stringify(wrong)).toContain('is not a duration');
  await person.fillAndSubmit({ 'For how much longer': '20m', Why: 'it is still slow' });
  expect(person.view()?.shown).toMatch(/Asked, as [2-9a-z]{4}-[2-9a-z]{2}/);
  await person.closeView();

  const { state } = (await look(world, chain)).request;
  const id = state.status === 'active' && state.extension ? state.extension : expect.fail('it was not filed');
  const extension = await look(world, {
    ...chain,
    request: { ...chain.request, asked: { ...chain.request.asked, id } },
  });
  expect(extension.request.asked).toMatchObject({ seconds: 1_200, reason: 'it is still slow', requester: alice });
  await granted(extension);
  await goOn({ seconds: 5 });
  expect(dm('goes on without a break').shown).toContain(`${chain.request.asked.id} is ended`);

  await person.click(warning, 'Extend');
  await modal(`it goes on as ${id}`);
  await person.closeView();
  await goOn({ minutes: 21 });
  await person.click(dm('ends in'), 'Done');
  const thanks = () => person.ephemerals().at(-1)?.shown;
  await slack.until(thanks, { milliseconds: 2_000, what: 'an answer' });
  expect(thanks()).toContain('It is being ended. Thank you');
  await goOn({ seconds: 0 });
  expect((await look(world, extension)).request.state).toMatchObject({ status: 'revoked', cause: 'done' });
  expect(slack.problems).toEqual([]);
});

test('a form that was open when the grant ended files nothing and says why', async () => {
  const { world, slack, goOn, dm, modal } = await active();
  await goOn({ minutes: 25 });
  await slack.as(alice).click(dm('ends in 5 min'), 'Extend');
  await modal('For how much longer');
  await goOn({ minutes: 5 });
  const late = await slack.as(alice).fillAndSubmit({ Why: 'please' });
  expect(JSON.stringify(late)).toContain('Too late, nothing changed');
  expect(await world.store.inStatus('pending', 10)).toEqual([]);
});

test('the App Home has the buttons under what is one’s own and in force, and says what became of a click', async () => {
  const { world, slack, goOn, modal, chain } = await active();
  const person = slack.as(alice);
  const home = () => person.home() ?? expect.fail('no home');
  const drawn = (words: string) =>
    slack.until(() => home().shown.includes(words), { milliseconds: 2_000, what: `${words} in ${home().shown}` });
  await person.openHome();
  await slack.until(() => person.home()?.shown.includes('[Extend]'), { milliseconds: 2_000 });
  await person.click(home(), 'Extend');
  await modal('For how much longer');
  await person.closeView();
  await person.click(home(), 'Done');
  await drawn('Being ended');
  expect(home().shown).not.toMatch(/\[(Extend|Done)\]/);
  expect((await look(world, chain)).request.state).toMatchObject({ ending: { cause: 'done', by: alice } });
  await goOn({ seconds: 0 });
  expect(slack.problems).toEqual([]);
});

test('a button of an App Home that was drawn before the end says that it is over, and the home is drawn anew', async () => {
  const { slack, goOn, modal } = await active();
  const person = slack.as(alice);
  const home = () => person.home() ?? expect.fail('no home');
  await person.openHome();
  await slack.until(() => person.home()?.shown.includes('[Done]'), { milliseconds: 2_000 });
  await goOn({ minutes: 30 });
  await person.click(home(), 'Done');
  await modal('Too late, nothing changed');
  await slack.until(() => !home().shown.includes('[Done]'), { milliseconds: 2_000 });
});

test('who did not ask for it and does not have it is told so at the button', async () => {
  const { slack } = await active();
  const card = slack.as(bob).readChannel('approvals')[0] ?? expect.fail('no card');
  expect(card.buttons.map(({ text }) => text)).toEqual(['Extend', 'Done', 'Revoke']);
  await slack.as(bob).click(card, 'Extend');
  await slack.until(() => slack.as(bob).view()?.shown.includes('Only the person who asked'), { milliseconds: 2_000 });
});
