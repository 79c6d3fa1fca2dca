import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { CompactEncrypt, exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApiServer } from '#adapters/http/api-serve.ts';
import { createAuthenticate, type TokenParts } from '#adapters/http/api-tokens.ts';
import { createWaiting } from '#adapters/http/api-wait.ts';
import type { HttpsServer } from '#adapters/http/https-server.ts';
import { createOidcTokens } from '#adapters/http/oidc-tokens.ts';
import { requestId } from '#domain/ids.ts';
import { accountUser, callerOver, partsOver } from '#test/build/callers.ts';
import { issuing, type Pair } from '#test/build/oidc-issuer.ts';
import { answersInOneBreath } from '#test/build/one-breath.ts';
import { alice, bob } from '#test/build/people.ts';
import { createWorld } from '#test/build/world.ts';

const person = { type: 'person', person: alice, mayDecide: false, provenAt: 0 } as const;
const unknown = { problem: { type: 'urn:x', title: 'Not known', status: 401, detail: '' } };
const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const epoch = (): number => Math.floor(Date.now() / 1_000);

describe('a stranger', () => {
  const faults: unknown[] = [];
  let server: HttpsServer;
  beforeAll(async () => {
    const onFault = (...fault: unknown[]): void => void faults.push(fault);
    const api = partsOver(createWorld(), person, {
      authenticate: async (token) => (token === 'good' ? person : unknown),
      onFault,
    });
    const started = await startApiServer({ host: '127.0.0.1', port: 0, onFault, api });
    if (!started.ok) throw new Error(started.error);
    server = started.value;
  });
  afterAll(() => server.stop());

  /** The first line of what is answered to these bytes. */
  const send = async (line: string, headers = 'X-Nothing: 1'): Promise<string> => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', reject);
    socket.on('data', (data) => resolve(data.toString().split('\r\n')[0] ?? ''));
    socket.write(`${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}\r\n\r\n`);
    return promise.finally(() => socket.destroy());
  };

  test.each(['TRACE /v1/who', 'GET //administrators:%20look@evil/v1/who', 'GET http://[/v1/who', 'GET //a:99999999/'])(
    'raises no alarm with "%s"',
    async (line) => {
      expect(await send(line)).toMatch(/ 40[0-5] /);
      expect(faults).toEqual([]);
    },
  );

  test.each([
    ...['//v1/who', '/v1%2Fwho', '/V1/who', '/%76%31/who', '/v1/./who', '/x/../v1/who', '/v1/who/', '/v1//who'],
    ...['http://evil/v1/who', '//x/v1/who', '/v1/requests/..%2fwho', '/v1/who;x', '/v1\\who'],
  ])('does not get past the door by GET %s', async (path) => {
    expect(await send(`GET ${path}`)).toMatch(/ 40[0145] /);
  });

  test.each(['HEAD /v1/who', 'OPTIONS /v1/who', 'OPTIONS *', 'PUT /v1/requests'])('nor by %s', async (line) => {
    expect(await send(line)).toMatch(/ 40[0145] /);
  });

  test('is nobody, whatever headers say of who they are', async () => {
    const headers = ['X-Remote-User', 'X-Forwarded-User', 'X-Auth-Request-Email', 'Impersonate-User', 'X-Slack-User'];
    const claims = headers.map((name) => `${name}: ${alice}`).join('\r\n');
    for (const line of ['GET /v1/who', 'GET /v1/requests', 'POST /v1/requests'])
      expect(await send(line, claims)).toMatch(/ 401 /);
    expect(await send('GET /v1/who', `${claims}\r\nAuthorization: Bearer good`)).toMatch(/ 200 /);
  });

  test('who asks a thousand times in one breath gets no thousand answers, which would all be kept for who reads none', async () => {
    expect(await answersInOneBreath(server.port, '/v1/openapi.json')).toBeLessThan(10);
    expect(await send('GET /v1/openapi.json')).toMatch(/ 200 /);
  });

  test('fills no room for the bodies of others', async () => {
    const size = 3 * 1024 * 1024;
    const sockets = Array.from({ length: 11 }, () => {
      const socket = connect(server.port, '127.0.0.1');
      socket.on('error', () => {});
      const head = `Host: x\r\nAuthorization: Bearer x\r\nContent-Type: application/json\r\nContent-Length: ${size}`;
      socket.write(`POST /v1/requests HTTP/1.1\r\n${head}\r\n\r\n${'x'.repeat(size - 10)}`);
      return socket;
    });
    await pause(1_000);
    const answer = await fetch(`http://127.0.0.1:${server.port}/v1/requests`, {
      method: 'POST',
      headers: { authorization: 'Bearer good', 'content-type': 'application/json' },
      body: '{}',
    });
    for (const socket of sockets) socket.destroy();
    expect(answer.status).toBe(422);
  });

  test('who is known keeps nobody waiting with what has to be looked at a hundred thousand times', async () => {
    const fields = Array.from({ length: 100_000 }, (_, n) => `"k${n}":1`).join(',');
    const begun = performance.now();
    const answer = await fetch(`http://127.0.0.1:${server.port}/v1/requests`, {
      method: 'POST',
      headers: { authorization: 'Bearer good', 'content-type': 'application/json' },
      body: `{"kind":"access","namespace":"shop","reason":"x","form":{${fields}}}`,
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ detail: expect.stringContaining('more than 5000 values') });
    expect(performance.now() - begun).toBeLessThan(300);
  });

  test('who is known has no manifests read without end, and still takes back what they asked for', async () => {
    const api = partsOver(createWorld(), person);
    const own = await startApiServer({ host: '127.0.0.1', port: 0, onFault: () => {}, api });
    if (!own.ok) throw new Error(own.error);
    const post = (path: string, body: object): Promise<number> =>
      fetch(`http://127.0.0.1:${own.value.port}${path}`, {
        method: 'POST',
        headers: { authorization: 'Bearer good', 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }).then(({ status }) => status);
    const form = { edit: 'manifest', manifest: 'x'.repeat(1_000_000) };
    const asked: number[] = [];
    for (let n = 0; n < 6; n += 1)
      asked.push(await post('/v1/previews', { kind: 'access', namespace: 'shop', reason: 'x', form }));
    expect(asked).toEqual([422, 422, 422, 422, 422, 429]);
    expect(await post('/v1/requests/k7m2-qx/withdraw', {})).toBe(404);
    await own.value.stop();
  });

  test('who is known keeps no decision out with what they send', async () => {
    const size = 3 * 1024 * 1024;
    const sockets = Array.from({ length: 11 }, (_, n) => {
      const socket = connect(server.port, '127.0.0.1');
      socket.on('error', () => {});
      const head = `Host: x\r\nAuthorization: Bearer good\r\nContent-Type: application/json\r\nContent-Length: ${size}`;
      // All together just what is taken.
      socket.write(`POST /v1/requests HTTP/1.1\r\n${head}\r\n\r\n${'x'.repeat(n < 10 ? size - 10 : 2_097_240)}`);
      return socket;
    });
    await pause(1_000);
    const post = (path: string, body: object): Promise<number> =>
      fetch(`http://127.0.0.1:${server.port}${path}`, {
        method: 'POST',
        headers: { authorization: 'Bearer good', 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }).then(({ status }) => status);
    const large = { kind: 'change', namespace: 'shop', reason: 'x', form: { manifest: 'x'.repeat(2_000_000) } };
    expect(await post('/v1/requests', large)).toBe(503);
    expect(await post('/v1/requests/k7m2-qx/revoke', { reason: 'stolen' })).toBe(403);
    for (const socket of sockets) socket.destroy();
  });
});

describe('tokens of ServiceAccounts', () => {
  const token = `e30.${encoded({ iss: 'https://kubernetes.default.svc', sub: accountUser })}.x`;
  const other = callerOver({
    name: 'other',
    knownBy: { type: 'service-account', cluster: 'staging', user: 'system:serviceaccount:ci:other' },
  });
  const authenticateBy = (clusters: TokenParts['clusters'], callers = [callerOver(), other]) => {
    const world = createWorld();
    world.settings.callers = callers;
    const oidc = { verify: async () => 'unknown-issuer' as const };
    return createAuthenticate({
      settings: world.bot.settings,
      audience: 'hallpass',
      oidc,
      clusters,
      alarm: () => {},
      epoch,
    });
  };

  test('are shown to no cluster in which they are of nobody', async () => {
    const told: string[] = [];
    const staging = async (shown: string): Promise<string | undefined> => {
      told.push(shown);
      return undefined;
    };
    const authenticate = authenticateBy(
      new Map([
        ['prod', async () => accountUser],
        ['staging', staging],
      ]),
    );
    expect(await authenticate(token)).toMatchObject({ type: 'caller', caller: { name: 'deploy' } });
    expect(told).toEqual([]);
  });

  test('are of nobody where two clusters might say that they are theirs, and one is away or both do', async () => {
    const twin = callerOver({
      name: 'twin',
      knownBy: { type: 'service-account', cluster: 'staging', user: accountUser },
    });
    const away = async () => Promise.reject(new Error('away'));
    for (const [staging, why] of [
      [away, 'cluster-away'],
      [async () => accountUser, 'invalid'],
    ] as const) {
      const clusters = new Map([
        ['prod', async () => accountUser],
        ['staging', staging],
      ]);
      expect(await authenticateBy(clusters, [callerOver(), twin])(token)).toMatchObject({
        problem: { type: `urn:hallpass:problem:${why}` },
      });
    }
  });

  test('of strangers take nobody’s place', async () => {
    const prod = async (shown: string): Promise<string | undefined> =>
      shown === token ? accountUser : pause(1_000, undefined);
    const authenticate = authenticateBy(new Map([['prod', prod]]));
    const strangers = Array.from({ length: 40 }, (_, n) => authenticate(`e30.${encoded({ iss: `x${n}` })}.x`));
    expect(await authenticate(token)).toMatchObject({ type: 'caller' });
    await Promise.all(strangers);
  });

  test('of a cluster that does not answer keep those of another out of nothing', async () => {
    const { promise: answer, resolve } = Promise.withResolvers<string | undefined>();
    const authenticate = authenticateBy(
      new Map([
        ['prod', () => answer],
        ['staging', async () => 'system:serviceaccount:ci:other'],
      ]),
    );
    const hanging = Array.from({ length: 16 }, (_, n) =>
      authenticate(`e30.${encoded({ sub: accountUser, jti: n })}.x`),
    );
    expect(await authenticate(token)).toMatchObject({ problem: { type: 'urn:hallpass:problem:busy' } });
    const ofOther = `e30.${encoded({ sub: 'system:serviceaccount:ci:other' })}.x`;
    expect(await authenticate(ofOther)).toMatchObject({ type: 'caller', caller: { name: 'other' } });
    resolve(undefined);
    await Promise.all(hanging);
  });
});

test('whoever is known is answered three hundred times a minute, and others as ever', async () => {
  const world = createWorld();
  world.settings.tokenPeople = [alice, bob].map((person) => ({
    person,
    issuer: 'https://login.acme.test',
    subject: person,
    mayDecide: false,
  }));
  const authenticate = createAuthenticate({
    settings: world.bot.settings,
    audience: 'hallpass',
    oidc: {
      verify: async (sub) => ({
        type: 'oidc',
        issuer: 'https://login.acme.test',
        claims: { sub },
        provenAt: 0,
        until: epoch() + 600,
        isDelegated: false,
      }),
    },
    clusters: new Map(),
    alarm: () => {},
    epoch,
  });
  // Two minutes of the clock at most are touched.
  const answers = await Promise.all(Array.from({ length: 601 }, () => authenticate(alice)));
  expect(answers.filter((one) => 'problem' in one && one.problem.status === 429).length).toBeGreaterThan(0);
  expect(answers.filter((one) => !('problem' in one)).length).toBeGreaterThanOrEqual(300);
  expect(await authenticate(bob)).toMatchObject({ type: 'person', person: bob });
});

describe('tokens of an issuer', () => {
  const issuer = issuing();
  const tokens = createOidcTokens('hallpass');
  let pair: Pair;
  beforeAll(async () => {
    await new Promise<void>((ready) => issuer.server.listen(0, '127.0.0.1', ready));
    pair = await generateKeyPair('ES256');
    issuer.published.set('one', pair);
  });
  afterAll(() => new Promise((done) => issuer.server.close(done)));
  const claims = () => ({ iss: issuer.at(), aud: 'hallpass', sub: 'bob', iat: epoch(), exp: epoch() + 300 });
  const sign = (over: object = {}, header: object = {}, key = pair.privateKey) =>
    new SignJWT({ ...claims(), ...over })
      .setProtectedHeader({ alg: 'ES256', kid: 'one', ...header })
      .sign(key, { crit: { x: true } });
  const verify = (token: string) => tokens.verify(token, new Set([issuer.at(), `${issuer.at()}/`]));

  test.each([
    ['their own key', async (mine: Pair) => ({ jwk: await exportJWK(mine.publicKey) })],
    ['where their key is', async () => ({ jku: 'http://127.0.0.1:1/' })],
    ['where their certificate is', async () => ({ x5u: 'http://127.0.0.1:1/' })],
    ['a key that is a file', async () => ({ kid: '../../dev/null' })],
    ['a key that every object has', async () => ({ kid: '__proto__' })],
  ])('that bring %s are believed nothing', async (_, headerOf) => {
    const mine = await generateKeyPair('ES256');
    expect(await verify(await sign({}, await headerOf(mine), mine.privateKey))).toBe('invalid');
  });

  test('that want something understood which is not, are believed nothing', async () => {
    expect(await verify(await sign({}, { crit: ['x'], x: 1 }))).toBe('invalid');
  });

  test('that are encrypted, unsecured, or have more in them are believed nothing', async () => {
    const inner = await sign();
    const outer = await new CompactEncrypt(new TextEncoder().encode(inner))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', cty: 'JWT' })
      .encrypt(new Uint8Array(32));
    const unsecured = new UnsecuredJWT(claims()).encode();
    for (const token of [outer, unsecured, `${inner}.x`, `${inner}.x.y`, ` ${inner}`, inner.replaceAll('.', '..')])
      expect(await verify(token)).toBe('invalid');
  });

  test.each([
    [{ iss: () => `${issuer.at()}/` }, 'issuer-away'],
    [{ iss: () => `${issuer.at()}/x` }, 'unknown-issuer'],
    [{ iss: () => [issuer.at()] }, 'invalid'],
    [{ iss: () => issuer.at().toUpperCase() }, 'unknown-issuer'],
    [{ aud: () => 'hallpass ' }, 'other-audience'],
    [{ aud: () => 'HALLPASS' }, 'other-audience'],
    [{ aud: () => [] }, 'other-audience'],
    [{ iat: () => epoch() + 3_600 }, 'expired'],
    [{ iat: () => epoch() - 43_300 }, 'expired'],
    [{ exp: () => epoch() - 11 }, 'expired'],
    [{ exp: () => `${epoch() + 300}` }, 'invalid'],
  ])('that say something a little else are believed nothing (%#)', async (claim, why) => {
    const over = Object.fromEntries(Object.entries(claim).map(([name, value]) => [name, value()]));
    expect(await verify(await sign(over))).toBe(why);
  });

  test.each([[undefined], [String(epoch() - 5)], [null]])('prove nothing fresh by an auth_time of %j', async (at) => {
    expect(await verify(await sign({ auth_time: at }))).toMatchObject({ type: 'oidc', provenAt: 0 });
  });

  test('that were given to somebody to act for a person are not that person’s', async () => {
    const world = createWorld();
    world.settings.tokenPeople = [{ person: bob, issuer: issuer.at(), subject: 'bob', mayDecide: true }];
    const { settings } = world.bot;
    const authenticate = createAuthenticate({
      settings,
      audience: 'hallpass',
      oidc: tokens,
      clusters: new Map(),
      alarm: () => {},
      epoch,
    });
    expect(await authenticate(await sign())).toMatchObject({ type: 'person', person: bob });
    expect(await authenticate(await sign({ act: { sub: 'agent-7' } }))).toMatchObject({
      problem: { type: 'urn:hallpass:problem:nobody' },
    });
    // Of a program that they let do something in their name, however its issuer says that.
    for (const given of [{ azp: 'agent' }, { client_id: 'agent' }, { appid: 'agent' }, { azp: ['hallpass'] }])
      expect(await authenticate(await sign(given))).toMatchObject({ problem: { type: 'urn:hallpass:problem:nobody' } });
    expect(await authenticate(await sign({ azp: 'hallpass', client_id: 'hallpass' }))).toMatchObject({ person: bob });
  });

  test('forged ones of an issuer that is away make one question, not one each', async () => {
    const before = issuer.fetched();
    issuer.answerWith(() => ({ status: 503, body: '' }));
    const fresh = createOidcTokens('hallpass');
    const forged = `e30.${encoded({ iss: issuer.at() })}.x`;
    const ask = () => fresh.verify(forged, new Set([issuer.at()]));
    expect(new Set(await Promise.all(Array.from({ length: 50 }, ask)))).toEqual(new Set(['issuer-away']));
    expect(await ask()).toBe('issuer-away');
    expect(issuer.fetched() - before).toBe(1);
  });
});

test('who has gone before they waited does not wait', async () => {
  const waiting = createWaiting({ lengths: async () => [1] });
  const before = performance.now();
  await waiting.until(requestId.parse('k7m2-qx'), 1, 60_000, AbortSignal.abort(), 'caller deploy');
  expect(performance.now() - before).toBeLessThan(1_000);
});

test('one who waits a thousand times keeps no place from others', async () => {
  const waiting = createWaiting({ lengths: async (ids) => ids.map(() => 1) });
  const gone = new AbortController();
  const wait = (who: string, within: number) => waiting.until(requestId.parse('k7m2-qx'), 1, within, gone.signal, who);
  const greedy = Array.from({ length: 1_000 }, () => wait('caller deploy', 60_000));
  expect(await wait('person UBOB', 1)).toBe('over');
  gone.abort();
  expect(new Set(await Promise.all(greedy))).toEqual(new Set(['over', 'crowded']));
});
