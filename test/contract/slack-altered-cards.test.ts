import { WebClient } from '@slack/web-api';
import { afterEach, describe, expect, test } from 'vitest';
import { actions } from '#adapters/slack/action-ids.ts';
import { createSlackApp } from '#adapters/slack/app.ts';
import { createDirectory } from '#adapters/slack/directory.ts';
import { createFaces } from '#adapters/slack/faces.ts';
import { createProjection, postingOptions } from '#adapters/slack/projection.ts';
import { personId } from '#domain/ids.ts';
import type { Json } from '#domain/json.ts';
import type { Chain } from '#domain/request/chain.ts';
import { createInMemoryLink } from '#local/slack/in-memory-link.ts';
import type { MessageRef, ReadMessage } from '#local/slack/reading.ts';
import { createWorkspace } from '#local/slack/workspace.ts';
import { changeOver } from '#test/build/changes.ts';
import { policy, rule } from '#test/build/policy.ts';
import { accessOver } from '#test/build/profiles.ts';
import { shopIngress } from '#test/build/shop-ingress.ts';
import { slackDirectory } from '#test/build/slack-directory.ts';
import { createWorld, file, look, settle } from '#test/build/world.ts';
import { createMemoryProjectionStore } from '#test/memory/projection-store.ts';
import { clickOf } from '#test/stories/clicks.ts';
import { createPeopleWatch } from '#use-cases/watch-people.ts';

const [alice, bob, carol, dave] = ['U0ALICE', 'U0BOB', 'U0CAROL', 'U0DAN'].map((one) => personId.parse(one)) as [
  ReturnType<typeof personId.parse>,
  ReturnType<typeof personId.parse>,
  ReturnType<typeof personId.parse>,
  ReturnType<typeof personId.parse>,
];
const people = (...all: readonly (typeof alice)[]) => ({ type: 'people' as const, people: all });
const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** The whole bot in a strict workspace, with its cards: Alice asks, two of Bob, Carol and Dan decide. Mallory has the bot's token. */
const start = async (count = 2) => {
  const world = createWorld();
  for (const one of [alice, bob, carol, dave]) world.directory.memberships.set(one, 'member');
  world.settings.kinds = [accessOver(), changeOver()];
  world.settings.identities = [{ person: alice, kubernetes: { user: 'alice@example.com', groups: [] } }];
  world.settings.policy = policy({
    groups: new Map([
      ['developers', people(alice)],
      ['platform', people(bob, carol, dave)],
    ]),
    rules: [rule({ permanent: true, channel: 'C0APPROVALS', approve: [{ from: 'platform', count }] })],
  });
  world.cluster.put(shopIngress());
  const slack = createWorkspace({ rates: 'off' });
  const { fetch, receiver } = createInMemoryLink(slack);
  const { token, botUserId } = slack.state.app;
  const client = new WebClient(token, { ...postingOptions, fetch });
  const notes = createMemoryProjectionStore();
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
    directory: createDirectory(client, { team: 'T0HALLPASS' }),
    bot: { user_id: botUserId },
    notes,
    contents: world.contents,
    fetch,
    time,
  });
  const directory = slackDirectory(world.directory);
  const counted: string[] = [];
  const startApp = async (): Promise<() => Promise<unknown>> => {
    const app = createSlackApp({
      ports: world.bot,
      directory,
      people: createPeopleWatch({ ...world.bot, directory }),
      faces: createFaces(world.bot, notes),
      receiver,
      token,
      clientOptions: { fetch, retryConfig: { retries: 0 }, timeout: 2_000 },
      redraw: projection.redraw,
      countClick: (sight) => void counted.push(sight),
    });
    await app.start();
    return () => app.stop();
  };
  stops.push(await startApp());

  const ask = async (namespace = 'shop', more: object = {}): Promise<Chain> => {
    const chain = await file(world, { by: alice, subject: alice, namespace, origin: `form ${namespace}`, ...more });
    await projection.catchUp();
    return chain;
  };
  const cardOf = ({ request }: Chain): ReadMessage =>
    slack
      .as(bob)
      .readChannel('approvals')
      .find(({ metadata }) => metadata?.event_payload.request === request.asked.id) ?? expect.fail('no card');
  /** What the thief of the token does to a message. */
  const redrawn = async (
    { channelId, ts }: MessageRef,
    blocks: readonly unknown[],
    text = 'harmless',
  ): Promise<void> => {
    await client.chat.update({ channel: channelId, ts, text, blocks: blocks as never });
  };
  const events = async (chain: Chain) => (await look(world, chain)).entries.map(({ event }) => event.type);
  const confirm = { confirm: true };
  const view = (person: string) => slack.as(person).view();
  const opens = (person: string, words: RegExp) =>
    slack.until(() => [view(person)].find((one) => words.test(`${one?.title}\n${one?.shown}`)), {
      milliseconds: 2_000,
      what: `a modal with ${words}; there is ${view(person)?.shown.slice(0, 500)}`,
    });
  const alarms = () => world.alarms.filter((text) => text.includes('not as Hallpass drew it'));
  return {
    world,
    slack,
    client,
    projection,
    startApp,
    counted,
    ask,
    cardOf,
    redrawn,
    events,
    confirm,
    view,
    opens,
    alarms,
  };
};

/** A copy in which each text that holds these words says others. */
const saying = (blocks: readonly unknown[], words: string, others: string): readonly unknown[] =>
  JSON.parse(JSON.stringify(blocks).replaceAll(words, others));
const note: Json = {
  edits: [{ do: 'ingress', name: 'web', edit: { type: 'annotate', key: 'acme.test/notes', value: 'evil' } }],
};
const altered = /What you clicked on is not as Hallpass drew it/;

describe('a card as Hallpass drew it', () => {
  test('takes one click, also after somebody’s vote, when it was drawn anew, and when the bot was started anew', async () => {
    const { slack, projection, startApp, ask, cardOf, events, confirm, counted, alarms } = await start(3);
    const chain = await ask();
    const seen = cardOf(chain);
    await slack.as(bob).click(seen, 'Approve', confirm);
    await projection.catchUp();
    expect(cardOf(chain).shown).toContain('1 of 3');
    // Carol's client shows the card as it was a moment ago.
    await slack.as(carol).clickAsSeen(seen, 'Approve');
    for (const stop of stops.splice(0)) await stop();
    stops.push(await startApp());
    await projection.redraw(chain.request.asked.id);
    await slack.as(dave).click(cardOf(chain), 'Approve', confirm);
    expect(await events(chain)).toEqual(['submitted', 'voted', 'voted', 'voted', 'approved']);
    expect(counted).toEqual(['genuine', 'genuine', 'genuine']);
    expect(alarms()).toEqual([]);
    expect(slack.problems).toEqual([]);
  });

  test('takes a click between a vote and its drawing', async () => {
    const { slack, ask, cardOf, events, confirm } = await start();
    const chain = await ask();
    await slack.as(bob).click(cardOf(chain), 'Approve', confirm);
    await slack.as(carol).click(cardOf(chain), 'Approve', confirm);
    expect(await events(chain)).toEqual(['submitted', 'voted', 'voted', 'approved']);
  });

  test('says the same of its request wherever it stands, so that a copy of it counts too', async () => {
    const { slack, client, ask, cardOf, events, confirm, alarms } = await start();
    const chain = await ask();
    const { blocks, text } = cardOf(chain);
    const { ts = '' } = await client.chat.postMessage({ channel: 'C0APPROVALS', text, blocks: blocks as never });
    await slack.as(bob).click({ channelId: 'C0APPROVALS', ts }, 'Approve', confirm);
    expect(await events(chain)).toEqual(['submitted', 'voted']);
    expect(alarms()).toEqual([]);
  });

  test('of what is decided already tells that, whatever was made of it', async () => {
    const { slack, ask, cardOf, redrawn, events, confirm, counted, view } = await start(1);
    const chain = await ask();
    const seen = cardOf(chain);
    await slack.as(bob).click(seen, 'Approve', confirm);
    await redrawn(seen, saying(seen.blocks, 'checkout', 'a test'));
    await slack.as(carol).click(seen, 'Approve', confirm);
    await slack.until(() => slack.as(carol).ephemerals().at(-1)?.shown.includes('Too late'));
    expect(await events(chain)).toEqual(['submitted', 'voted', 'approved']);
    expect(counted).toEqual(['genuine']);
    expect(view(carol)).toBeUndefined();
  });
});

describe('a click on what the thief of the bot’s token made', () => {
  const change = { kind: 'change', ask: note, duration: '10m' };
  test.each<readonly [string, string, string]>([
    ['another reason', 'checkout answers 502', 'this is only a test'],
    ['another line of the diff', 'evil', 'harmless'],
    ['another namespace', 'shop', 'shop-dev'],
    ['other words on its button', '"Approve"', '"Deny"'],
    ['another dialog', 'nothing takes it back', 'it is taken back'],
  ])(
    'counts for nothing on a card with %s: the request is shown from its log, and decided on there',
    async (_, words, others) => {
      const all = await start(1);
      const { slack, ask, cardOf, redrawn, events, confirm, counted, opens, alarms, view } = all;
      const chain = await ask('shop', words.startsWith('nothing') ? { ...change, duration: 'good' } : change);
      const drawn = cardOf(chain);
      const forged = saying(drawn.blocks, words, others);
      expect(forged).not.toEqual(drawn.blocks);
      await redrawn(drawn, forged, drawn.text);
      await slack.as(bob).click(drawn, { actionId: actions.approve }, confirm);
      const window = await opens(bob, altered);
      expect(await events(chain)).toEqual(['submitted']);
      for (const said of [
        'checkout answers 502',
        '+    acme.test/notes: evil',
        'shop',
        `Request ${chain.request.asked.id}`,
      ])
        expect(window.shown).toContain(said);
      expect(window.buttons.map(({ text }) => text)).toEqual(['Full diff']);
      // It is drawn anew, and those who keep it are told.
      await slack.until(() => JSON.stringify(cardOf(chain).blocks).includes(words));
      expect(cardOf(chain).shown).toBe(drawn.shown);
      expect(alarms()).toHaveLength(1);

      await slack.as(bob).click(window, 'Full diff');
      await opens(bob, /Page 1 of 1/);
      await slack.as(bob).closeView();
      await slack.as(bob).submit();
      expect(view(bob)).toBeUndefined();
      expect(await events(chain)).toEqual(['submitted', 'voted', 'approved']);
      expect(counted).toEqual(['altered']);
      expect(slack.problems).toEqual([]);
    },
  );

  test('counts for nothing where the button of a dangerous request stands on a harmless message', async () => {
    const { slack, client, ask, cardOf, events, confirm, opens } = await start(1);
    const chain = await ask();
    const row = cardOf(chain).blocks.filter(({ type }) => type === 'actions');
    const lunch = { type: 'section', text: { type: 'mrkdwn', text: 'Pizza on Friday?' } };
    const { ts = '' } = await client.chat.postMessage({
      channel: 'C0APPROVALS',
      text: 'x',
      blocks: [lunch, ...row] as never,
    });
    await slack.as(bob).click({ channelId: 'C0APPROVALS', ts }, 'Approve', confirm);
    expect((await opens(bob, altered)).shown).toContain('checkout answers 502');
    expect(await events(chain)).toEqual(['submitted']);
  });

  test('counts for nothing where the button of another request stands on the card of a harmless one', async () => {
    const { slack, ask, cardOf, redrawn, events, confirm, opens } = await start(1);
    const [harmless, dangerous] = [await ask('shop'), await ask('bank')];
    const isRow = ({ type }: { readonly type: string }) => type === 'actions';
    const [row] = cardOf(dangerous).blocks.filter(isRow);
    const card = cardOf(harmless);
    await redrawn(
      card,
      card.blocks.map((block) => (isRow(block) ? row : block)),
      card.text,
    );
    await slack.as(bob).click(card, 'Approve', confirm);
    expect((await opens(bob, altered)).shown).toContain('· bank');
    expect([await events(harmless), await events(dangerous)]).toEqual([['submitted'], ['submitted']]);
  });

  test('counts for nothing where a button of a request that is to come or never was is made up', async () => {
    const { slack, ask, cardOf, redrawn, events, confirm, counted, opens } = await start(1);
    const chain = await ask();
    const { id } = chain.request.asked;
    const card = cardOf(chain);
    const values = JSON.stringify(card.blocks).match(/k?[2-9a-z]{4}-[2-9a-z]{2}\.1\.1\.[^"]*/)?.[0] ?? expect.fail();
    for (const [value, words] of [
      [`${id}.2`, altered],
      [`${id}.1`, altered],
      [`${id}.1.1`, altered],
      [values.slice(0, -1), altered],
      [values.replace('.1.1.', '.2.1.'), altered],
      [values.replace('.1.1.', '.1.2.'), altered],
    ] as const) {
      await redrawn(card, saying(card.blocks, values, value), card.text);
      await slack.as(bob).click(card, 'Approve', confirm);
      await opens(bob, words);
      await slack.as(bob).closeView();
    }
    await redrawn(card, saying(card.blocks, values, '2222-22.1'), card.text);
    await slack.as(bob).click(card, 'Approve', confirm);
    await slack.until(() => slack.as(bob).ephemerals().at(-1)?.shown.includes('There is no request'));
    expect(await events(chain)).toEqual(['submitted']);
    expect(counted).toEqual(Array.from({ length: 6 }, () => 'altered'));
  });

  test('counts for nothing with no message, and is told where no window opens', async () => {
    const { slack, ask, events, counted, alarms } = await start(1);
    const chain = await ask();
    const { id } = chain.request.asked;
    for (const value of [`${id}.1`, `${id}.1.1`, `${id}.1.1.key.signature`])
      expect((await slack.sendRaw(clickOf(bob, actions.approve, value))).status).toBe('acknowledged');
    expect(await events(chain)).toEqual(['submitted']);
    expect(counted).toEqual(['altered', 'altered', 'altered']);
    // Many at once are one alarm.
    await slack.until(() => alarms().length > 0);
    expect(alarms()).toHaveLength(1);
  });

  test('shows nothing to whom the request does not concern', async () => {
    const { world, slack, ask, cardOf, redrawn, events, confirm, opens } = await start(1);
    world.settings.policy = policy({
      ...world.settings.policy,
      groups: new Map(world.settings.policy.groups).set('platform', people(bob)),
    });
    const chain = await ask();
    const card = cardOf(chain);
    await redrawn(card, saying(card.blocks, 'checkout', 'x'));
    await slack.as(dave).click(card, 'Approve', confirm);
    expect((await opens(dave, /There is no request/)).shown).not.toContain('answers 502');
    expect(await events(chain)).toEqual(['submitted']);
  });

  test('is shown the form over the card, where it is for less, and approves no more than that', async () => {
    const { world, slack, ask, cardOf, redrawn, confirm, opens, events } = await start(1);
    const chain = await ask();
    const card = cardOf(chain);
    await redrawn(card, saying(card.blocks, 'checkout', 'x'));
    await slack.as(bob).click(card, 'Approve for less', confirm);
    expect((await opens(bob, altered)).shown).toContain('checkout answers 502');
    await slack.as(bob).fillAndSubmit({ 'For how long at most': '5m' });
    expect(await events(chain)).toEqual(['submitted', 'voted', 'approved']);
    const { entries } = await look(world, chain);
    expect(entries.at(1)?.event).toMatchObject({ type: 'voted', by: bob, seconds: 300 });
  });
});

describe('what gives nothing', () => {
  test.each([
    ['Deny', bob],
    ['Withdraw', alice],
  ] as const)('is done wherever its button stands: %s', async (button, person) => {
    const { world, slack, ask, cardOf, redrawn, counted, opens } = await start(1);
    const chain = await ask();
    const card = cardOf(chain);
    await redrawn(card, saying(card.blocks, 'checkout', 'x'));
    await slack.as(person).click(card, button);
    if (button === 'Deny') {
      await opens(person, /Deny the request/);
      await slack.as(person).fillAndSubmit({ Why: 'no' });
    }
    expect((await look(world, chain)).request.state.status).toBe(button === 'Deny' ? 'denied' : 'withdrawn');
    expect(counted).toEqual([]);
  });
});

test('a copy that only one person sees opens the window without a word to administrators', async () => {
  const { slack, ask, events, confirm, opens, counted, alarms } = await start(1);
  const chain = await ask();
  await slack.as(bob).command(`/jit show ${chain.request.asked.id}`, { channel: 'approvals' });
  const copy = slack.as(bob).ephemerals().at(-1) ?? expect.fail('no copy');
  await slack.as(bob).click(copy, 'Approve', confirm);
  expect((await opens(bob, /Slack does not tell Hallpass/)).submit).toBe('Approve');
  expect(await events(chain)).toEqual(['submitted']);
  await slack.as(bob).submit();
  expect(await events(chain)).toEqual(['submitted', 'voted', 'approved']);
  expect([counted, alarms()]).toEqual([['unseen'], []]);
});

describe('what is to be reviewed', () => {
  const taken = async () => {
    const all = await start(1);
    const { world, projection } = all;
    world.settings.policy = policy({
      ...world.settings.policy,
      rules: [
        rule({
          channel: 'C0APPROVALS',
          breakGlass: {
            who: ['developers'],
            longest: Temporal.Duration.from({ hours: 1 }),
            remindEvery: Temporal.Duration.from({ hours: 1 }),
          } as never,
        }),
      ],
    });
    const chain = await all.ask('shop', { breakGlass: true });
    await settle(world);
    await projection.catchUp();
    return { ...all, chain };
  };

  test('is reviewed by how it stands now, and not by a card of before, which is no alarm', async () => {
    const { world, slack, projection, cardOf, redrawn, opens, counted, alarms, chain } = await taken();
    const before = cardOf(chain);
    expect(before.buttons.map(({ text }) => text)).toContain('Review');
    world.advance({ hours: 2 });
    await settle(world);
    await projection.catchUp();
    await redrawn(before, before.blocks, before.text);
    await slack.as(carol).click(before, 'Review');
    const window = await opens(carol, /Something has happened since this was drawn/);
    expect(window.shown).toContain('Ended');
    expect(window.inputs.map(({ label }) => label)).toEqual(['What do you make of it', 'Why']);
    expect([counted, alarms()]).toEqual([['older'], []]);
    await slack.as(carol).fillAndSubmit({ 'What do you make of it': 'justified', Why: 'it was down' });
    expect((await look(world, chain)).request.review).toMatchObject({ by: carol, finding: 'justified' });
  });

  test('is not reviewed from a home that somebody else drew, which is drawn anew', async () => {
    const { world, slack, client, opens, counted, chain } = await taken();
    await slack.as(carol).openHome();
    const home = await slack.until(() => slack.as(carol).home());
    await slack.as(carol).click(home, 'Review');
    await opens(carol, /Review break-glass/);
    await slack.as(carol).closeView();
    const blocks = saying(home.blocks, 'checkout', 'a drill: checkout');
    await client.views.publish({ user_id: carol, view: { type: 'home', blocks: blocks as never } });
    await slack.as(carol).click(slack.as(carol).home() ?? home, 'Review');
    expect((await opens(carol, altered)).shown).not.toContain('a drill');
    await slack.until(() => slack.as(carol).home()?.shown.includes('a drill') === false);
    expect(counted).toEqual(['genuine', 'altered']);
    expect((await look(world, chain)).request.review).toBeUndefined();
  });
});
