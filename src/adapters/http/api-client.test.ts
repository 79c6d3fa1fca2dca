import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { ok } from '#domain/result.ts';
import { requestView } from '#test/build/request-views.ts';
import { connectTo } from './api-call.ts';
import { type Asking, createAsking } from './api-client.ts';
import { decide } from './api-decisions.ts';

const active = requestView({ status: 'active', version: 3, expiresAt: '2026-11-20T12:30:00Z' });

/** What comes of a call to what answers with this whatever it is asked. */
const calling = async <T>(
  answer: object,
  act: (api: Asking, connection: ReturnType<typeof connectTo>) => Promise<T>,
) => {
  const server = createServer((_, response) => response.end(JSON.stringify(answer)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const connection = connectTo({ url: new URL(`http://127.0.0.1:${port}/`), token: async () => ok('t') });
  try {
    return await act(createAsking(connection.call), connection);
  } finally {
    await connection.close();
    server.close();
  }
};
const notOurs = { ok: false, error: { problem: { type: expect.stringContaining('not-the-api') } } };

test('what is said of another request is not taken for what was asked about', async () => {
  const other = { ...active, id: 'm3n4-pq' };
  expect(await calling(active, (api) => api.look('k7m2-qx'))).toMatchObject({ ok: true });
  expect(await calling(other, (api) => api.look('k7m2-qx'))).toMatchObject(notOurs);
  expect(await calling(other, (api) => api.lookLater('k7m2-qx', 1, 1))).toMatchObject(notOurs);
  expect(await calling(other, (api) => api.withdraw('k7m2-qx'))).toMatchObject(notOurs);
  expect(await calling(other, (api) => api.finish('k7m2-qx'))).toMatchObject(notOurs);
  expect(await calling(other, (_, { call }) => decide(call, 'approve', 'k7m2-qx', { revision: 1 }))).toMatchObject(
    notOurs,
  );
});

test.each([
  ['an id that would move the cursor', { id: 'k7\u001b[2J' }],
  ['a time that is none', { expiresAt: 'soon' }],
])('a request with %s is no answer of Hallpass', async (_, changed) => {
  const wrong = { ...active, ...changed };
  const ask = { kind: 'access', namespace: 'shop', reason: 'x' };
  expect(await calling(active, (api) => api.ask(ask, 'key'))).toMatchObject({ ok: true });
  expect(await calling(wrong, (api) => api.ask(ask, 'key'))).toMatchObject(notOurs);
  expect(await calling({ requests: [wrong] }, (api) => api.list(false))).toMatchObject(notOurs);
});
