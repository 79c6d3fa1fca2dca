import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { App, type Receiver } from '@slack/bolt';
import { Ajv } from 'ajv';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { parse, parseDocument, type YAMLSeq } from 'yaml';
import { z } from 'zod';
import { createSlackApp } from '#adapters/slack/app.ts';
import { createFaces } from '#adapters/slack/faces.ts';
import { helpFor } from '#adapters/slack/help.ts';
import { addressScope, lookupReasons, scopeReasons } from '#adapters/slack/scopes.ts';
import { appFrom, readManifest } from '#local/slack/manifest.ts';
import { hallpassApp } from '#local/slack/seed.ts';
import { slackDirectory } from '#test/build/slack-directory.ts';
import { createWorld } from '#test/build/world.ts';
import { createMemoryProjectionStore } from '#test/memory/projection-store.ts';
import { createPeopleWatch } from '#use-cases/watch-people.ts';

/** The manifests that people paste, and the first one as it is where a template of identities.yaml wants addresses. */
const [socket, http, lookup] = ['slack-app.yaml', 'slack-app-http.yaml', 'slack-lookup-app.yaml'].map(readManifest) as [
  string,
  string,
  string,
];
const withAddresses = (text: string): string => text.replace(`# - ${addressScope}`, `- ${addressScope}`);

const schema: object = JSON.parse(readFileSync(new URL('slack/manifest.schema.json', import.meta.url), 'utf8'));
const ajv = new Ajv({ allErrors: true, strictTypes: false });
const validate = ajv.compile(schema);
const problems = (text: string): readonly string[] =>
  validate(parse(text))
    ? []
    : (validate.errors ?? [])
        .filter(({ keyword }) => keyword !== 'if')
        .map((one) => `${one.instancePath} ${one.message}`);

describe('a manifest', () => {
  test.each([
    ['slack-app.yaml', socket],
    ['slack-app.yaml with the scope for addresses', withAddresses(socket)],
    ['slack-app-http.yaml', http],
    ['slack-app-http.yaml with the scope for addresses', withAddresses(http)],
    ['slack-lookup-app.yaml', lookup],
  ])('as %s is one that Slack takes', (_, text) => {
    expect(problems(text)).toEqual([]);
  });

  test.each<[string, string, string | RegExp, string, string]>([
    [
      'a name that is too long',
      socket,
      'name: Hallpass',
      `name: ${'H'.repeat(36)}`,
      '/display_information/name must NOT',
    ],
    [
      'a description that is too long',
      socket,
      'description: Just',
      `description: ${'J'.repeat(141)}`,
      '/display_information/description must NOT',
    ],
    ['a colour that is none', socket, '"#1f2937"', '"1f2937"', '/display_information/background_color must match'],
    [
      'a bot with a space in its name',
      socket,
      'display_name: hallpass',
      'display_name: hall pass',
      '/features/bot_user/display_name must match',
    ],
    [
      'a command without its slash',
      socket,
      'command: /jit',
      'command: jit',
      '/features/slash_commands/0/command must match',
    ],
    [
      'a command without a word of what it is',
      socket,
      / {6}description: .*\n/,
      '',
      "/features/slash_commands/0 must have required property 'description'",
    ],
    [
      'no command in the list of them',
      socket,
      /slash_commands:[\s\S]*?(?=oauth_config)/,
      'slash_commands: []\n',
      '/features/slash_commands must NOT have fewer',
    ],
    ['a misspelt field', socket, 'bot_events:', 'bot_event:', '/settings/event_subscriptions must NOT have additional'],
    ['a misspelt part', socket, 'oauth_config:', 'oauth:', ' must NOT have additional'],
    [
      'a switch that is none',
      socket,
      'socket_mode_enabled: true',
      'socket_mode_enabled: on',
      '/settings/socket_mode_enabled must be boolean',
    ],
    [
      'neither Socket Mode nor an address',
      socket,
      'socket_mode_enabled: true',
      'socket_mode_enabled: false',
      "/settings/event_subscriptions must have required property 'request_url'",
    ],
    ['an address without a scheme', http, 'url: https://', 'url: ', '/features/slash_commands/0/url must match'],
    [
      'an address that is not encrypted',
      http,
      /request_url: https:/g,
      'request_url: http:',
      '/settings/interactivity/request_url must match',
    ],
    [
      'no address for clicks',
      http,
      / {4}request_url: \S+\n {4}message/,
      '    message',
      "/settings/interactivity must have required property 'request_url'",
    ],
    [
      'no address for events',
      http,
      /(event_subscriptions:\n) {4}request_url: \S+\n/,
      '$1',
      "/settings/event_subscriptions must have required property 'request_url'",
    ],
    [
      'no address for the command',
      http,
      / {6}url: \S+\n/,
      '',
      "/features/slash_commands/0 must have required property 'url'",
    ],
    ['a command without its scope', socket, / {6}- commands.*\n/, '', '/oauth_config/scopes/bot must contain'],
    [
      'news of people without the scope for them',
      socket,
      / {6}- users:read #.*\n/,
      '',
      '/oauth_config/scopes/bot must contain',
    ],
    [
      'news of groups without the scope for them',
      socket,
      / {6}- usergroups:read.*\n/,
      '',
      '/oauth_config/scopes/bot must contain',
    ],
    [
      'a scope twice',
      socket,
      '- commands',
      '- chat:write\n      - commands',
      '/oauth_config/scopes/bot must NOT have duplicate',
    ],
    [
      'no scope at all',
      lookup,
      /bot:\n[\s\S]*?(?=settings)/,
      'bot: []\n',
      '/oauth_config/scopes/bot must NOT have fewer',
    ],
  ])('with %s is refused', (_, text, from, to, said) => {
    const spoiled = text.replace(from, to);
    expect(spoiled).not.toBe(text);
    expect(problems(spoiled).filter((problem) => problem.startsWith(said))).toHaveLength(1);
  });
});

const scopesIn = (text: string): readonly string[] => appOf(text).oauth_config.scopes.bot;
const address = z.string().optional();
const app = z.object({
  features: z.object({
    app_home: z.record(z.string(), z.boolean()).optional(),
    shortcuts: z.array(z.object({ callback_id: z.string() })).default([]),
    slash_commands: z.array(z.object({ command: z.string(), url: address, usage_hint: z.string() })).default([]),
  }),
  oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }),
  settings: z.object({
    interactivity: z
      .object({ is_enabled: z.boolean(), request_url: address, message_menu_options_url: address })
      .optional(),
    event_subscriptions: z.object({ request_url: address, bot_events: z.array(z.string()) }).optional(),
    socket_mode_enabled: z.boolean(),
  }),
});
const appOf = (text: string): z.infer<typeof app> => app.parse(parse(text));

/** The words behind each scope. */
const reasonsIn = (text: string): Readonly<Record<string, string>> => {
  const bot = parseDocument(text).getIn(['oauth_config', 'scopes', 'bot']) as YAMLSeq;
  const item = z.object({ value: z.string(), comment: z.string() });
  return Object.fromEntries(
    bot.items.map((one) => {
      const { value, comment } = item.parse(one);
      return [value, comment.split('\n')[0]?.trim() ?? ''];
    }),
  );
};

/** A union of words in the types of Slack's client, as in `type BotScope = 'a' | 'b';` */
const slacksOwn = (name: string): readonly string[] => {
  const types = createRequire(import.meta.url)
    .resolve('@slack/web-api')
    .replace(/index\.js$/, 'types/request/manifest.d.ts');
  const [, union = ''] = new RegExp(`^type ${name} = (.*);$`, 'm').exec(readFileSync(types, 'utf8')) ?? [];
  return [...union.matchAll(/'([^']+)'/g)].map(([, word = '']) => word);
};

describe('the scopes', () => {
  test.each([
    ['slack-app.yaml', socket, scopeReasons],
    ['slack-app-http.yaml', http, scopeReasons],
    ['slack-lookup-app.yaml', lookup, lookupReasons],
  ])('of %s are those that the source names, each with what it is for', (_, text, reasons) => {
    expect(reasonsIn(text)).toEqual(reasons);
  });

  test('are such that Slack has them, and so are the events', () => {
    const [scopes, events] = [slacksOwn('BotScope'), slacksOwn('ManifestEvent')];
    expect(scopes.length).toBeGreaterThan(50);
    expect(events.length).toBeGreaterThan(50);
    for (const text of [withAddresses(socket), withAddresses(http), lookup]) {
      expect(scopesIn(text).filter((one) => !scopes.includes(one))).toEqual([]);
      expect(
        (appOf(text).settings.event_subscriptions?.bot_events ?? []).filter((one) => !events.includes(one)),
      ).toEqual([]);
    }
  });

  test('stand in the manual, each with what it is for', () => {
    const manual = readFileSync(new URL('../docs/install-slack.md', import.meta.url), 'utf8');
    const rows = [...manual.matchAll(/^\| `([a-z:]+)` \| (.*) \|$/gm)].map(([, scope, reason]) => [scope, reason]);
    expect(Object.fromEntries(rows)).toEqual(scopeReasons);
    expect(manual).toContain(`It has the ${rows.length} scopes that the bot needs, and no more.`);
  });
});

const registering = [
  'event',
  'message',
  'command',
  'shortcut',
  'action',
  'options',
  'view',
  'function',
  'assistant',
] as const;
afterEach(() => vi.restoreAllMocks());

/** What the bot has Bolt listen to, by Bolt's own methods: the first argument of each call. */
const listened = (): Readonly<Record<(typeof registering)[number], readonly unknown[]>> => {
  const spies = registering.map((name) => [name, vi.spyOn(App.prototype, name)] as const);
  const world = createWorld();
  const directory = slackDirectory(world.directory);
  const ports = { ...world.bot, directory };
  const receiver: Receiver = { init() {}, start: async () => {}, stop: async () => {} };
  createSlackApp({
    ports,
    directory,
    people: createPeopleWatch(ports),
    faces: createFaces(ports, createMemoryProjectionStore()),
    receiver,
    token: hallpassApp.token,
    clientOptions: {},
  });
  const calls = spies.map(([name, spy]) => [name, spy.mock.calls.map(([first]) => first as unknown)]);
  return Object.fromEntries(calls) as ReturnType<typeof listened>;
};

describe.each([
  ['slack-app.yaml', socket],
  ['slack-app-http.yaml', http],
])('%s', (_, text) => {
  const { features, settings } = appOf(text);

  test('names the events, the commands and the shortcuts that the bot listens to, and no others', () => {
    const { event, command, shortcut, message, function: functions, assistant } = listened();
    expect([...event].sort()).toEqual(settings.event_subscriptions?.bot_events.toSorted());
    expect(command).toEqual(features.slash_commands.map((one) => one.command));
    expect(shortcut).toEqual(features.shortcuts.map((one) => one.callback_id));
    expect([message, functions, assistant]).toEqual([[], [], []]);
  });

  test('switches on what the bot’s buttons, forms and home need', () => {
    const { action, view, options, event } = listened();
    expect([action, view, options].every(({ length }) => length > 0)).toBe(true);
    expect(settings.interactivity?.is_enabled).toBe(true);
    expect(event).toContain('app_home_opened');
    // Nobody can write to it, and it listens to nothing that is written.
    expect(features.app_home).toEqual({
      home_tab_enabled: true,
      messages_tab_enabled: true,
      messages_tab_read_only_enabled: true,
    });
  });

  test('hints at commands that there are', () => {
    const help = helpFor([]);
    const hinted = features.slash_commands.flatMap(({ usage_hint }) => usage_hint.split(' | '));
    expect(hinted.length).toBeGreaterThan(5);
    expect(hinted.filter((word) => word !== 'request' && !help.includes(`/jit ${word}`))).toEqual(['help']);
  });
});

test('slack-app-http.yaml is slack-app.yaml with an address wherever Slack sends to, and without Socket Mode', () => {
  const content = (text: string): readonly string[] => text.split('\n').filter((line) => !/^ *#/.test(line));
  const url = /^ +(url|request_url|message_menu_options_url): https:\/\/hallpass\.example\.com\/slack\/events$/;
  const [added, kept] = [
    content(http).filter((line) => url.test(line)),
    content(http).filter((line) => !url.test(line)),
  ];
  expect(added.map((line) => line.trim().split(':')[0])).toEqual([
    'url',
    'request_url',
    'message_menu_options_url',
    'request_url',
  ]);
  expect(kept).toEqual(
    content(socket).map((line) => line.replace('socket_mode_enabled: true', 'socket_mode_enabled: false')),
  );
  // No other place than these four has to be changed.
  expect(http.match(/hallpass\.example\.com/g)).toHaveLength(5);
});

test('slack-lookup-app.yaml listens to nothing and shows nothing', () => {
  const { features, settings } = appOf(lookup);
  expect(features).toEqual({ shortcuts: [], slash_commands: [] });
  expect(settings).toEqual({ socket_mode_enabled: false });
});

test('the local workspace has the app that slack-app.yaml makes', () => {
  expect(hallpassApp).toMatchObject(appFrom(socket));
  expect(hallpassApp).toMatchObject({
    name: 'Hallpass',
    scopes: Object.keys(scopeReasons),
    events: ['app_home_opened', 'subteam_members_changed', 'subteam_updated', 'user_change'],
    isHomeTabEnabled: true,
    isMessagesTabEnabled: true,
  });
  expect(hallpassApp.commands).toEqual([expect.objectContaining({ command: '/jit', shouldEscape: true })]);
  expect(appFrom(socket.replace('      - user_change\n', '')).events).not.toContain('user_change');
});
