import { Buffer } from 'node:buffer';
import { connect } from 'node:net';
import fc from 'fast-check';
import { problemOf } from '#adapters/http/api-problems.ts';
import { createApi } from '#adapters/http/api-routes.ts';
import { startApiServer } from '#adapters/http/api-serve.ts';
import type { ApiParts } from '#adapters/http/api-tools.ts';
import { measureJson } from '#adapters/http/measure-json.ts';
import { plain } from '#adapters/slack/mrkdwn.ts';
import { sayNotDone, sayNotFiled } from '#adapters/slack/replies.ts';
import type { Caller } from '#domain/callers.ts';
import { changeOver } from '#test/build/changes.ts';
import { alice, bob, carol } from '#test/build/people.ts';
import { accessOver } from '#test/build/profiles.ts';
import { shopIngress } from '#test/build/shop-ingress.ts';
import { createWorld, file, settle } from '#test/build/world.ts';
import { type Input, inputOf, type Judged, jsonIn, type Target, textIn } from '#test/fuzz/target.ts';
import { approveRequest } from '#use-cases/act-on-request.ts';
import type { Principal } from '#use-cases/principal.ts';
import { drawnBy } from './drawn.ts';
import { type Appended, faultIn, leakIn, telling } from './parts.ts';

const caller: Caller = {
  name: 'deploy',
  responsible: alice,
  isAgent: false,
  knownBy: { type: 'oidc', issuer: 'https://ci.acme.test', claims: { sub: 'deploy' } },
  kubernetes: undefined,
};
const known = (person: typeof alice, mayDecide: boolean): Principal => ({
  type: 'person',
  person,
  mayDecide,
  provenAt: 0,
});
const principals = new Map<string, Principal>([
  ['token-of-deploy', { type: 'caller', caller }],
  ['token-of-alice', known(alice, false)],
  ['token-of-bob', known(bob, true)],
  // She decides in Slack, and the policy does not let her do so here.
  ['token-of-carol', known(carol, false)],
]);

/** What somebody outside sent. */
type Sent = {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
};

/** Alice and a pipeline ask, Bob decides; one request waits, and one is in force. */
const open = async () => {
  const world = createWorld();
  world.settings.kinds = [accessOver(), changeOver()];
  world.settings.callers = [caller];
  world.cluster.put(shopIngress());
  const waiting = (await file(world)).request.asked.id;
  const active = (await file(world, { origin: 'form 2', namespace: 'bank' })).request.asked.id;
  await approveRequest(world.bot, { by: bob, id: active, revision: 1 });
  await settle(world);
  const { store, take } = telling(world.store);
  const faults: string[] = [];
  const onFault = (message: string, fields: object): void => void faults.push(`${message} ${JSON.stringify(fields)}`);
  let keys = 0;
  const parts: ApiParts = {
    ports: { ...world.bot, store },
    authenticate: async (token = '') =>
      principals.get(token) ?? { problem: problemOf(401, 'unknown', 'Not known', 'Nobody is known by this token.') },
    waiting: { until: async () => 'over' },
    sayNotFiled: (refusal) => plain(sayNotFiled(refusal)),
    sayNotDone: (refusal) => plain(sayNotDone(refusal)),
    anyKey: () => {
      keys += 1;
      return `any ${keys}`;
    },
    onFault,
    epoch: () => 0,
  };
  const server = await startApiServer({ host: '127.0.0.1', port: 0, onFault, api: parts });
  if (!server.ok) throw new Error(server.error);
  return {
    world,
    take,
    faults,
    app: createApi(parts),
    port: server.value.port,
    ids: { waiting, active },
    close: () => server.value.stop(),
  };
};
type World = Awaited<ReturnType<typeof open>>;

const samplesFor = ({ ids }: World): readonly Input[] => {
  const call = (method: string, path: string, who?: string, body?: unknown): Input =>
    inputOf('call', {
      method,
      path,
      headers: {
        ...(who === undefined ? {} : { authorization: `Bearer token-of-${who}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const ask = {
    kind: 'access',
    cluster: 'prod',
    namespace: 'shop',
    words: ['ingress-edit'],
    objects: ['web'],
    reason: 'release 4.2',
    for: '30m',
  };
  const manifest = {
    kind: 'change',
    namespace: 'shop',
    form: {
      edit: 'manifest',
      manifest: 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: gate\n  namespace: shop\ndata:\n  auth: "on"\n',
    },
    reason: 'release',
    for: 'good',
  };
  const edit = {
    kind: 'change',
    namespace: 'shop',
    words: ['host', 'web', 'shop.acme.test'],
    objects: ['web'],
    reason: 'release',
    from: '22:00',
  };
  const calls = [
    call('GET', '/v1/openapi.json'),
    call('POST', `/v1/requests/${ids.waiting}/approve`, 'carol', { revision: 1 }),
    call('POST', `/v1/requests/${ids.waiting}/deny`, 'carol', { revision: 1, reason: 'no' }),
    call('POST', `/v1/requests/${ids.active}/revoke`, 'carol', { revision: 1, reason: 'no' }),
    call('GET', '/v1/who', 'alice'),
    call('POST', '/v1/requests', 'deploy', ask),
    call('POST', '/v1/requests', 'alice', ask),
    call('POST', '/v1/requests', 'deploy', { ...ask, as: 'responsible' }),
    call('POST', '/v1/requests', 'alice', manifest),
    call('POST', '/v1/previews', 'alice', manifest),
    call('POST', '/v1/previews', 'alice', edit),
    call('GET', '/v1/requests?open=true', 'alice'),
    call('GET', `/v1/requests/${ids.waiting}`, 'alice'),
    call('GET', `/v1/requests/${ids.waiting}?wait=10&version=1`, 'bob'),
    call('GET', `/v1/requests/${ids.waiting}/diff`, 'bob'),
    call('POST', `/v1/requests/${ids.waiting}/withdraw`, 'alice'),
    call('POST', `/v1/requests/${ids.active}/done`, 'alice'),
    call('POST', `/v1/requests/${ids.waiting}/approve`, 'bob', { revision: 1, for: '10m' }),
    call('POST', `/v1/requests/${ids.waiting}/deny`, 'bob', { revision: 1, reason: 'not now' }),
    call('POST', `/v1/requests/${ids.active}/revoke`, 'bob', { revision: 1, reason: 'enough' }),
    call('POST', `/v1/requests/${ids.waiting}/approve`, 'alice', { revision: 1 }),
    call('POST', `/v1/requests/${ids.waiting}/approve`, 'nobody', { revision: 1 }),
  ];
  const wires = calls.map(({ bytes }) => inputOf('wire', wireOf(jsonIn(bytes) as Sent)));
  return [
    ...calls,
    ...wires,
    inputOf('json', ask),
    inputOf('json', '[[{"a":[1e400,12345678901234567890,"\\"\\\\"]}]]'),
    inputOf('json', '[1,{"a":"\\u0000"}]'),
  ];
};

const wireOf = ({ method, path, headers, body = '' }: Sent): string =>
  [
    `${method} ${path} HTTP/1.1`,
    'Host: api',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');

/** Which events a principal may cause, by whom they say that they are. */
const mayCause = (principal: Principal | undefined, { type, by, requester }: Appended): boolean => {
  if (principal === undefined) return false;
  const person = principal.type === 'caller' ? principal.caller.responsible : principal.person;
  const decides = principal.type === 'person' && principal.mayDecide;
  switch (type) {
    case 'submitted':
      return requester === person;
    case 'withdrawn':
    case 'end-requested':
      return true;
    // What changed meanwhile is looked at again before it is decided on.
    case 'revised':
      return true;
    case 'approved':
      return decides;
    case 'voted':
    case 'seen':
    case 'denied':
      return decides && by === person;
    default:
      return false;
  }
};

const bearer = (header: string | undefined): Principal | undefined =>
  principals.get(/^Bearer (\S+)$/.exec(header ?? '')?.[1] ?? '');

const judgeAnswer = (
  world: World,
  status: number,
  body: string,
  principal: Principal | undefined,
  sent: string,
): string | undefined => {
  const events = world.take();
  const wrong = events.find((event) => !mayCause(principal, event));
  if (wrong !== undefined) return `it caused what it must not: ${JSON.stringify(wrong).slice(0, 300)}`;
  if (status >= 500 && status !== 503)
    return `it was answered ${status}: ${body.slice(0, 300)} ${world.faults.join('; ').slice(0, 600)}`;
  if (events.length > 0 && status >= 400)
    return `it was refused, and done: ${status} ${JSON.stringify(events).slice(0, 300)}`;
  return faultIn(world.faults) ?? leakIn(body) ?? tokenIn(body, sent);
};

/** Whoever writes a token where none belongs may read it there; from its header it goes nowhere. */
const tokenIn = (answer: string, sent: string): string | undefined =>
  answer.includes('token-of-') && !sent.includes('token-of-') ? `it tells a token: ${answer.slice(0, 300)}` : undefined;

const judgeCall = async (world: World, bytes: Uint8Array): Promise<Judged> => {
  const request = requestIn(jsonIn(bytes));
  if (request === undefined) return { outcome: 'no request' };
  const response = await world.app.fetch(request);
  const body = await response.text();
  const { status } = response;
  const why = judgeAnswer(
    world,
    status,
    body,
    bearer(request.headers.get('authorization') ?? undefined),
    JSON.stringify({ ...(jsonIn(bytes) as Sent), headers: {} }),
  );
  if (why !== undefined) return { outcome: 'wrong', why };
  const said = jsonIn(Buffer.from(body));
  if (typeof said !== 'object' || said === null)
    return { outcome: 'wrong', why: `it answers no JSON: ${status} ${body.slice(0, 200)}` };
  const type = 'type' in said ? String(said.type) : '';
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json') === true;
  if (isProblem !== status >= 400)
    return { outcome: 'wrong', why: `it refuses by no problem: ${status} ${body.slice(0, 200)}` };
  return {
    outcome: `${['GET', 'POST'].includes(request.method) ? request.method : 'other'} ${status} ${status < 400 ? '' : type.slice(-30)}`,
  };
};

/** As `api-serve.ts` makes them of what came; undefined where Node or it would have refused before. */
const requestIn = (value: unknown): Request | undefined => {
  try {
    const { method, path, headers, body } = value as Sent;
    if (!path.startsWith('/') || path.startsWith('//')) return undefined;
    return new Request(new URL(path, 'http://api'), {
      method,
      headers,
      ...(body === undefined || method === 'GET' || method === 'HEAD' ? {} : { body }),
    });
  } catch {
    return undefined;
  }
};

/** Bytes on the wire, as they are; the other side says no more then. */
const judgeWire = async (world: World, bytes: Uint8Array): Promise<Judged> => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const chunks: Buffer[] = [];
  const socket = connect({ port: world.port, host: '127.0.0.1' });
  socket.setTimeout(5_000, () => socket.destroy());
  socket.on('data', (chunk) => void chunks.push(Buffer.from(chunk)));
  socket.on('error', () => {});
  socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
  socket.end(bytes);
  const answer = await promise;
  const statuses = [...answer.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status));
  // Whoever is meant by some header of some request in it: there may be several, one behind the other.
  const heads = Buffer.from(bytes).toString('latin1');
  const principal = [...principals].filter(([token]) => heads.includes(token)).map(([, one]) => one);
  const events = world.take();
  const wrong = events.find((event) => !principal.some((one) => mayCause(one, event)));
  if (wrong !== undefined)
    return { outcome: 'wrong', why: `it caused what it must not: ${JSON.stringify(wrong).slice(0, 300)}` };
  const failed = statuses.find((status) => status >= 500 && status !== 503);
  if (failed !== undefined)
    return {
      outcome: 'wrong',
      why: `it was answered ${failed}: ${answer.slice(0, 400)} ${world.faults.join('; ').slice(0, 600)}`,
    };
  const why = faultIn(world.faults) ?? leakIn(answer) ?? tokenIn(answer, heads.replaceAll(/^authorization:.*$/gim, ''));
  return { outcome: `wire ${[...new Set(statuses)].slice(0, 3).join(' ')}`, why };
};

/** By nothing of ours: how deep and how many, of what can be parsed. */
const measured = (value: unknown): { readonly depth: number; readonly count: number } => {
  let [depth, count] = [0, 0];
  let level: unknown[] = [value];
  while (level.length > 0) {
    const inner = level.filter((one): one is object => typeof one === 'object' && one !== null);
    if (inner.length > 0) depth += 1;
    count += inner.length;
    level = inner.flatMap((one) => Object.values(one) as unknown[]);
  }
  return { depth, count };
};

const judgeJson = (bytes: Uint8Array): Judged => {
  const text = textIn(bytes);
  if (text === undefined) return { outcome: 'json no text' };
  const { excess, altered } = measureJson(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { outcome: `json none ${excess === undefined ? '' : 'excess'}` };
  }
  // A key that is there twice is counted twice by its text.
  const { depth, count } = measured(value);
  if (excess === undefined && (depth > 100 || count > 250_000))
    return { outcome: 'wrong', why: `too much passed: ${depth} levels, ${count} in it` };
  if (altered !== undefined && !text.includes(altered))
    return { outcome: 'wrong', why: `a number that is not there: ${altered}` };
  return { outcome: `json ${excess === undefined ? 'passed' : 'excess'} ${altered === undefined ? '' : 'altered'}` };
};

const judge = async (world: World, { sort, bytes }: Input): Promise<Judged> => {
  world.faults.length = 0;
  switch (sort) {
    case 'wire':
      return judgeWire(world, bytes);
    case 'json':
      return judgeJson(bytes);
    default:
      return judgeCall(world, bytes);
  }
};

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ maxLength: 12 }),
  fc.constantFrom('shop', 'access', 'change', 'ingress-edit', '30m', 'good', '22:00', 'web', 'prod', 'self'),
);
const askBody = fc.record(
  {
    kind: fc.oneof(fc.constantFrom('access', 'change'), text),
    cluster: text,
    namespace: fc.oneof(fc.constant('shop'), text),
    words: fc.array(text, { maxLength: 5 }),
    objects: fc.array(text, { maxLength: 3 }),
    form: fc.dictionary(
      fc.oneof(fc.constantFrom('edit', 'manifest', 'profile', 'objects'), text),
      fc.oneof(text, fc.array(text, { maxLength: 3 })),
      { maxKeys: 4 },
    ),
    reason: text,
    for: text,
    from: text,
    as: fc.constantFrom('self', 'responsible'),
  },
  { requiredKeys: ['kind', 'namespace', 'reason'] },
);
const arbitrary = fc
  .record({
    who: fc.constantFrom('alice', 'bob', 'carol', 'deploy', 'mallory'),
    path: fc.constantFrom('/v1/requests', '/v1/previews'),
    key: fc.option(fc.string({ minLength: 1, maxLength: 20 }), { nil: undefined }),
    body: fc.oneof({ weight: 4, arbitrary: askBody }, { weight: 1, arbitrary: fc.jsonValue() }),
  })
  .map(({ who, path, key, body }) =>
    inputOf('call', {
      method: 'POST',
      path,
      headers: {
        authorization: `Bearer token-of-${who}`,
        'content-type': 'application/json',
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      body: JSON.stringify(body),
    }),
  );

/**
 * The API: requests to its routes, bytes on its port, and the texts that are measured before they are read. Nothing is filed or decided
 * but by a token of somebody who may, nothing fails inside, and no answer tells of the inside or repeats a token.
 */
export const api: Target = {
  name: 'api',
  open: async () => {
    let [world, used] = [await open(), 0];
    return {
      samples: samplesFor(world),
      words: [
        'access',
        'change',
        'ingress-edit',
        'shop',
        'bank',
        'prod',
        '30m',
        'good',
        'authorization',
        'idempotency-key',
        'content-type',
        'Transfer-Encoding: chunked',
        'Bearer token-of-bob',
        world.ids.waiting,
        world.ids.active,
        'manifest',
        '/v1/requests',
        'approve',
        '%2f',
        '\r\n\r\n',
      ],
      draw: drawnBy(arbitrary),
      largest: 1_048_576,
      judge: async (input) => {
        used += 1;
        if (used % 1_000 === 0) {
          await world.close();
          world = await open();
        }
        return judge(world, input);
      },
      close: () => world.close(),
    };
  },
};
