import { Agent, request } from 'node:https';
import { text as textOf } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { makeClientCertificate } from '#test/build/client-certificate.ts';
import { type AuditServerSettings, startAuditServer } from './audit-server.ts';
import { makeCertificate } from './certificates.ts';
import type { HttpsServer } from './https-server.ts';

const now = Temporal.Now.instant();
const validFor = Temporal.Duration.from({ hours: 1 });
const certificate = await makeCertificate({ names: ['127.0.0.1'], now, validFor });
const token = 'a-token-that-nobody-guesses';

const running: HttpsServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map(({ stop }) => stop()));
});

const start = async (settings: Partial<AuditServerSettings> = {}) => {
  const taken: unknown[] = [];
  const faults: string[] = [];
  const server = await startAuditServer({
    host: '127.0.0.1',
    port: 0,
    certificates: { current: () => certificate, refresh: async () => ({ ok: true, value: false }) },
    token: () => token,
    take: async (events) => void taken.push(...events),
    onFault: (message) => void faults.push(message),
    ...settings,
  });
  if (!server.ok) throw new Error(server.error);
  running.push(server.value);
  return { server: server.value, taken, faults };
};

const list = (items: unknown = []) =>
  JSON.stringify({ kind: 'EventList', apiVersion: 'audit.k8s.io/v1', metadata: {}, items });

type Sent = {
  readonly headers?: Record<string, string>;
  readonly method?: string;
  readonly path?: string;
  readonly key?: string;
  readonly cert?: string;
};
const send = async (
  { port }: HttpsServer,
  body: string,
  { headers = {}, method = 'POST', path = '/audit', ...own }: Sent = {},
) => {
  const agent = new Agent({ ca: certificate.ca, ...own });
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
  const sending = request(
    {
      host: '127.0.0.1',
      port,
      path,
      method,
      agent,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
    },
    async (reply) => resolve({ status: reply.statusCode ?? 0, text: await textOf(reply) }),
  );
  sending.on('error', reject);
  sending.end(body);
  return promise.finally(() => agent.destroy());
};

describe('a batch of audit events', () => {
  test('is taken, and acknowledged once it was dealt with', async () => {
    const { server, taken } = await start();
    expect(await send(server, list([{ auditID: 'a' }, { auditID: 'b' }]))).toMatchObject({ status: 200 });
    expect(taken).toEqual([{ auditID: 'a' }, { auditID: 'b' }]);
    // The API server adds its timeout.
    expect(await send(server, list(), { path: '/audit?timeout=30s' })).toMatchObject({ status: 200 });
  });

  test('of ten thousand is one as any other', async () => {
    const { server, taken } = await start();
    const events = Array.from({ length: 10_000 }, (_, index) => ({
      auditID: String(index),
      verb: 'get',
      userAgent: 'x'.repeat(400),
    }));
    expect(await send(server, list(events))).toMatchObject({ status: 200 });
    expect(taken).toHaveLength(10_000);
  });

  test('that could not be dealt with is to be sent again', async () => {
    const { server, faults } = await start({ take: () => Promise.reject(new Error('Redis is away')) });
    expect(await send(server, list([{}]))).toMatchObject({ status: 503 });
    expect(faults).toEqual(['Audit events could not be looked at; they shall be sent again']);
  });

  test.each([
    ['nothing', ''],
    ['no JSON', '{"kind":'],
    ['no list', '[]'],
    ['null', 'null'],
    ['another version', JSON.stringify({ kind: 'EventList', apiVersion: 'audit.k8s.io/v1beta1', items: [] })],
    ['a single event', JSON.stringify({ kind: 'Event', apiVersion: 'audit.k8s.io/v1' })],
    ['items that are none', list({})],
    ['deep nesting', `${'['.repeat(200_000)}`],
    ['what is no UTF-8', Buffer.from([0x7b, 0xff, 0x7d]).toString('latin1')],
  ])('is told what to send where it is %s', async (_, body) => {
    const { server, taken, faults } = await start();
    expect(await send(server, body)).toMatchObject({
      status: 400,
      text: expect.stringContaining('EventList of audit.k8s.io/v1'),
    });
    expect(taken).toEqual([]);
    expect(faults).toHaveLength(1);
  });

  test('that is too large is refused, and told', async () => {
    const { server, taken, faults } = await start({ limits: { body: 1_000 } });
    expect(await send(server, list(['x'.repeat(2_000)]))).toMatchObject({ status: 413 });
    expect(taken).toEqual([]);
    expect(faults[0]).toContain('too large');
    expect(await send(server, list())).toMatchObject({ status: 200 });
  });
});

describe('nobody sends but the API server', () => {
  test.each([
    ['no token', ''],
    ['another token', 'Bearer another-token-that-is-long'],
    ['a part of it', `Bearer ${token.slice(0, -1)}`],
    ['more than it', `Bearer ${token}x`],
    ['it in another way', `Basic ${token}`],
    ['it twice', `Bearer ${token} ${token}`],
  ])('with %s', async (_, authorization) => {
    const { server, taken } = await start();
    expect(await send(server, list([{}]), { headers: { authorization } })).toMatchObject({ status: 401 });
    expect(taken).toEqual([]);
  });

  test('where no token is known any more, and no certificate is wanted', async () => {
    const { server } = await start({ token: () => undefined });
    expect(await send(server, list())).toMatchObject({ status: 401 });
  });

  test('without a certificate, or with one of another authority, where one is wanted; the token is wanted all the same', async () => {
    const own = await makeClientCertificate();
    const other = await makeClientCertificate();
    const { server } = await start({ clientCa: own.ca });
    expect(await send(server, list())).toMatchObject({ status: 401 });
    expect(await send(server, list(), { key: other.key, cert: other.cert })).toMatchObject({ status: 401 });
    expect(await send(server, list(), { key: own.key, cert: own.cert })).toMatchObject({ status: 200 });
    expect(await send(server, list(), { key: own.key, cert: own.cert, headers: { authorization: '' } })).toMatchObject({
      status: 401,
    });
  });

  test('what is no audit event by its type, path or method is told where things are', async () => {
    const { server } = await start();
    expect(await send(server, list(), { headers: { 'content-type': 'text/plain' } })).toMatchObject({ status: 415 });
    expect(await send(server, list(), { path: '/review' })).toMatchObject({ status: 404 });
    expect(await send(server, '', { method: 'GET' })).toMatchObject({ status: 404 });
    expect(await send(server, '', { method: 'GET', path: '/livez', headers: { authorization: '' } })).toMatchObject({
      status: 200,
    });
  });
});
