import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createApi } from '#adapters/http/api-routes.ts';
import { decide } from '#domain/request/decide.ts';
import type { RequestEvent } from '#domain/request/events.ts';
import { evolve } from '#domain/request/evolve.ts';
import { accountUser, askingFor, callerOver, fileAs, partsOver, postTo } from '#test/build/callers.ts';
import { alice, bob, carol } from '#test/build/people.ts';
import { policy, rule } from '#test/build/policy.ts';
import { approved, later, pending } from '#test/build/requests.ts';
import { gate, worldOf } from '#test/build/rule-world.ts';
import { auditEvent, createWatchWorld } from '#test/build/watch-world.ts';
import { asking, createWorld, file, look, settle, type World } from '#test/build/world.ts';
import { approveRequest, revokeGrant } from '#use-cases/act-on-request.ts';
import { askByToken, previewByToken } from '#use-cases/ask-by-token.ts';
import { extendGrant } from '#use-cases/extend-grant.ts';
import { identifyFor } from '#use-cases/identify.ts';
import { knownIn } from '#use-cases/known-users.ts';
import { principalOf } from '#use-cases/principal.ts';
import { listByToken, seeByToken } from '#use-cases/see-by-token.ts';
import { submitRequest } from '#use-cases/submit-request.ts';
import { sweepLog } from '#use-cases/sweep.ts';

const caller = callerOver();
const agent = callerOver({ isAgent: true });
const me = { type: 'caller', caller } as const;
const everywhere = { clusters: ['*'], namespaces: ['*'], kinds: ['*'], profiles: ['*'] };
const person = (who: typeof alice) => ({ type: 'person', person: who, mayDecide: false, provenAt: 0 }) as const;
const worldOfCallers = (...callers: readonly ReturnType<typeof callerOver>[]): World => {
  const world = createWorld();
  world.settings.callers = callers;
  return world;
};
const statusOf = async (world: World, chain: Awaited<ReturnType<typeof fileAs>>) =>
  (await look(world, chain)).request.state.status;
const boundIn = ({ cluster }: World) => cluster.objects().filter(({ ref }) => ref.kind === 'RoleBinding');
const patch = (n: number) => ({
  kind: 'change',
  own: false,
  duration: '10m',
  key: `k${n}`,
  ask: { edits: [{ do: 'patch', resource: 'configmaps', name: 'gate', patch: { data: { [`x${n}`]: 'y' } } }] },
});

describe('a ServiceAccount of one cluster', () => {
  const stranger = callerOver({ knownBy: { type: 'service-account', cluster: 'staging', user: accountUser } });

  test('gets nothing of its own in another, where that name is another workload', async () => {
    const world = worldOfCallers(stranger);
    const filed = await askByToken(world.bot, { type: 'caller', caller: stranger }, askingFor());
    expect(filed).toMatchObject({ ok: false, error: { type: 'unmapped', why: 'caller' } });
    expect(boundIn(world)).toEqual([]);
  });

  test('is nobody known in another', () => {
    const settings = { identities: [], callers: [stranger] };
    expect(knownIn(settings, accountUser, 'prod')).toBeUndefined();
    expect(knownIn(settings, accountUser, 'staging')).toMatchObject({ person: alice });
  });
});

describe('whoever answers for a pipeline', () => {
  test('by now does not approve what it asked before', async () => {
    const world = worldOfCallers(caller);
    const chain = await fileAs(world, caller);
    world.settings.callers = [callerOver({ responsible: bob })];
    const done = await approveRequest(world.bot, { by: bob, id: chain.request.asked.id, revision: 1 });
    expect(done).toMatchObject({ ok: false, error: { type: 'not-entitled' } });
  });

  test('by now ends what it has, as whoever decides may', async () => {
    const world = worldOfCallers(caller);
    const chain = await fileAs(world, caller);
    const { id } = chain.request.asked;
    await approveRequest(world.bot, { by: carol, id, revision: 1 });
    await settle(world);
    expect(await statusOf(world, chain)).toBe('active');
    world.settings.callers = [callerOver({ responsible: bob })];
    expect(await revokeGrant(world.bot, { by: bob, id, reason: 'it runs wild' })).toMatchObject({ ok: true });
  });

  test('may ask for as much as everybody, however much it asks', async () => {
    const world = worldOfCallers(caller);
    for (let n = 0; n < 20; n += 1) await fileAs(world, caller, { key: `k${n}` });
    expect(await submitRequest(world.bot, asking({ origin: 'mine' }))).toMatchObject({ ok: true });
  });

  test('extends what it has by the rules for such, and nothing of that goes by itself', async () => {
    const world = worldOfCallers(agent);
    const match = (sources: readonly string[]) => ({ ...everywhere, sources }) as ReturnType<typeof rule>['match'];
    world.settings.policy = policy({
      rules: [
        rule({ name: 'people', auto: true, match: match(['slack']) }),
        rule({ name: 'agents', match: match(['mcp']), approve: [{ from: 'platform', count: 2 }] }),
      ],
    });
    const chain = await fileAs(world, agent);
    const { id } = chain.request.asked;
    for (const by of [bob, carol]) await approveRequest(world.bot, { by, id, revision: 1 });
    await settle(world);
    expect(await statusOf(world, chain)).toBe('active');
    const more = await extendGrant(world.bot, { by: alice, id, source: 'slack', duration: '1h' });
    expect(more).toMatchObject({
      ok: true,
      value: { request: { state: { status: 'pending' }, asked: { source: 'mcp', approval: { rule: 'agents' } } } },
    });
  });
});

describe('a pipeline whose line is gone', () => {
  test('has nothing done that it asked', async () => {
    const world = worldOf(rule());
    world.settings.callers = [caller];
    world.cluster.put(gate({ auth: 'on' }));
    const chain = await fileAs(world, caller, patch(0));
    world.settings.callers = [];
    const done = await approveRequest(world.bot, { by: bob, id: chain.request.asked.id, revision: 1 });
    await settle(world);
    expect([done.ok, await statusOf(world, chain)]).toEqual([false, 'pending']);
  });

  test.each([[[]], [[callerOver({ kubernetes: { user: 'system:serviceaccount:ci:other', groups: [] } })]]])(
    'or of another user by then gets no access',
    async (after) => {
      const world = worldOfCallers(caller);
      const chain = await fileAs(world, caller);
      world.settings.callers = after;
      await approveRequest(world.bot, { by: bob, id: chain.request.asked.id, revision: 1 });
      await settle(world);
      expect(await statusOf(world, chain)).not.toBe('active');
      expect(boundIn(world)).toEqual([]);
    },
  );

  test('has the end of its access proven with the groups that it has', async () => {
    const world = worldOfCallers(caller);
    const chain = await fileAs(world, caller);
    await approveRequest(world.bot, { by: bob, id: chain.request.asked.id, revision: 1 });
    await settle(world);
    world.settings.callers = [];
    const asked: unknown[] = [];
    const cluster: World['cluster'] = {
      ...world.cluster,
      review: async (who, probe) => {
        asked.push(who);
        return world.cluster.review(who, probe);
      },
    };
    world.advance({ hours: 1 });
    await sweepLog({ ...world.worker, clusters: new Map([[cluster.name, cluster]]) });
    expect(await statusOf(world, chain)).toBe('revoked');
    expect(asked).toContainEqual(caller.kubernetes);
  });
});

describe('what is done by an agent', () => {
  test('is not held against who answers for it', async () => {
    const { report, request } = await createWatchWorld({}, {}, 'in force', (world) => {
      world.settings.callers = [agent];
    });
    const objectRef = { resource: 'secrets', namespace: 'shop', apiVersion: 'v1' };
    await report(auditEvent({ verb: 'list', user: { username: accountUser, groups: [] }, objectRef }));
    const { state } = await request();
    expect(state).toMatchObject({ status: 'active' });
    expect(state).not.toHaveProperty('ending');
  });

  test.each(['services', 'ingresses'])(
    'is not covered by what was granted to who answers for it (%s)',
    async (resource) => {
      const { world, report } = await createWatchWorld({ 'out-of-scope': 'revoke' }, {}, 'in force', (one) => {
        one.settings.callers = [agent];
      });
      const chain = await fileAs(world, agent, { ask: { profile: 'ingress-view', objects: [] } });
      await world.approve(chain);
      await world.steps();
      const apiGroup = resource === 'services' ? '' : 'networking.k8s.io';
      const objectRef = { resource, namespace: 'shop', name: 'web', apiGroup, apiVersion: 'v1' };
      await report(auditEvent({ verb: 'patch', user: { username: accountUser, groups: [] }, objectRef }));
      expect((await look(world, chain)).request.state).toMatchObject({ ending: { cause: 'tripped' } });
    },
  );
});

describe('nobody is two', () => {
  test('by a template of addresses', async () => {
    const world = worldOfCallers(
      callerOver({
        knownBy: { type: 'oidc', issuer: 'https://i.test', claims: { sub: 'x' } },
        kubernetes: { user: 'deploy@acme.test', groups: [] },
      }),
    );
    world.settings.identityTemplate = { domain: 'acme.test', user: '{local}@acme.test', groups: [], never: [] };
    const bot = { ...world.bot, addressOf: async () => 'deploy@acme.test' };
    expect(await identifyFor(bot, { subject: carol, cluster: 'prod' })).toMatchObject({ ok: false });
  });

  test('by a token that fits several lines, or that somebody else was given to act for them', () => {
    const known = { type: 'oidc', issuer: 'https://i.test', claims: { azp: 'age*' } } as const;
    const callers = ['one', 'two'].map((name) => callerOver({ name, knownBy: known }));
    const tokenPeople = [{ person: bob, issuer: 'https://i.test', subject: 'bob', mayDecide: true }];
    const claims = { sub: 'bob', azp: 'agent' };
    const token = {
      type: 'oidc',
      issuer: 'https://i.test',
      claims,
      provenAt: 1,
      until: 2,
      isDelegated: false,
    } as const;
    expect(principalOf({ tokenPeople }, token)).toMatchObject({ type: 'person', person: bob });
    expect(principalOf({ tokenPeople }, { ...token, isDelegated: true })).toBeUndefined();
    expect(principalOf({ tokenPeople }, { ...token, client: 'agent' })).toBeUndefined();
    const [theirs] = tokenPeople.map((one) => ({ ...one, client: 'acme-cli' }));
    const signingIn = { tokenPeople: theirs === undefined ? [] : [theirs] };
    expect(principalOf(signingIn, { ...token, client: 'acme-cli' })).toMatchObject({ person: bob });
    expect(principalOf(signingIn, token)).toMatchObject({ person: bob });
    expect(principalOf(signingIn, { ...token, client: 'agent' })).toBeUndefined();
    expect(principalOf({ callers: callers.slice(1), tokenPeople }, token)).toBeUndefined();
    expect(principalOf({ callers, tokenPeople }, token)).toBeUndefined();
    expect(principalOf({ callers, tokenPeople: [] }, token)).toBeUndefined();
  });
});

describe('what one may not know', () => {
  test('no preview tells', async () => {
    const world = worldOfCallers(caller);
    world.settings.policy = policy({ rules: [rule({ match: { ...everywhere, namespaces: ['shop'] } })] });
    const [there, not] = await Promise.all(
      ['bank', 'nowhere'].map((namespace) => previewByToken(world.bot, me, askingFor({ namespace }))),
    );
    expect(there).toMatchObject({ ok: false, error: { type: 'not-allowed' } });
    expect(there).toEqual(not);
  });

  test('no refusal tells an agent which request gives the person who answers for it the same at that time', async () => {
    const start = '2026-11-21 12:00';
    const look = (world: World, principal: Parameters<typeof previewByToken>[1]) =>
      previewByToken(world.bot, principal, askingFor({ own: false, start }));
    const approved = async (world: World, { request: { asked } }: Awaited<ReturnType<typeof file>>) => {
      await approveRequest(world.bot, { by: bob, id: asked.id, revision: 1 });
      return { ok: false, error: { type: 'has-it-then', request: asked.id } };
    };
    const theirs = worldOfCallers(agent);
    const told = await approved(theirs, await file(theirs, { start }));
    expect(await look(theirs, person(alice))).toMatchObject(told);
    expect(await look(theirs, { type: 'caller', caller: agent })).toEqual({
      ok: false,
      error: { type: 'already-have', who: 'they', allowedBy: '' },
    });
    const own = worldOfCallers(agent);
    const toldToo = await approved(own, await fileAs(own, agent, { own: false, start }));
    expect(await look(own, { type: 'caller', caller: agent })).toMatchObject(toldToo);
  });

  test('nobody sees who has left', async () => {
    const world = createWorld();
    const filed = await file(world);
    expect(await listByToken(world.bot, person(alice))).toHaveLength(1);
    world.directory.memberships.set(alice, 'deactivated');
    expect(await seeByToken(world.bot, person(alice), filed.request.asked.id)).toBeUndefined();
    expect(await listByToken(world.bot, person(alice))).toEqual([]);
  });

  test('nor who repeats what they asked for before they left', async () => {
    const world = createWorld();
    const repeat = () => askByToken(world.bot, person(alice), askingFor({ own: false }));
    expect(await repeat()).toMatchObject({ ok: true, value: { isNew: true } });
    expect(await repeat()).toMatchObject({ ok: true, value: { isNew: false } });
    world.directory.memberships.set(alice, 'deactivated');
    expect(await repeat()).toEqual({ ok: false, error: { type: 'not-a-member', membership: 'deactivated' } });
  });
});

describe('what is sent over the API', () => {
  test.each([
    [
      'with names of what every object has',
      '{"kind":"access","namespace":"shop","reason":"x","form":{"__proto__":"a","constructor":"b"}}',
    ],
    ['as what every object has', '{"__proto__":{"kind":"access"},"namespace":"shop","reason":"x"}'],
    [
      'with names that leave their place',
      { kind: 'access', namespace: 'shop', reason: 'x', words: ['ingress-edit'], objects: ['../../secrets/x'] },
    ],
    [
      'with a dot for a name',
      { kind: 'access', namespace: 'shop', reason: 'x', words: ['ingress-edit'], objects: ['..'] },
    ],
    [
      'with half a character',
      '{"kind":"access","namespace":"shop","reason":"\\ud800","words":["ingress-edit"],"objects":["web\\u0000"]}',
    ],
    ['by break-glass', { kind: 'access', namespace: 'shop', reason: 'x', words: ['ingress-edit'], breakGlass: true }],
    [
      'for somebody else',
      { kind: 'access', namespace: 'shop', reason: 'x', words: ['ingress-edit'], subject: bob, by: bob },
    ],
    [
      'with words that are lines',
      { kind: 'access', namespace: 'shop', reason: 'x', words: ['ingress-edit\n*Approved*'] },
    ],
  ])('%s is refused in words', async (_, body) => {
    const faults: unknown[] = [];
    const parts = partsOver(createWorld(), person(alice), { onFault: (...fault) => void faults.push(fault) });
    expect([await postTo(parts, '/v1/requests', body), faults]).toEqual([422, []]);
  });

  test('and taken back at once, again and again, comes to an end within an hour', async () => {
    const world = createWorld();
    const parts = partsOver(world, me, { ports: { ...world.bot, random: randomBytes } });
    world.settings.callers = [caller];
    const app = createApi(parts);
    const post = (path: string, key: string, body = {}) =>
      app.request(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify(body),
      });
    const ask = (key: string) =>
      post('/v1/requests', key, { kind: 'access', namespace: 'shop', reason: 'x', words: ['ingress-edit'] });
    for (let n = 0; n < 300; n += 1) {
      const filed = await ask(`k${n}`);
      expect(filed.status).toBe(201);
      expect((await post(`${filed.headers.get('location')}/withdraw`, 'any')).status).toBe(200);
    }
    const more = await ask('one-more');
    expect([more.status, more.headers.get('retry-after')]).toEqual([429, '600']);
    expect(
      await post('/v1/previews', '', { kind: 'access', namespace: 'shop', reason: 'x', words: ['ingress-edit'] }),
    ).toMatchObject({ status: 200 });
  });

  test('by a clock that cannot be looked up is refused, and nothing fails', async () => {
    const world = createWorld();
    const faults: unknown[] = [];
    let calls = 0;
    const directory: World['directory'] = {
      ...world.directory,
      person: async (id) => {
        calls += 1;
        if (calls > 1) throw new Error('away');
        return world.directory.person(id);
      },
    };
    const parts = partsOver(world, person(alice), {
      ports: { ...world.bot, directory },
      onFault: (...fault) => void faults.push(fault),
    });
    const body = { kind: 'access', namespace: 'shop', reason: 'x', words: ['ingress-edit'], from: '22:00' };
    expect([await postTo(parts, '/v1/requests', body), faults]).toEqual([503, []]);
  });

  test('with the key of another start is not taken for the same', async () => {
    const world = createWorld();
    const ask = askingFor({ own: false });
    expect(await askByToken(world.bot, person(alice), { ...ask, start: '22:00' })).toMatchObject({ ok: true });
    expect(await askByToken(world.bot, person(alice), { ...ask, start: '22:00' })).toMatchObject({
      ok: true,
      value: { isNew: false },
    });
    expect(await askByToken(world.bot, person(alice), { ...ask, start: '23:30' })).toMatchObject({
      ok: false,
      error: { type: 'key-reused' },
    });
  });
});

describe('a rule that wants more than a click', () => {
  const now = Math.floor(Date.now() / 1_000);

  test.each([
    ['in milliseconds', now * 1_000, 409],
    ['in an hour', now + 3_600, 409],
    ['an hour ago', now - 3_600, 409],
    ['never', 0, 409],
    ['just now', now, 200],
  ])('takes a proof of %s for what it is', async (_, provenAt, status) => {
    const world = createWorld();
    world.settings.policy = policy({ rules: [rule({ stepUp: true })] });
    const filed = await file(world);
    const parts = partsOver(world, { type: 'person', person: bob, mayDecide: true, provenAt });
    expect(await postTo(parts, `/v1/requests/${filed.request.asked.id}/approve`, { revision: 1 })).toBe(status);
  });

  test('wants it also for leaving what was found as it is', async () => {
    const world = createWorld();
    const { request } = await file(world);
    const { asked } = request;
    const found = {
      ...request,
      asked: {
        ...asked,
        drift: { risk: 'high' } as typeof asked.drift,
        approval: { ...asked.approval, stepUp: true as const },
      },
    };
    const command = { by: bob, revision: 1, standing: new Map([[bob, [0]]]) };
    const deny = { ...command, type: 'deny', reason: 'leave it' } as const;
    expect(decide(found, { ...command, type: 'approve' }, world.now())).toMatchObject({
      error: { type: 'not-confirmed' },
    });
    expect(decide(found, deny, world.now())).toMatchObject({ error: { type: 'not-confirmed' } });
    expect(decide(found, { ...deny, isConfirmed: true }, world.now())).toMatchObject({ ok: true });
  });

  test('is no approval in a log whose votes were given without it, whoever signed that', () => {
    const { asked } = pending();
    const request = pending({ approval: { ...asked.approval, stepUp: true } });
    const vote = { type: 'voted', by: bob, revision: 1 } as const;
    const approvedAfter = (event: RequestEvent) => {
      const next = evolve(request, event, later(1));
      return 'type' in next ? next : evolve(next, approved, later(2));
    };
    expect(approvedAfter(vote)).toMatchObject({ type: 'impossible', event: 'approved' });
    expect(approvedAfter({ ...vote, confirmed: true })).toMatchObject({ state: { status: 'approved' } });
  });

  test('is not given by who approved before a rule asked for it', async () => {
    const world = createWorld();
    const chain = await file(world);
    await approveRequest(world.bot, { by: bob, id: chain.request.asked.id, revision: 1 });
    world.settings.policy = policy({ rules: [rule({ stepUp: true })] });
    await settle(world);
    expect((await look(world, chain)).request.state).toMatchObject({
      status: 'lapsed',
      why: expect.stringContaining('has changed since'),
    });
  });

  test('stands in the log with the vote that was given so, and with no other', async () => {
    const world = createWorld();
    const { request } = await file(world);
    const approve = { type: 'approve', by: bob, revision: 1, standing: new Map([[bob, [0]]]) } as const;
    const voteOf = (isConfirmed?: boolean) => {
      const decided = decide(request, { ...approve, isConfirmed }, world.now());
      return decided.ok ? decided.value[0] : decided;
    };
    expect(voteOf(true)).toEqual({ type: 'voted', by: bob, revision: 1, confirmed: true });
    for (const never of [false, undefined]) expect(voteOf(never)).toEqual({ type: 'voted', by: bob, revision: 1 });
  });
});
