import { Agent, type RequestOptions, request } from 'node:https';
import { text as textOf } from 'node:stream/consumers';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { admit, forbid } from '#domain/guard/write.ts';
import { posted, postedText, shop } from '#test/build/admission-reviews.ts';
import { makeClientCertificate } from '#test/build/client-certificate.ts';
import { type AdmissionServerSettings, startAdmissionServer } from './admission-server.ts';
import { type Certificate, makeCertificate } from './certificates.ts';
import type { HttpsServer } from './https-server.ts';

const make = () =>
  makeCertificate({
    names: ['127.0.0.1'],
    now: Temporal.Now.instant(),
    validFor: Temporal.Duration.from({ hours: 1 }),
  });
const certificate = await make();
const { uid } = posted().request;

const running: HttpsServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map(({ stop }) => stop()));
});

const sourceOf = (current: () => Certificate) => ({
  current,
  refresh: async () => ({ ok: true, value: false }) as const,
});
const start = async (settings: Partial<AdmissionServerSettings> = {}): Promise<HttpsServer> => {
  const started = await startAdmissionServer({
    host: '127.0.0.1',
    port: 0,
    certificates: sourceOf(() => certificate),
    review: async () => admit(),
    ready: () => undefined,
    onFault: (message, fields) => expect.unreachable(`${message}: ${JSON.stringify(fields)}`),
    ...settings,
  });
  if (!started.ok) throw new Error(started.error);
  running.push(started.value);
  return started.value;
};

type Reply = { readonly status: number | undefined; readonly text: string; readonly socket: TLSSocket };
const send = ({ port }: HttpsServer, options: RequestOptions, body: string | Buffer = ''): Promise<Reply> => {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  const sent = request({ host: '127.0.0.1', port, ca: certificate.ca, agent: false, ...options }, (response) => {
    const socket = response.socket as TLSSocket;
    textOf(response).then((text) => resolve({ status: response.statusCode, text, socket }), reject);
  });
  sent.on('error', reject);
  sent.end(body);
  return promise;
};
const get = (server: HttpsServer, path: string, options: RequestOptions = {}) => send(server, { path, ...options });
const post = (server: HttpsServer, body: string | Buffer, options: RequestOptions = {}) =>
  send(
    server,
    { method: 'POST', path: '/review?timeout=3s', headers: { 'content-type': 'application/json' }, ...options },
    body,
  );

/** Sends bytes as they are; resolves with what came back, once the server has ended the connection. */
const raw = (
  { port }: HttpsServer,
  bytes: string,
  options: ConnectionOptions = {},
): Promise<{ text: string; session: Buffer | undefined }> => {
  const { promise, resolve } = Promise.withResolvers<{ text: string; session: Buffer | undefined }>();
  let [text, session]: [string, Buffer | undefined] = ['', undefined];
  const socket = connect({ host: '127.0.0.1', port, ca: certificate.ca, ...options }, () => socket.write(bytes));
  socket.on('session', (given) => {
    session = given;
  });
  socket.on('data', (chunk) => {
    text += chunk;
  });
  // What was cut off is told by what did not come.
  socket.on('error', () => {});
  socket.on('close', () => resolve({ text, session }));
  return promise;
};
const wire = (body: string, length = body.length): string =>
  [
    'POST /review HTTP/1.1',
    'host: a',
    'content-type: application/json',
    'connection: close',
    `content-length: ${length}`,
    '',
    body,
  ].join('\r\n');

test('a review is answered as it was decided', async () => {
  const server = await start({
    review: async ({ user, after }) => (user === 'alice' ? forbid(`${after?.kind} is held.`) : admit('Soon held.')),
  });
  const refused = await post(server, postedText());
  expect(refused.status).toBe(200);
  expect(JSON.parse(refused.text).response).toMatchObject({
    uid,
    allowed: false,
    status: { message: 'Ingress is held.' },
  });
  const allowed = await post(server, postedText({ userInfo: { username: 'bob' } }), {
    headers: { 'content-type': 'application/json; charset=utf-8' },
  });
  expect(JSON.parse(allowed.text).response).toEqual({ uid, allowed: true, warnings: ['Soon held.'] });
});

test('probes are told how it is', async () => {
  let why: string | undefined = 'Redis is away.';
  const server = await start({ ready: () => why });
  expect(await get(server, '/livez')).toMatchObject({ status: 200, text: 'ok\n' });
  expect(await get(server, '/readyz')).toMatchObject({ status: 503, text: 'Redis is away.\n' });
  why = undefined;
  expect(await get(server, '/readyz')).toMatchObject({ status: 200, text: 'ok\n' });
});

test('nothing else is there', async () => {
  const server = await start();
  for (const path of ['/', '/review', '/livez/', '/review/../livez'])
    expect(await get(server, path)).toMatchObject({ status: 404 });
  expect(await post(server, postedText(), { path: '/livez' })).toMatchObject({ status: 404 });
  expect(await post(server, postedText(), { headers: {} })).toMatchObject({ status: 415 });
  expect(await post(server, postedText(), { headers: { 'content-type': 'application/jsonx' } })).toMatchObject({
    status: 415,
  });
});

describe('a body', () => {
  test('that is no review is a bad request', async () => {
    const server = await start();
    for (const body of ['', 'hello', '{}', '['.repeat(100_000), Buffer.from([0xff, 0xfe])])
      expect(await post(server, body)).toMatchObject({
        status: 400,
        text: expect.stringMatching(/^This is no .+\.\n$/),
      });
  });

  test('of three megabytes is reviewed, and one of five is not', async () => {
    const server = await start();
    const sized = (megabytes: number) =>
      postedText({ object: { ...shop, spec: { a: Array(10).fill('b'.repeat(megabytes * 100_000)) } } });
    expect(JSON.parse((await post(server, sized(30 / 10))).text).response.allowed).toBe(true);
    const agent = new Agent({ keepAlive: true });
    const refused = await post(server, sized(50 / 10), { agent });
    expect(refused).toMatchObject({ status: 413, text: 'Send at most 4194304 bytes.\n' });
    await vi.waitFor(() => expect(refused.socket.destroyed).toBe(true));
    agent.destroy();
  });

  test('that does not come to its end in time is answered with 408 and the end of the connection', async () => {
    const server = await start({ limits: { request: 120 } });
    const [body, head] = await Promise.all([
      raw(server, wire(postedText().slice(0, 50), 5_000)),
      raw(server, 'POST /review HTTP/1.1\r\nhost: a\r\n'),
    ]);
    expect(body.text).toMatch(/^HTTP\/1\.1 408 /);
    expect(head.text).toMatch(/^HTTP\/1\.1 408 /);
    expect((await post(server, postedText())).status).toBe(200);
  });

  test('that breaks off is no fault', async () => {
    const server = await start();
    const socket = connect({ host: '127.0.0.1', port: server.port, ca: certificate.ca }, () => {
      socket.write(wire('{', 100), () => socket.destroy());
    });
    await new Promise((resolve) => socket.on('close', resolve));
    expect((await post(server, postedText())).status).toBe(200);
  });

  test('has to wait until others are done with, where all of them would be too much', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const review = vi.fn(async () => {
      await promise;
      return admit();
    });
    const server = await start({ review, limits: { held: 1.5 * postedText().length } });
    const first = post(server, postedText());
    await vi.waitFor(() => expect(review).toHaveBeenCalled());
    expect(await post(server, postedText())).toMatchObject({
      status: 503,
      text: 'Too much is being reviewed at once. Try again.\n',
    });
    resolve();
    expect((await first).status).toBe(200);
    expect((await post(server, postedText())).status).toBe(200);
  });
});

describe('a decision', () => {
  test('that fails is a refusal, and is told of', async () => {
    const onFault = vi.fn();
    const server = await start({ onFault, review: () => Promise.reject(new Error('Redis is away')) });
    const { status, text } = await post(server, postedText());
    expect(status).toBe(200);
    expect(JSON.parse(text).response).toMatchObject({ allowed: false, status: { code: 403 } });
    expect(onFault).toHaveBeenCalledTimes(1);
  });

  test('that takes too long is a refusal', async () => {
    const onFault = vi.fn();
    const server = await start({ onFault, review: () => new Promise(() => {}), limits: { decision: 50 } });
    expect(JSON.parse((await post(server, postedText())).text).response).toMatchObject({
      allowed: false,
      status: { message: 'Hallpass could not decide in time; nothing was changed. Try again.' },
    });
  });
});

test('a fault of readiness is told of, and does not end the server', async () => {
  const onFault = vi.fn();
  const server = await start({
    onFault,
    ready: () => {
      throw new Error('broken');
    },
  });
  expect(await get(server, '/readyz')).toMatchObject({ status: 500, text: 'Hallpass failed to answer.\n' });
  expect(onFault).toHaveBeenCalledExactlyOnceWith('The server of the guard failed to answer', {
    cause: 'Error: broken',
  });
  expect(await get(server, '/livez')).toMatchObject({ status: 200 });
});

describe('where clients have to be known', async () => {
  const [known, stranger] = [await makeClientCertificate(), await makeClientCertificate()];
  const clientCa = known.ca;

  test('only who shows a certificate of their authority may post', async () => {
    const server = await start({ clientCa });
    const { cert, key } = known;
    expect(await post(server, postedText(), { cert, key })).toMatchObject({ status: 200 });
    expect(await post(server, postedText())).toMatchObject({
      status: 401,
      text: 'Show a TLS client certificate of the authority that Hallpass was told of.\n',
    });
    expect(await post(server, postedText(), { cert: stranger.cert, key: stranger.key })).toMatchObject({ status: 401 });
    // Of the server's own authority, which signs for servers only.
    expect(await post(server, postedText(), certificate)).toMatchObject({ status: 401 });
  });

  test.for(['TLSv1.2', 'TLSv1.3'] as const)('a resumed session of %s makes nobody known', async (maxVersion) => {
    const server = await start({ clientCa });
    const first = await raw(server, wire(postedText()), { maxVersion });
    expect(first.text).toMatch(/^HTTP\/1\.1 401 /);
    expect(first.session).toBeDefined();
    const again = await raw(server, wire(postedText()), { maxVersion, session: first.session });
    expect(again.text).toMatch(/^HTTP\/1\.1 401 /);
  });

  test('probes are not asked', async () => {
    const server = await start({ clientCa });
    expect(await get(server, '/livez')).toMatchObject({ status: 200 });
    expect(await get(server, '/readyz')).toMatchObject({ status: 200 });
  });

  test('an authority that is none is told of before anything is served', async () => {
    for (const wrong of ['hello', certificate.cert]) {
      const settings = { port: 0, certificates: sourceOf(() => certificate), clientCa: wrong };
      const started = await startAdmissionServer({
        ...settings,
        review: async () => admit(),
        ready: () => undefined,
        onFault: () => {},
      });
      expect(started).toEqual({
        ok: false,
        error: expect.stringContaining('Take that which signs for the API server'),
      });
    }
  });
});

test('a new certificate is for new connections; those that are open go on', async () => {
  const next = await make();
  let current: Certificate = certificate;
  const { ca: clientCa } = await makeClientCertificate();
  const server = await start({ certificates: sourceOf(() => current), clientCa });
  // Both authorities, as a webhook has them while guards change over.
  const ca = [certificate.ca, next.ca];
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const before = await get(server, '/livez', { agent, ca });
  const shown = ({ socket }: Reply) => socket.getPeerX509Certificate()?.toString().trim();
  expect(shown(before)).toBe(certificate.cert.trim());
  current = next;
  expect(shown(await get(server, '/livez', { ca }))).toBe(certificate.cert.trim());
  server.useCertificate();
  const after = await get(server, '/livez', { agent, ca });
  expect(after.status).toBe(200);
  expect(after.socket).toBe(before.socket);
  expect(shown(await get(server, '/livez', { ca }))).toBe(next.cert.trim());
  // Clients have to be known as before.
  expect((await post(server, postedText(), { ca })).status).toBe(401);
  agent.destroy();
});

test('connections that nobody uses make room for others', async () => {
  const server = await start({ limits: { connections: 2 } });
  const agent = new Agent({ keepAlive: true });
  const idle = await Promise.all([get(server, '/livez', { agent }), get(server, '/livez', { agent })]);
  await expect(get(server, '/livez')).rejects.toThrow();
  await vi.waitFor(() => expect(idle.every(({ socket }) => socket.destroyed)).toBe(true));
  expect((await get(server, '/livez')).status).toBe(200);
  agent.destroy();
});

test('a port that is taken is told of, with what to do', async () => {
  const { port } = await start();
  await expect(start({ port })).rejects.toThrow(
    new RegExp(
      `^The guard cannot listen on port ${port} \\(listen EADDRINUSE: .+\\). Take another, or end what listens`,
    ),
  );
});

describe('stopping', () => {
  test('answers what is under way, and takes nothing new', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const review = vi.fn(async () => {
      await promise;
      return admit();
    });
    const server = await start({ review, limits: { drain: 60_000 } });
    const agent = new Agent({ keepAlive: true });
    await get(server, '/livez', { agent });
    const underWay = post(server, postedText(), { agent: new Agent({ keepAlive: true }) });
    await vi.waitFor(() => expect(review).toHaveBeenCalled());
    const stopped = server.stop();
    await expect(get(server, '/livez')).rejects.toThrow('ECONNREFUSED');
    resolve();
    expect((await underWay).status).toBe(200);
    await expect(stopped).resolves.toBeUndefined();
    running.length = 0;
    agent.destroy();
  });

  test('waits for nobody longer than it said', async () => {
    // Its time is up when this has long been over.
    const onFault = (): void => {};
    const limits = { drain: 50, decision: 60_000 };
    const server = await start({ review: () => new Promise(() => {}), limits, onFault });
    const cut = expect(post(server, postedText())).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await server.stop();
    running.length = 0;
    await cut;
  });
});
