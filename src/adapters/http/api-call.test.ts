import { createServer, type ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { ok } from '#domain/result.ts';
import { connectTo, type Sent } from './api-call.ts';

type Answer = readonly [number, Record<string, string>, string];
const problem = (status: number, type: string): string =>
  JSON.stringify({ type: `urn:hallpass:problem:${type}`, title: 'No', status, detail: 'It is not so.' });

/** What a call comes to over a server that answers with these in turn; the last one for good. */
const calling = async (answers: readonly (Answer | 'cut')[], sent: Partial<Sent> = {}) => {
  const asked: (string | undefined)[] = [];
  const answer = (response: ServerResponse): void => {
    const one = answers[Math.min(asked.length, answers.length) - 1] ?? 'cut';
    if (one === 'cut') response.destroy();
    else response.writeHead(one[0], one[1]).end(one[2]);
  };
  const server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers.authorization}`);
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const { call, close } = connectTo({ url: new URL(`http://127.0.0.1:${port}/base/`), token: async () => ok('t') });
  const got = await call(z.object({ a: z.number() }), { method: 'GET', path: 'v1/x', tries: 3, ...sent });
  await close();
  server.close();
  return { got, asked };
};

test('an answer is read, and a base path is kept', async () => {
  const { got, asked } = await calling([[200, {}, '{"a": 1}']]);
  expect(got).toEqual({ ok: true, value: { a: 1 } });
  expect(asked).toEqual(['/base/v1/x Bearer t']);
});

test('what is cut off or not there just now is tried again', async () => {
  const { got, asked } = await calling(['cut', [503, {}, problem(503, 'crowded')], [200, {}, '{"a": 2}']]);
  expect(got).toEqual({ ok: true, value: { a: 2 } });
  expect(asked).toHaveLength(3);
});

test.each<[string, Answer, number, number]>([
  ['a refusal', [403, {}, problem(403, 'refused')], 403, 1],
  ['what may be repeated only later', [429, { 'retry-after': '30' }, problem(429, 'too-fast')], 429, 1],
  ['a redirect, to which no token goes', [302, { location: 'http://127.0.0.1:1/' }, ''], 502, 1],
  ['a page', [200, { 'content-type': 'text/html' }, '<h1>Welcome</h1>'], 502, 1],
  ['another answer', [200, {}, '{"b": 1}'], 502, 1],
  ['a status that its body denies', [403, {}, problem(200, 'fine')], 403, 1],
  ['a gateway that stays broken', [504, {}, 'Gateway Timeout'], 502, 3],
])('%s is what it comes to', async (_, answer, status, times) => {
  const { got, asked } = await calling([answer]);
  expect(got).toMatchObject({ ok: false, error: { problem: { status } } });
  expect(asked).toHaveLength(times);
});

test('what is only to be sent once is sent once', async () => {
  const { got, asked } = await calling(['cut'], { tries: 1 });
  expect(got).toMatchObject({ ok: false, error: { problem: { status: 503 }, again: 500 } });
  expect(asked).toHaveLength(1);
});

test('an interrupted call says so, and is not tried again', async () => {
  const { got } = await calling(['cut'], { signal: AbortSignal.timeout(50) });
  expect(got).toMatchObject({ ok: false, error: { problem: { status: 499 } } });
});
