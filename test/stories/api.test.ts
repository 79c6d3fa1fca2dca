import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { request as send } from 'undici';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createApiClient } from '#local/parts/api-client.ts';
import { callerNamespace } from '#local/shop/callers.ts';
import { install, tokenFor } from '#local/shop/install.ts';
import { inMemory } from '#local/ways-in.ts';
import { companyFor } from './company.ts';
import { storyOf } from './story.ts';

const view = z.looseObject({ id: z.string(), status: z.string(), version: z.number(), isOver: z.boolean() });
const shop = '/apis/networking.k8s.io/v1/namespaces/shop-front/ingresses/shop';
const wanted = {
  kind: 'access',
  namespace: 'shop-front',
  words: ['ingress-view'],
  objects: ['shop'],
  reason: 'release 4.2',
  for: '8s',
};

describe('a pipeline that asks over the API', () => {
  const company = companyFor(inMemory, { api: true });
  const story = storyOf(company);
  const at = (): string => {
    const { api } = company().stand.config('bot');
    return `http://${api?.host}:${api?.port}`;
  };
  const tokenOf = async (account: 'deployer' | 'helper'): Promise<string> =>
    readFile(join(company().stand.folder, `${account}.token`), 'utf8');
  const call = async (
    method: 'GET' | 'POST',
    path: string,
    { token, body, key }: { token?: string; body?: unknown; key?: string } = {},
  ) => {
    const answer = await send(`${at()}${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: answer.statusCode, headers: answer.headers, body: (await answer.body.json()) as never };
  };
  /** Waits as a script does, until a request is in one of these states. */
  const waitFor = async (id: string, token: string, ...states: readonly string[]) => {
    for (let after = 0; ; ) {
      const { body } = await call('GET', `/v1/requests/${id}?wait=20&after=${after}`, { token });
      const now = view.parse(body);
      if (states.includes(now.status) || now.isOver) return now;
      after = now.version;
    }
  };
  /** What the API server answers to the pipeline's own token. */
  const tries = async (account: string): Promise<number> => {
    const { plane, admin } = company().stand;
    const client = createApiClient({
      url: plane.url,
      caPem: plane.caPem,
      token: await tokenFor(admin, callerNamespace, account),
    });
    const { status } = await client.send('GET', shop);
    await client.close();
    return status;
  };

  it('gets access of its own once somebody has agreed, and loses it on time', async () => {
    const token = await tokenOf('deployer');
    expect(await tries('deployer')).toBe(403);
    const asked = await call('POST', '/v1/requests', { token, body: wanted, key: 'run-1' });
    expect(asked.status).toBe(201);
    const { id } = view.parse(asked.body);
    expect(asked.headers.location).toBe(`/v1/requests/${id}`);
    const waiting = waitFor(id, token, 'active');
    await story.shows(id, 'pipeline deploy-shop asks for itself, @U0CAROL answers for it');
    // Carol answers for it, and so does not decide on it, though she is one of those who do.
    await story.click('U0CAROL', id, 'Approve');
    await story.until('Carol to read why not', () => story.answerTo('U0CAROL').includes('you asked for it'));
    await story.press('U0BOB', 'approve', id);
    expect(await waiting).toMatchObject({
      status: 'active',
      caller: { name: 'deploy-shop', own: true },
      source: 'api',
    });
    expect(await tries('deployer')).toBe(200);
    expect(await tries('helper')).toBe(403);
    expect(await waitFor(id, token, 'revoked')).toMatchObject({ status: 'revoked', why: 'expired' });
    expect(await tries('deployer')).toBe(403);
  });

  it('files the same once for each key, and something else with the same key not at all', async () => {
    const token = await tokenOf('deployer');
    const body = { ...wanted, words: ['ingress-edit'], for: '1m' };
    const tried = await Promise.all(
      Array.from({ length: 4 }, () => call('POST', '/v1/requests', { token, body, key: 'run-2' })),
    );
    expect(tried.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 201]);
    const [id, ...others] = new Set(tried.map((one) => view.parse(one.body).id));
    expect(others).toEqual([]);
    const other = await call('POST', '/v1/requests', { token, body: { ...body, reason: 'another' }, key: 'run-2' });
    expect(other).toMatchObject({ status: 422, body: { type: 'urn:hallpass:problem:key-reused', request: id } });
    const withdrawn = await call('POST', `/v1/requests/${id}/withdraw`, { token });
    expect(withdrawn).toMatchObject({ status: 200, body: { status: 'withdrawn' } });
    expect(await call('POST', `/v1/requests/${id}/withdraw`, { token })).toEqual(withdrawn);
  });

  it('sees what it asked for and nothing else, and decides on nothing', async () => {
    const [token, helper] = [await tokenOf('deployer'), await tokenOf('helper')];
    const body = { ...wanted, kind: 'change', words: ['annotate', 'acme.test/owner=checkout'], as: 'self', for: '5m' };
    const asked = await call('POST', '/v1/requests', { token: helper, body });
    expect(asked).toMatchObject({
      status: 201,
      body: { source: 'mcp', caller: { name: 'helper', agent: true, own: false } },
    });
    const { id } = view.parse(asked.body);
    for (const path of [`/v1/requests/${id}`, `/v1/requests/${id}?wait=5`, '/v1/requests/zzzz-zz', '/v1/requests/..'])
      expect((await call('GET', path, { token })).status).toBe(404);
    expect((await call('POST', `/v1/requests/${id}/withdraw`, { token })).status).toBe(404);
    const decisions = {
      approve: { revision: 1 },
      deny: { revision: 1, reason: 'because' },
      revoke: { reason: 'because' },
    };
    for (const [verb, decision] of Object.entries(decisions))
      for (const one of [token, helper])
        expect(await call('POST', `/v1/requests/${id}/${verb}`, { token: one, body: decision })).toMatchObject({
          status: 403,
          body: { type: 'urn:hallpass:problem:may-not-decide' },
        });
    const listed = await call('GET', '/v1/requests?open=true', { token: helper });
    expect(listed.body).toMatchObject({ requests: [{ id }] });
    await story.shows(id, '🤖 agent helper asks, @U0ALICE answers for it');
    expect((await call('POST', `/v1/requests/${id}/withdraw`, { token: helper })).status).toBe(200);
  });

  it('is shown beforehand what it would ask for, and who would decide', async () => {
    const token = await tokenOf('deployer');
    const body = { ...wanted, kind: 'change', words: ['annotate', 'acme.test/owner=checkout'], for: '5m' };
    const { status, body: shown } = await call('POST', '/v1/previews', { token, body });
    expect(status).toBe(200);
    expect(shown).toMatchObject({ rule: 'shop', quorum: [{ from: 'platform', count: 1 }], seconds: 300 });
    expect(JSON.stringify(shown)).toContain('+');
    const before = await call('GET', '/v1/requests?open=true', { token });
    expect(before.body).toEqual({ requests: [] });
  });

  it('is nobody without a token for Hallpass', async () => {
    const { admin } = company().stand;
    const elsewhere = await tokenFor(admin, callerNamespace, 'deployer');
    const account = {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'stranger', namespace: callerNamespace },
    };
    await install(admin, [account]);
    const stranger = await tokenFor(admin, callerNamespace, 'stranger', 'hallpass');
    const good = await tokenOf('deployer');
    for (const token of [undefined, 'nonsense', elsewhere, stranger, `${good}x`, good.slice(0, -20)]) {
      const { status, body } = await call('POST', '/v1/requests', {
        ...(token === undefined ? {} : { token }),
        body: wanted,
      });
      expect(status).toBe(401);
      expect(JSON.stringify(body)).not.toContain(good.slice(0, 30));
    }
  });

  it('is told what is wrong with what it sends, and nothing of it is filed', async () => {
    const token = await tokenOf('deployer');
    const cases: readonly (readonly [unknown, number, string])[] = [
      ['{', 400, ''],
      ['[]', 422, ''],
      [{ ...wanted, colour: 'red' }, 422, 'colour'],
      [{ ...wanted, kind: 'nonsense' }, 422, 'There is no kind'],
      [{ ...wanted, reason: '' }, 422, 'reason'],
      [{ ...wanted, for: 'forever and ever' }, 422, 'not a duration'],
      [{ ...wanted, namespace: 'kube-system' }, 403, 'does not let you ask'],
      [{ ...wanted, namespace: '../x' }, 422, 'namespace'],
      [{ ...wanted, form: { a: 'b' } }, 422, 'either'],
      [`${'['.repeat(5_000)}${']'.repeat(5_000)}`, 400, 'deeper'],
      [{ ...wanted, reason: 'x'.repeat(1_000_000) }, 422, 'reason'],
      [`"${'x'.repeat(4_000_000)}"`, 413, 'at most'],
    ];
    for (const [body, status, says] of cases) {
      const answer = await call('POST', '/v1/requests', { token, body });
      expect([answer.status, JSON.stringify(answer.body)]).toEqual([status, expect.stringContaining(says)]);
    }
    expect((await call('GET', '/v1/requests?open=true', { token })).body).toEqual({ requests: [] });
  });
});
