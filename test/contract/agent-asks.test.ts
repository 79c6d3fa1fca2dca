import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { Progress } from '@modelcontextprotocol/sdk/types.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { keepLogin, loginPath } from '#src/commands/login-file.ts';
import { withFolder } from '#test/build/folder.ts';
import { settle } from '#test/build/world.ts';
import { type ApiWorld, serveWorld, tokens } from '#test/contract/parts/api-world.ts';
import { runCli } from '#test/contract/parts/operator.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
let api: ApiWorld;
let client: Client;

/** A client as agents have one, of the command run as a process. */
const connect = async (who: 'agent' | 'bob'): Promise<Client> => {
  const started = new Client({ name: 'an agent', version: '1' });
  const env = { PATH: process.env.PATH ?? '', ...api.as(who) };
  await started.connect(
    new StdioClientTransport({ command: process.execPath, args: [join(root, 'src/cli.ts'), 'mcp'], env }),
  );
  return started;
};
beforeEach(async () => {
  api = await serveWorld();
  client = await connect('agent');
});
afterEach(async () => {
  await client.close();
  await api.stop();
});

const result = z.object({
  isError: z.boolean().optional(),
  content: z.array(z.object({ type: z.literal('text'), text: z.string() })),
  structuredContent: z.record(z.string(), z.unknown()).optional(),
});
const call = async (name: string, given: Record<string, unknown> = {}, onprogress?: (message: string) => void) => {
  const options = onprogress === undefined ? {} : { onprogress: ({ message = '' }: Progress) => onprogress(message) };
  const read = result.parse(await client.callTool({ name, arguments: given }, undefined, options));
  return { isError: read.isError === true, text: read.content[0]?.text ?? '', given: read.structuredContent };
};
const wish = {
  kind: 'access',
  namespace: 'shop',
  words: ['ingress-edit'],
  objects: ['web'],
  for: '30m',
  reason: 'the checkout answers 502',
};

describe('an agent', () => {
  it('sees who it is, tries, asks, waits until a person has agreed, and gives it back', async () => {
    expect(await call('who_am_i')).toMatchObject({
      given: { type: 'caller', name: 'helper', responsible: 'UALICE', mayDecide: false, clusters: ['prod'] },
    });
    expect(await call('preview', wish)).toMatchObject({
      given: { rule: 'shop', quorum: [{ from: 'platform', count: 1 }], title: 'Edit Ingresses' },
    });
    expect(await api.requests()).toHaveLength(0);
    const asked = await call('ask', wish);
    expect(asked).toMatchObject({ isError: false, given: { settled: false, request: { status: 'pending' } } });
    expect(asked.text).toContain('Call wait with');
    const { request } = await api.pending();
    const { id } = request.asked;
    expect(request.asked).toMatchObject({
      source: 'mcp',
      caller: { name: 'helper', agent: true },
      requester: 'UALICE',
    });
    const told: string[] = [];
    const waiting = call('wait', { id, seconds: 30 }, (message) => told.push(message));
    await expect.poll(() => told).toHaveLength(1);
    await api.approve(id);
    expect(await waiting).toMatchObject({
      given: { settled: true, request: { status: 'active', decidedBy: ['UBOB'] } },
    });
    expect(told[0]).toContain(`${id} waits for platform (1); nobody has approved yet`);
    expect(await call('list', { open: true })).toMatchObject({ given: { requests: [{ id }] } });
    expect(await call('done', { id })).toMatchObject({ isError: false });
    await settle(api.world);
    expect(await call('status', { id })).toMatchObject({
      text: expect.stringContaining('Do not go on with it'),
      given: { settled: true, request: { status: 'revoked' } },
    });
  });

  it('is told after its time that nobody has decided yet, and takes it back', async () => {
    const { given } = await call('ask', { ...wish, key: 'task-7' });
    const { id } = z.object({ request: z.object({ id: z.string() }) }).parse(given).request;
    expect(await call('ask', { ...wish, key: 'task-7' })).toMatchObject({ given: { request: { id } } });
    expect(await call('wait', { id, seconds: 1 })).toMatchObject({ given: { settled: false } });
    expect(await call('withdraw', { id })).toMatchObject({ given: { request: { status: 'withdrawn' } } });
  });

  it('asks for manifests', async () => {
    const manifest = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: flags}\ndata: {beta: "on"}\n';
    const change = { kind: 'change', namespace: 'shop', manifest, for: '30m', reason: 'beta' };
    expect(await call('preview', change)).toMatchObject({
      given: { changes: [{ op: 'create', object: 'ConfigMap shop/flags', diff: expect.stringContaining('beta') }] },
    });
    expect(await call('ask', { ...change, words: ['x'] })).toMatchObject({
      isError: true,
      text: expect.stringContaining('Send "manifest" without'),
    });
  });

  it('has no tool that decides, also where its token is of somebody who may', async () => {
    await client.close();
    client = await connect('bob');
    const { tools } = await client.listTools();
    const names = ['ask', 'done', 'list', 'preview', 'status', 'wait', 'who_am_i', 'withdraw'];
    expect(tools.map(({ name }) => name).sort()).toEqual(names);
    const page = readFileSync(join(root, 'docs/agents.md'), 'utf8');
    expect([...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name).sort()).toEqual(names);
    const reading = tools.filter(({ annotations }) => annotations?.readOnlyHint === true).map(({ name }) => name);
    expect(reading.sort()).toEqual(['list', 'preview', 'status', 'wait', 'who_am_i']);
    for (const name of ['approve', 'deny', 'revoke', 'extend', 'request'])
      expect(await call(name, { id: 'k7m2-qx', revision: 1, reason: 'x' })).toMatchObject({
        isError: true,
        text: expect.stringContaining('not found'),
      });
  });
});

describe('what is not understood', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['who_am_i', { verbose: true }, 'verbose'],
    ['preview', {}, 'namespace'],
    ['preview', { ...wish, kind: 'nonsense' }, 'There is no kind "nonsense"'],
    ['preview', { ...wish, words: ['no-such-profile'] }, 'who_am_i lists the kinds'],
    ['preview', { ...wish, key: 'x' }, 'key'],
    ['ask', { ...wish, reason: undefined }, 'reason'],
    ['ask', { ...wish, for: 'ages' }, 'ages'],
    ['ask', { ...wish, words: 'ingress-edit' }, 'words'],
    ['ask', { ...wish, key: 'a b' }, 'key'],
    ['ask', { ...wish, as: 'admin' }, 'as'],
    ['ask', { ...wish, approve: true }, 'approve'],
    ['wait', { id: 'k7m2-qx', seconds: 301 }, 'seconds'],
    ['wait', { id: 'k7m2-qx', seconds: 0 }, 'seconds'],
    ['wait', { id: 'aaaa-aa' }, 'list has what you asked for'],
    ['status', {}, 'id'],
    ['status', { id: '../who' }, 'ids look like'],
    ['status', { id: 'aaaa-aa' }, 'There is no request'],
    ['list', { open: 'yes' }, 'open'],
    ['withdraw', { id: 'aaaa-aa' }, 'There is no request'],
    ['withdraw', { id: 'k7m2-qx', reason: 'x' }, 'reason'],
    ['done', { id: 'aaaa-aa' }, 'There is no request'],
    ['done', { id: 7 }, 'id'],
  ])('of %s with %j is an error of the tool that says what to do', async (name, given, why) => {
    expect(await call(name, given)).toMatchObject({ isError: true, text: expect.stringContaining(why) });
    expect(await api.requests()).toHaveLength(0);
  });

  it('is told so where the API is not there, and where nobody is known by the token', async () => {
    api.principals.clear();
    expect(await call('who_am_i')).toMatchObject({ isError: true, text: expect.stringContaining('Nobody is known') });
    await api.stop();
    expect(await call('status', { id: 'k7m2-qx' })).toMatchObject({
      isError: true,
      text: expect.stringContaining('Try again in a while'),
    });
    await api.restart();
  });

  it('ends the server before it begins where it is not set up', async () => {
    expect(await runCli(['mcp'], { XDG_CONFIG_HOME: '/nowhere' })).toMatchObject({
      status: 2,
      out: '',
      errors: expect.stringContaining('HALLPASS_API is not set'),
    });
  });

  it('ends it also where it would be known by the token of whoever has signed in on the machine', async () => {
    await withFolder({}, async (folder) => {
      const environment = { HALLPASS_API: api.url, XDG_CONFIG_HOME: folder };
      await keepLogin(loginPath(environment), tokens.bob);
      expect(await runCli(['who'], environment)).toMatchObject({ status: 0, out: expect.stringContaining('UBOB') });
      expect(await runCli(['mcp'], environment)).toMatchObject({
        status: 2,
        out: '',
        errors: expect.stringContaining('An agent has one of its own'),
      });
    });
  });
});
