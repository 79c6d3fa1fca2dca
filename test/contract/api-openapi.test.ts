import { Ajv2020 } from 'ajv/dist/2020.js';
import {
  assert,
  asyncProperty,
  constantFrom,
  dictionary,
  integer,
  json,
  oneof,
  option,
  record,
  string,
} from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createApi } from '#adapters/http/api-routes.ts';
import { createWaiting } from '#adapters/http/api-wait.ts';
import { callersIn } from '#domain/callers.ts';
import { personId } from '#domain/ids.ts';
import { bob } from '#test/build/people.ts';
import { createWorld } from '#test/build/world.ts';
import type { Principal } from '#use-cases/principal.ts';

const [caller] = callersIn([
  {
    name: 'deploy',
    responsible: personId.parse('U0ALICE'),
    serviceAccount: { cluster: 'prod', namespace: 'ci', name: 'deployer' },
  },
]);
if (caller === undefined) throw new Error('There is no caller');

const served = () => {
  const world = createWorld();
  const alice = world.settings.identities[0]?.person ?? bob;
  const principals: Readonly<Record<string, Principal>> = {
    caller: { type: 'caller', caller: { ...caller, responsible: alice } },
    person: { type: 'person', person: bob, mayDecide: true, provenAt: 0 },
  };
  Object.assign(world.settings, { callers: [{ ...caller, responsible: alice }] });
  const faults: string[] = [];
  let keys = 0;
  const app = createApi({
    ports: world.bot,
    authenticate: async (token) => {
      const found = token === undefined ? undefined : principals[token];
      return (
        found ?? { problem: { type: 'urn:hallpass:problem:no-token', title: 'Not known', status: 401, detail: '' } }
      );
    },
    waiting: createWaiting(world.store),
    sayNotFiled: ({ type }) => type,
    sayNotDone: ({ type }) => type,
    onFault: (message, fields) => void faults.push(`${message} ${JSON.stringify(fields)}`),
    epoch: () => 0,
    anyKey: () => {
      keys += 1;
      return `key ${keys}`;
    },
  });
  const call = async (method: string, path: string, token?: string, body?: unknown) => {
    const answer = await app.fetch(
      new Request(new URL(path, 'http://api'), {
        method,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    );
    const text = await answer.text();
    return { status: answer.status, type: answer.headers.get('content-type') ?? '', body: JSON.parse(text) as unknown };
  };
  return { world, faults, call };
};

const operation = z.object({
  responses: z.record(
    z.string(),
    z.object({ content: z.record(z.string(), z.object({ schema: z.json() })).optional() }),
  ),
});
const documentOf = z.looseObject({
  openapi: z.literal('3.1.0'),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.looseObject({ schemas: z.record(z.string(), z.json()) }),
});

/** Whether an answer is one that the document tells of; says why not. */
const checkerOf = (document: z.infer<typeof documentOf>) => {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  ajv.addSchema({ $id: 'api', components: document.components });
  const compiled = new Map<string, ReturnType<typeof ajv.compile>>();
  return (path: string, method: string, { status, type, body }: { status: number; type: string; body: unknown }) => {
    const said = document.paths[path]?.[method.toLowerCase()]?.responses[String(status)];
    if (said === undefined) return `${method} ${path} does not tell of ${status}: ${JSON.stringify(body)}`;
    const schema = said.content?.[type.split(';')[0] ?? '']?.schema;
    if (schema === undefined) return `${method} ${path} does not tell of ${type} with ${status}`;
    const key = `${method} ${path} ${status} ${type}`;
    const text = JSON.stringify(schema).replaceAll('"#/components', '"api#/components');
    const validate = compiled.get(key) ?? ajv.compile(JSON.parse(text) as object);
    compiled.set(key, validate);
    return validate(body) ? undefined : `${key}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(body)}`;
  };
};

describe('the API and the document that it gives of itself', () => {
  test('is OpenAPI 3.1, for whoever asks, and tells of every path', async () => {
    const { call } = served();
    const { status, body } = await call('GET', '/v1/openapi.json');
    expect(status).toBe(200);
    const { paths } = documentOf.parse(body);
    expect(Object.keys(paths).toSorted()).toEqual([
      '/v1/previews',
      '/v1/requests',
      '/v1/requests/{id}',
      '/v1/requests/{id}/approve',
      '/v1/requests/{id}/deny',
      '/v1/requests/{id}/diff',
      '/v1/requests/{id}/done',
      '/v1/requests/{id}/revoke',
      '/v1/requests/{id}/withdraw',
      '/v1/who',
    ]);
  });

  test('answers whatever is sent as that says, and never fails', { timeout: 60_000 }, async () => {
    const { call, faults, world } = served();
    const document = documentOf.parse((await call('GET', '/v1/openapi.json')).body);
    const wrong = checkerOf(document);
    const good = { kind: 'access', namespace: 'shop', words: ['ingress-edit'], objects: ['web'], reason: 'because' };
    const filed = z.object({ id: z.string() }).parse((await call('POST', '/v1/requests', 'caller', good)).body);
    const text = oneof(
      string({ unit: 'binary', maxLength: 40 }),
      constantFrom('access', 'shop', 'prod', '30m', 'good', '../..', '__proto__', ''),
    );
    const ask = record(
      {
        kind: oneof(constantFrom('access'), text),
        cluster: text,
        namespace: oneof(constantFrom('shop', 'bank', 'hallpass'), text),
        words: oneof(constantFrom(['ingress-edit'], ['ingress-view'], []), json()),
        objects: oneof(constantFrom(['web'], []), json()),
        form: dictionary(text, oneof(text, json())),
        reason: text,
        for: text,
        from: text,
        as: oneof(constantFrom('self', 'responsible'), text),
      },
      { requiredKeys: ['kind', 'namespace'] },
    );
    const decision = record({ revision: oneof(integer(), text), reason: text, for: text }, { requiredKeys: [] });
    const id = oneof(
      constantFrom(filed.id),
      string({ maxLength: 12 }).map(encodeURIComponent),
      constantFrom('zzzz-zz'),
    );
    const token = option(constantFrom('caller', 'person', 'nobody'), { nil: undefined });
    const someone = { token };
    const get = record({ ...someone, id, after: option(text, { nil: undefined }) });
    const statuses = new Set<number>();
    await assert(
      asyncProperty(
        oneof(
          record({ ...someone, path: constantFrom('/v1/requests', '/v1/previews'), body: oneof(ask, json()) }).map(
            (one) => ({ ...one, method: 'POST', at: one.path }),
          ),
          record({
            ...someone,
            id,
            verb: constantFrom('approve', 'deny', 'revoke'),
            body: oneof(decision, json()),
          }).map((one) => ({
            ...one,
            method: 'POST',
            path: `/v1/requests/{id}/${one.verb}`,
            at: `/v1/requests/${one.id}/${one.verb}`,
          })),
          record({ ...someone, id, verb: constantFrom('withdraw', 'done') }).map((one) => ({
            ...one,
            method: 'POST',
            body: undefined,
            path: `/v1/requests/{id}/${one.verb}`,
            at: `/v1/requests/${one.id}/${one.verb}`,
          })),
          get.map(({ after, ...one }) => ({
            ...one,
            method: 'GET',
            body: undefined,
            path: '/v1/requests/{id}',
            at: `/v1/requests/${one.id}${after === undefined ? '' : `?after=${encodeURIComponent(after)}`}`,
          })),
          get.map((one) => ({
            ...one,
            method: 'GET',
            body: undefined,
            path: '/v1/requests/{id}/diff',
            at: `/v1/requests/${one.id}/diff`,
          })),
        ),
        async ({ method, path, at, token: who, body }) => {
          // What is left of a path with an empty id is another path.
          if (/\/requests\/(\/|$|\?|\.)/.test(at)) return;
          const answer = await call(method, at, who, body);
          statuses.add(answer.status);
          expect(answer.status).not.toBe(500);
          expect(wrong(path, method, answer)).toBeUndefined();
          // Nobody decides for nothing: what was asked by the book is decided on by the book alone.
          if (who === 'nobody' || who === undefined) expect(answer.status).toBe(401);
        },
      ),
      { numRuns: 1_500 },
    );
    expect([...statuses]).toEqual(expect.arrayContaining([200, 401, 403, 404, 422]));
    expect(faults).toEqual([]);
    expect(world.alarms.filter((alarm) => alarm.includes('failed'))).toEqual([]);
  });
});
