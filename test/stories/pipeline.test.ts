import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type RequestId, requestId } from '#domain/ids.ts';
import { createApiClient } from '#local/parts/api-client.ts';
import { callerNamespace } from '#local/shop/callers.ts';
import { tokenFor } from '#local/shop/install.ts';
import { inMemory } from '#local/ways-in.ts';
import { runCli } from '#test/contract/parts/operator.ts';
import { companyFor } from './company.ts';
import { storyOf } from './story.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const shop = '/apis/networking.k8s.io/v1/namespaces/shop-front/ingresses/shop';
const asked = z.object({ request: z.looseObject({ id: requestId, status: z.string() }), settled: z.boolean() });

describe('pipelines on the command line, and agents over MCP', () => {
  const company = companyFor(inMemory, { api: true });
  const story = storyOf(company);
  const as = (account: 'deployer' | 'helper'): Record<string, string> => {
    const { folder, config } = company().stand;
    const { api } = config('bot');
    return { HALLPASS_API: `http://${api?.host}:${api?.port}`, HALLPASS_TOKEN_FILE: join(folder, `${account}.token`) };
  };
  const run = (words: readonly string[]) => runCli(words, as('deployer'));
  const waitingFor = async (reason: string): Promise<RequestId> => {
    const list = z.object({ requests: z.array(z.object({ id: requestId, status: z.string(), reason: z.string() })) });
    const found = await story.until(`"${reason}" to be asked for`, async () => {
      const { out } = await run(['list', '--open', '--output', 'json']);
      return list.parse(JSON.parse(out)).requests.find((one) => one.reason === reason && one.status === 'pending');
    });
    if (found === undefined) throw new Error(`Nobody asked for ${reason}.`);
    return found.id;
  };
  /** What the API server answers to the account's own token. */
  const tries = async (account: string): Promise<number> => {
    const { plane, admin } = company().stand;
    const token = await tokenFor(admin, callerNamespace, account);
    const client = createApiClient({ url: plane.url, caPem: plane.caPem, token });
    const { status } = await client.send('GET', shop);
    await client.close();
    return status;
  };

  it('a script asks, a person approves in Slack, and the script goes on', async () => {
    const words = ['access', 'ingress-view', 'shop-front/shop', '--for', '5m', '--reason', 'release 4.2', '--wait'];
    const running = run(['request', ...words]);
    const id = await waitingFor('release 4.2');
    await story.click('U0BOB', id, 'Approve');
    const { status, out, errors } = await running;
    expect({ status, errors }).toMatchObject({ status: 0, errors: expect.stringContaining('waits for platform (1)') });
    expect(out).toContain(`${id} is active until `);
    expect(await tries('deployer')).toBe(200);
    expect(await run(['done', id, '--wait'])).toMatchObject({ status: 0, out: expect.stringContaining('has ended') });
    expect(await tries('deployer')).toBe(403);
    expect(await run(['status', id])).toMatchObject({ status: 5, out: expect.stringContaining('has ended') });
  });

  it('a manifest is asked for with its diff, denied, and the script ends with 3', async () => {
    const file = join(company().stand.folder, 'wanted.yaml');
    await writeFile(
      file,
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: flags, namespace: shop-front}\ndata: {beta: "on"}\n',
    );
    const flags = ['--for', '5m', '--reason', 'the beta', '--wait', '--output', 'json'];
    const running = run(['request', 'change', '-f', file, ...flags]);
    const id = await waitingFor('the beta');
    await story.shows(id, 'pipeline deploy-shop');
    await story.click('U0BOB', id, 'Deny');
    await company().slack.as('U0BOB').fillAndSubmit({ Why: 'not on a Friday' });
    const { status, out, errors } = await running;
    expect({ status, errors }).toMatchObject({ status: 3, errors: expect.stringContaining('create ConfigMap') });
    expect(JSON.parse(out)).toMatchObject({ id, status: 'denied', why: 'not on a Friday' });
  });

  it('an agent asks, is marked as one, gets access of its own, and loses it on time', async () => {
    const agent = new Client({ name: 'an agent', version: '1' });
    const env = { PATH: process.env.PATH ?? '', ...as('helper') };
    const args = [join(root, 'src/cli.ts'), 'mcp'];
    await agent.connect(new StdioClientTransport({ command: process.execPath, args, env }));
    const call = async (name: string, given: Record<string, unknown>) =>
      asked.parse((await agent.callTool({ name, arguments: given })).structuredContent);
    const wish = { kind: 'access', namespace: 'shop-front', words: ['ingress-view'], objects: ['shop'], for: '8s' };
    const { request } = await call('ask', { ...wish, reason: 'to see why the checkout answers 502' });
    await story.shows(request.id, '🤖 agent helper asks for itself, @U0ALICE answers for it');
    expect(await tries('helper')).toBe(403);
    const waiting = call('wait', { id: request.id, seconds: 50 });
    await story.click('U0BOB', request.id, 'Approve');
    expect(await waiting).toMatchObject({ settled: true, request: { status: 'active' } });
    expect(await tries('helper')).toBe(200);
    await story.reaches(request.id, 'revoked');
    expect(await tries('helper')).toBe(403);
    expect(await call('status', { id: request.id })).toMatchObject({ request: { status: 'revoked', why: 'expired' } });
    await agent.close();
  });
});
