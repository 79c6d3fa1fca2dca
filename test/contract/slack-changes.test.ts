import { afterEach, describe, expect, test } from 'vitest';
import { createSlackApp } from '#adapters/slack/app.ts';
import { createFaces } from '#adapters/slack/faces.ts';
import { personId } from '#domain/ids.ts';
import type { Json } from '#domain/json.ts';
import type { Chain } from '#domain/request/chain.ts';
import { createInMemoryLink } from '#local/slack/in-memory-link.ts';
import { createWorkspace } from '#local/slack/workspace.ts';
import { changeOver } from '#test/build/changes.ts';
import { policy, rule } from '#test/build/policy.ts';
import { accessOver } from '#test/build/profiles.ts';
import { addBeta, ingressTarget, shopIngress } from '#test/build/shop-ingress.ts';
import { slackDirectory } from '#test/build/slack-directory.ts';
import { createWorld, file, look, settle, type World } from '#test/build/world.ts';
import { createMemoryProjectionStore } from '#test/memory/projection-store.ts';
import { approveRequest } from '#use-cases/act-on-request.ts';
import { find } from '#use-cases/request-log.ts';
import { checkAllPending } from '#use-cases/revise-request.ts';
import { createPeopleWatch } from '#use-cases/watch-people.ts';

const [alice, bob, carol, dave] = ['U0ALICE', 'U0BOB', 'U0CAROL', 'U0DAN'].map((one) => personId.parse(one)) as [
  ReturnType<typeof personId.parse>,
  ReturnType<typeof personId.parse>,
  ReturnType<typeof personId.parse>,
  ReturnType<typeof personId.parse>,
];
const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of splice(stops)) await stop();
});
const splice = <T>(all: T[]): readonly T[] => all.splice(0);

const people = (...all: readonly (typeof alice)[]) => ({ type: 'people' as const, people: all });

/** The whole bot without its stores, in a strict workspace: Alice asks, Bob and Carol decide, Dave is nobody here. */
const start = async () => {
  const world = createWorld();
  for (const one of [alice, bob, carol, dave]) world.directory.memberships.set(one, 'member');
  world.settings.kinds = [accessOver(), changeOver()];
  world.settings.identities = [{ person: alice, kubernetes: { user: 'alice@example.com', groups: [] } }];
  world.settings.policy = policy({
    groups: new Map([
      ['developers', people(alice)],
      ['platform', people(bob, carol)],
    ]),
    rules: [rule({ permanent: true, channel: 'C0APPROVALS' })],
  });
  world.cluster.put(shopIngress());
  const slack = createWorkspace({ rates: 'off' });
  const { fetch, receiver } = createInMemoryLink(slack);
  const directory = slackDirectory(world.directory);
  const app = createSlackApp({
    ports: world.bot,
    directory,
    people: createPeopleWatch({ ...world.bot, directory }),
    faces: createFaces(world.bot, createMemoryProjectionStore()),
    receiver,
    token: slack.state.app.token,
    clientOptions: { fetch, retryConfig: { retries: 0 }, timeout: 2_000 },
  });
  await app.start();
  stops.push(() => app.stop());
  const answer = async (person: string, line: string) => {
    await slack.as(person).command(line, { channel: 'approvals' });
    return slack.as(person).ephemerals().at(-1) ?? expect.fail('no answer');
  };
  const view = (person: string) => slack.as(person).view() ?? expect.fail('no modal');
  /** Waits: a click is acknowledged before what it opens is drawn. */
  const opens = (person: string, words: string | RegExp) =>
    slack.until(
      () => {
        const shown = slack.as(person).view();
        return shown !== undefined && new RegExp(words).test(`${shown.title}\n${shown.shown}`) ? shown : undefined;
      },
      { milliseconds: 2_000, what: `a modal with ${words}; there is ${slack.as(person).view()?.shown.slice(0, 300)}` },
    );
  return { world, slack, answer, view, opens };
};

const asks = (world: World, ask: Json): Promise<Chain> =>
  file(world, { by: alice, subject: alice, kind: 'change', ask, duration: '10m' });
const annotate = (lines: number): Json => ({
  edits: [
    {
      do: 'ingress',
      name: 'web',
      edit: {
        type: 'annotate',
        key: 'acme.test/notes',
        value: Array.from({ length: lines }, (_, at) => `note ${at}`).join('\n'),
      },
    },
  ],
});

describe('a change that does not fit on its card', () => {
  test('is approved only by who has opened all of it, from a copy of the card as well', async () => {
    const { world, slack, answer, view, opens } = await start();
    const chain = await asks(world, annotate(6_000));
    const { id } = chain.request.asked;
    const card = await answer(bob, `/jit show ${id}`);
    expect(card.shown).toMatch(/⚠️ \d+ of \d+ lines are hidden · press Full diff: an approval counts only after that/);
    const approve = () =>
      slack
        .as(bob)
        .click(card, 'Approve', { confirm: card.blocks.some((one) => JSON.stringify(one).includes('"confirm"')) });
    // A copy that only Bob sees opens the window from the log.
    await approve();
    await opens(bob, 'decide here');
    await slack.as(bob).submit();
    expect(view(bob).shown).toMatch(/does not show all \d+ lines/);
    expect((await look(world, chain)).request.state.status).toBe('pending');
    await slack.as(bob).closeView();

    await slack.as(bob).click(view(bob), 'Full diff');
    await opens(bob, 'Recorded: you may approve revision 1 now.');
    expect(view(bob).shown).toContain('note 0');
    expect((await look(world, chain)).entries.at(-1)?.event).toEqual({ type: 'seen', by: bob, revision: 1 });
    await slack.as(bob).click(view(bob), 'Next');
    await opens(bob, /Page 2 of \d/);
    expect(JSON.parse(view(bob).privateMetadata)).toEqual({ id, revision: 1, page: 1 });
    await slack.as(bob).click(view(bob), 'Previous');
    await opens(bob, /Page 1 of \d/);
    await slack.as(bob).closeView();
    await slack.as(bob).submit();
    expect((await look(world, chain)).request.state.status).toBe('approved');
    expect(slack.problems).toEqual([]);
  });

  test('is shown whole to who asked, without a word of deciding, and to nobody whom it does not concern', async () => {
    const { world, answer, view, slack, opens } = await start();
    const { id } = (await asks(world, annotate(100))).request.asked;
    await slack.as(alice).command(`/jit diff ${id}`, { channel: 'approvals' });
    await opens(alice, 'note 99');
    expect(view(alice).shown).not.toMatch(/recorded/i);
    await slack.as(dave).command(`/jit diff ${id}`, { channel: 'approvals' });
    await slack.as(carol).command('/jit diff 2222-22', { channel: 'approvals' });
    await opens(dave, 'There is no request');
    await opens(carol, 'There is no request');
    expect(view(dave).shown.replace(id, '2222-22')).toBe(view(carol).shown);
    await slack.as(bob).command('/jit diff', { channel: 'approvals' });
    await opens(bob, 'Say which request');
    expect((await answer(dave, `/jit show ${id}`)).shown).toContain('There is no request');
  });

  test('of a revision that is no more is not recorded, and it is said why', async () => {
    const { world, slack, answer, opens } = await start();
    const chain = await asks(world, annotate(100));
    const card = await answer(bob, `/jit show ${chain.request.asked.id}`);
    world.cluster.edit(ingressTarget, (before) => ({
      ...before,
      metadata: { ...before.metadata, annotations: { 'acme.test/notes': 'theirs' } },
    }));
    await checkAllPending(world.bot);
    expect((await look(world, chain)).request.asked.revision).toBe(2);
    await slack.as(bob).click(card, 'Full diff');
    await opens(bob, 'Not recorded: the button that you pressed was of revision 1, and it changed since.');
    // Turning its pages records nothing either.
    expect(JSON.parse(slack.as(bob).view()?.privateMetadata ?? '')).toMatchObject({ revision: 1 });
  });
});

describe('a conflict', () => {
  const contested = async () => {
    const all = await start();
    const { world } = all;
    const chain = await asks(world, addBeta);
    await approveRequest(world.bot, { by: bob, id: chain.request.asked.id, revision: 1 });
    await settle(world);
    world.cluster.edit(ingressTarget, (before) =>
      JSON.parse(JSON.stringify(before).replace('"name":"beta"', '"name":"gamma"')),
    );
    world.advance({ minutes: 10 });
    await settle(world);
    const { id } = chain.request.asked;
    expect((await look(world, chain)).request.state).toMatchObject({ status: 'active', conflict: {} });
    return { ...all, chain, id };
  };

  test('is settled from the card by an approver, who sees what is contested and says why', async () => {
    const { world, slack, answer, view, opens, chain, id } = await contested();
    const card = await answer(bob, `/jit show ${id}`);
    expect(card.buttons.map(({ text }) => text)).toEqual(['Keep as it is now', 'Restore as it was', 'Full diff']);
    await slack.as(bob).click(card, 'Restore as it was');
    await opens(bob, 'Restore as it was');
    expect(view(bob).shown).toContain('Ingress shop/web');
    expect(view(bob).shown).toContain('gamma');
    await slack.as(bob).fillAndSubmit({ Why: 'theirs was a slip' });
    await settle(world);
    expect((await look(world, chain)).request.state).toMatchObject({
      status: 'revoked',
      settled: { by: bob, choice: 'restore' },
    });
    expect(slack.problems).toEqual([]);
  });

  test('is settled by a line as well, and by nobody else', async () => {
    const { world, answer, chain, id } = await contested();
    expect((await answer(bob, `/jit keep ${id}`)).shown).toContain(`Say why: /jit keep ${id} because …`);
    expect((await answer(alice, `/jit keep ${id} because mine`)).shown).toContain(
      'You cannot decide on this: you asked for it',
    );
    expect((await answer(dave, `/jit keep ${id} because x`)).shown).toContain('There is no request');
    expect((await answer(bob, `/jit keep ${id} because theirs is right`)).shown).toBe(
      `The change ${id} is being ended; what somebody else changed stays as it is now.`,
    );
    await settle(world);
    expect((await look(world, chain)).request.state).toMatchObject({ status: 'revoked', reverted: [{ how: 'kept' }] });
  });
});

describe('the form of a change', () => {
  const opened = async () => {
    const all = await start();
    const { slack } = all;
    await slack.as(alice).command('/jit', { channel: 'approvals' });
    await all.opens(alice, '');
    await slack.as(alice).fill({ 'What kind of request': 'change' });
    await slack.until(() => !all.view(alice).inputs.some(({ label }) => label === 'For whom'));
    await slack.as(alice).fill({ Namespace: 'shop' });
    await slack.as(alice).fill({ 'What to change': 'ingresses' });
    return all;
  };

  test('asks for live objects and typed text, for nobody in particular, for a time or for good', async () => {
    const { world, slack, view, opens } = await opened();
    await slack.as(alice).fill({ How: 'annotate' });
    await slack.until(() => view(alice).inputs.some(({ label }) => label === 'Value'));
    const labels = view(alice).inputs.map(({ label }) => label);
    expect(labels).not.toContain('For whom');
    expect(labels.slice(-6)).toEqual(['Which Ingress', 'Annotation', 'Value', 'For how long', 'From when', 'Why']);
    expect(JSON.stringify(view(alice).blocks)).toContain('good');
    const value = 'line one\nline two <!here>';
    await slack.as(alice).fillAndSubmit({
      'Which Ingress': 'web',
      Annotation: 'acme.test/notes',
      Value: value,
      'For how long': 'for good',
      Why: 'x',
    });
    await opens(alice, 'Asked, as ');
    const [id = expect.fail('nothing was filed')] = await world.store.ofPerson(alice, 1);
    const found = await find(world.bot, id);
    const { asked } = found.type === 'found' ? found.chain.request : expect.fail('no log');
    expect(asked.seconds).toBeUndefined();
    expect(asked.ask).toMatchObject({ edits: [{ name: 'web', edit: { key: 'acme.test/notes', value } }] });
  });

  test('keeps what was typed when something else is chosen', async () => {
    const { slack, view } = await opened();
    const asks = (label: string) => view(alice).inputs.some((one) => one.label === label);
    await slack.as(alice).fill({ How: 'add-path' });
    await slack.as(alice).fill({ Host: 'shop.acme.test', Path: '/beta', 'For how long': '7m', Why: 'because' });
    await slack.as(alice).fill({ How: 'remove-path' });
    await slack.until(() => !asks('Send it to Service'));
    const stored = JSON.stringify([...slack.state.views.values()].map(({ values }) => values));
    for (const typed of ['shop.acme.test', '/beta', '7m', 'because']) expect(stored).toContain(typed);
  });

  test('says what is wrong under the last field of the kind', async () => {
    const { slack, view } = await opened();
    await slack.as(alice).fill({ How: 'patch' });
    await slack.as(alice).fillAndSubmit({ 'Which Ingress': 'web', Patch: 'not: [a patch', Why: 'x' });
    const [[block, text] = []] = Object.entries(view(alice).errors);
    expect(block).toMatch(/^patch\|/);
    expect(text).not.toBe('');
  });
});

test('help and usage name what each kind wants', async () => {
  const { answer } = await start();
  const { shown } = await answer(alice, '/jit help');
  expect(shown).toContain('/jit request access <profile> <namespace>');
  expect(shown).toMatch(/\/jit request change .* for <30m>\|good because <reason>/);
  expect((await answer(alice, '/jit request change annotate')).shown).toContain('/jit request change <add|');
  const link = 'shop/web to @bob for 10m because x';
  expect((await answer(alice, `/jit request change remove shop.acme.test ${link}`)).shown).toContain(
    'leave "to …" out',
  );
});

test.each(['x'.repeat(60_000), '&'.repeat(20_000), `request access ${'y'.repeat(60_000)} shop because why`])(
  'whatever length of a line is typed, what is answered is as long as Slack takes it',
  async (line) => {
    const { answer, slack } = await start();
    expect((await answer(alice, `/jit ${line}`)).shown.length).toBeLessThan(11_000);
    expect(slack.problems).toEqual([]);
  },
);
