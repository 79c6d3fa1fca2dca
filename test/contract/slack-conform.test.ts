import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { WebClient } from '@slack/web-api';
import { afterEach, describe, expect, test } from 'vitest';
import { requestEvent } from '#domain/request/events.ts';
import { createHttpLink } from '#local/slack/http-link.ts';
import { createInMemoryLink } from '#local/slack/in-memory-link.ts';
import { createWorkspace } from '#local/slack/workspace.ts';
import { conform } from '#test/slack/conform.ts';
import { type Surface, surfaces } from '#test/slack/surfaces.ts';

const workspace = createWorkspace({ rates: 'off' });
const { fetch } = createInMemoryLink(workspace);
const client = new WebClient(workspace.state.app.token, { fetch, retryConfig: { retries: 0 } });

const all = await surfaces();

const said = async (some: readonly Surface[], by = client) => {
  const lines: string[] = [];
  const status = await conform(by, some, (line) => void lines.push(line));
  return { status, lines };
};

describe('what Hallpass shows', () => {
  test('is taken by the strict workspace, each of it, and nothing is posted', async () => {
    const { status, lines } = await said(all);
    expect(lines.filter((line) => !line.startsWith('✔'))).toEqual([
      `${all.length} surfaces: ${all.length} taken, 0 refused.`,
    ]);
    expect(status).toBe(0);
    expect(workspace.state.messages.size + workspace.state.views.size).toBe(0);
    expect(new Set(workspace.calls.map(({ method }) => method))).toEqual(new Set(['blocks.validate']));
  });

  test('is of every sort, each under a name of its own', () => {
    const names = all.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const sort of ['card', 'thread', 'direct message', 'home', 'list', 'form', 'window', 'checkpoint'])
      expect(names.filter((name) => name.startsWith(`${sort}`)).length, sort).toBeGreaterThan(0);
    for (const kind of ['access', 'change', 'open', 'delete-pod', 'debug', 'restart', 'scale', 'rollback'])
      expect(names).toContain(`form: request ${kind} in a namespace`);
  });

  test('has a message in a thread of each event that there is', () => {
    const told = all.flatMap(({ name }) => /^thread: (\S+) of /.exec(name)?.[1] ?? []);
    const there = requestEvent.options.map(({ shape }) => shape.type.value);
    expect(there.filter((type) => !told.includes(type))).toEqual([]);
  });

  test('has ids that could be Slack’s', () => {
    const ids = [...JSON.stringify(all).matchAll(/"(?:user_id|channel_id|usergroup_id)":"([^"]*)"|<[@#!]([A-Z0-9]+)/g)];
    expect(ids.length).toBeGreaterThan(50);
    expect(ids.map(([, one, two]) => one ?? two ?? '').filter((one) => !/^[UCS][A-Z0-9]{8,11}$/.test(one))).toEqual([]);
  });
});

/** One of them with something put wrong in it, by a name. */
const spoiled = (name: string, spoil: (blocks: Record<string, unknown>[]) => void): Surface => {
  const found = all.find((one) => one.name === name) ?? expect.fail(`no ${name}`);
  const copy = structuredClone(found) as Surface;
  spoil(('view' in copy ? copy.view.blocks : copy.message.blocks) as unknown as Record<string, unknown>[]);
  return copy;
};

describe('what is wrong in', () => {
  const card = 'card: change that waits';
  test.each<[string, string, (blocks: Record<string, unknown>[]) => void, RegExp]>([
    [
      'a text that is too long',
      card,
      ([first]) => Object.assign(first ?? {}, { text: { type: 'plain_text', text: 'x'.repeat(151) } }),
      /^ {4}\/blocks\/0\/text\/text: must be less than 151 characters/,
    ],
    [
      'a block of no type that there is',
      card,
      (blocks) => blocks.push({ type: 'banner' }),
      /^ {4}\/blocks\/\d+\/?\w*: unsupported type/,
    ],
    [
      'a field that no block has',
      'home: nothing there',
      ([first]) => Object.assign(first ?? {}, { colour: 'red' }),
      /^ {4}\/blocks\/0: invalid additional property: colour/,
    ],
    [
      'too many blocks',
      card,
      (blocks) => blocks.push(...Array.from({ length: 50 }, () => ({ type: 'divider' }))),
      /^ {4}\/blocks: no more than 50 items allowed/,
    ],
    [
      'an input in a window without its element',
      'window: extend',
      ([, , third]) => delete third?.element,
      /^ {4}\/blocks\/2\/element: missing required field: element/,
    ],
  ])('%s is refused, and said where', async (_, name, spoil, line) => {
    const good = all[0] ?? expect.fail();
    const { status, lines } = await said([good, spoiled(name, spoil)]);
    expect(status).toBe(1);
    expect(lines[0]).toBe(`✔ ${good.name}`);
    expect(lines[1]).toBe(`✘ ${name}`);
    expect(lines[2]).toMatch(line);
    expect(lines.at(-1)).toBe('2 surfaces: 1 taken, 1 refused.');
  });

  test('a token is no verdict: what is not judged is not said to be taken', async () => {
    const stranger = new WebClient('xoxb-of-another', { fetch, retryConfig: { retries: 0 } });
    const { status, lines } = await said(all.slice(0, 3), stranger);
    expect(status).toBe(2);
    expect(lines).toEqual([
      expect.stringMatching(/^Slack does not judge \(invalid_auth\): take the Bot User OAuth Token/),
      '3 surfaces: 0 judged, 0 refused. The others are not known.',
    ]);
  });

  test('a line that is cut is no verdict either', async () => {
    workspace.faults.next({ type: 'status', status: 503 }, { method: 'blocks.validate' });
    const { status, lines } = await said(all.slice(0, 2));
    expect(status).toBe(2);
    expect(lines[0]).toMatch(/^Slack does not judge \(.*\): let this machine reach slack\.com:443/);
  });
});

describe('the validator of the strict workspace', () => {
  const call = async (given: Record<string, unknown>): Promise<unknown> => {
    const response = await fetch('https://slack.local/api/blocks.validate', {
      method: 'POST',
      headers: { authorization: `Bearer ${workspace.state.app.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(given),
    });
    return response.json();
  };
  const divider = { type: 'divider' };

  test('wants exactly one of blocks, message and view', async () => {
    for (const given of [{}, { blocks: [divider], message: { blocks: [divider] } }])
      expect(await call(given)).toMatchObject({ ok: false, error: 'invalid_arguments' });
    expect(await call({ blocks: [divider] })).toEqual({ ok: true });
    expect(await call({ blocks: JSON.stringify([divider]) })).toEqual({ ok: true });
    expect(await call({ blocks: 'no JSON' })).toMatchObject({ ok: false, error: 'invalid_arguments' });
  });

  test('says of each what Slack says, and where', async () => {
    const section = { type: 'section', text: { type: 'words', text: 'x' } };
    expect(await call({ blocks: [section] })).toEqual({
      ok: false,
      error: 'invalid_blocks',
      errors: [{ pointer: '/0/text/type', code: 'failed_constraint', message: 'unsupported type' }],
    });
    expect(await call({ message: { blocks: [section] } })).toMatchObject({
      error: 'invalid_message',
      errors: [{ pointer: '/blocks/0/text/type' }],
    });
    expect(await call({ message: { blocks: [divider], colour: 'red' } })).toMatchObject({
      error: 'invalid_message',
      errors: [{ pointer: '/colour' }],
    });
    expect(await call({ message: 7 })).toMatchObject({ error: 'invalid_message' });
    expect(await call({ message: {} })).toMatchObject({ error: 'invalid_message', errors: [{ message: 'no_text' }] });
    const title = { type: 'plain_text', text: 'x'.repeat(25) };
    expect(await call({ view: { type: 'modal', title, blocks: [divider] } })).toMatchObject({
      error: 'invalid_view',
      errors: [{ pointer: '/title/text' }],
    });
    expect(await call({ view: { type: 'home', blocks: [section] } })).toMatchObject({
      error: 'invalid_view',
      errors: [{ pointer: '/blocks/0/text/type' }],
    });
    expect(await call({ view: { type: 'page', blocks: [] } })).toMatchObject({ error: 'invalid_view' });
  });

  test('takes what one of the surfaces takes, where none is said', async () => {
    const input = {
      type: 'input',
      label: { type: 'plain_text', text: 'Why' },
      element: { type: 'plain_text_input' },
    };
    expect(await call({ blocks: [input] })).toEqual({ ok: true });
    expect(await call({ blocks: [{ type: 'markdown', text: 'x' }] })).toEqual({ ok: true });
    expect(await call({ blocks: Array.from({ length: 100 }, () => divider) })).toEqual({ ok: true });
    expect(await call({ blocks: Array.from({ length: 101 }, () => divider) })).toMatchObject({
      error: 'invalid_blocks',
    });
  });
});

describe('npm run slack:conform', () => {
  const stops: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });
  const run = async (environment: Readonly<Record<string, string>>) => {
    const { SLACK_BOT_TOKEN: _, SLACK_API_URL: __, ...rest } = process.env;
    const program = new URL('../slack/run.ts', import.meta.url).pathname;
    const ran = promisify(execFile)(process.execPath, [program], { env: { ...rest, ...environment } });
    return ran.then(
      ({ stdout }) => ({ status: 0, stdout }),
      ({ code, stdout }: { code: number; stdout: string }) => ({ status: code, stdout }),
    );
  };

  test('has each judged over the wire, and its exit status says how it went', async () => {
    const wire = createWorkspace({ rates: 'off' });
    const link = await createHttpLink(wire);
    stops.push(() => link.stop());
    const environment = { SLACK_BOT_TOKEN: wire.state.app.token, SLACK_API_URL: link.slackApiUrl };
    const whole = await run(environment);
    expect(whole.stdout).toMatch(new RegExp(`\\n${all.length} surfaces: ${all.length} taken, 0 refused\\.\\n$`));
    expect(whole.status).toBe(0);
    // Slack's limits are Slack's: what is refused there is told, whatever the workspace thinks of it.
    wire.faults.next({ type: 'error', error: 'invalid_view' }, { method: 'blocks.validate' });
    const one = await run(environment);
    expect(one.stdout).toMatch(/^✘ card: .*\n {4}invalid_view\n/);
    expect(one.stdout).toMatch(/, 1 refused\.\n$/);
    expect(one.status).toBe(1);
    wire.faults.next({ type: 'rate-limited', retryAfter: 1 }, { method: 'blocks.validate' });
    const paused = await run(environment);
    expect(paused.stdout).toContain('Slack wants a pause of 1 s');
    expect(paused.status).toBe(0);
  }, 120_000);

  test('says without a token what it needs, and does not pass', async () => {
    const { status, stdout } = await run({});
    expect(status).toBe(2);
    expect(stdout).toContain('SLACK_BOT_TOKEN is not set');
  });
});
