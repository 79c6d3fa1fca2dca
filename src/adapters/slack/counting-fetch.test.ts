import { expect, test, vi } from 'vitest';
import { createCountingFetch, type SlackResult } from './counting-fetch.ts';

const api = 'https://slack.com/api/chat.postMessage';
const json = (body: unknown, status = 200): Response =>
  new Response(typeof body === 'string' ? body : JSON.stringify(body), { status });

const counting = (answer: () => Promise<Response>) => {
  const count = vi.fn();
  const fetch = createCountingFetch(count, answer as unknown as Parameters<typeof createCountingFetch>[1]);
  return { fetch, counted: () => count.mock.calls };
};

test.each<[what: string, answer: () => Response, result: SlackResult]>([
  ['a yes', () => json({ ok: true, ts: '1.2' }), 'ok'],
  ['a no', () => json({ ok: false, error: 'channel_not_found' }), 'refused'],
  ['a no with spaces', () => json('\n{ "ok" : false, "error": "x" }'), 'refused'],
  ['a pause in words', () => json({ ok: false, error: 'ratelimited' }), 'limited'],
  ['a pause', () => json('', 429), 'limited'],
  ['a server that fails', () => json('<html>', 503), 'no-answer'],
  ['a page that is not there', () => json('', 404), 'refused'],
  ['a yes that speaks of a no', () => json({ ok: true, text: '{"ok":false}' }), 'ok'],
  ['a long yes', () => json({ ok: true, text: 'x'.repeat(5_000_000) }), 'ok'],
  ['no body', () => new Response(null), 'ok'],
])('%s is counted, and read by its caller as it came', async (_, answer, result) => {
  const { fetch, counted } = counting(async () => answer());
  const got = await fetch(api, {});
  expect(await got.text()).toBe(await answer().text());
  await expect.poll(counted).toEqual([['chat.postMessage', result]]);
});

test('a connection that fails is counted, and thrown on as it was', async () => {
  const cause = new TypeError('fetch failed');
  const { fetch, counted } = counting(() => Promise.reject(cause));
  await expect(fetch(api, {})).rejects.toBe(cause);
  expect(counted()).toEqual([['chat.postMessage', 'no-answer']]);
});

test('an answer that breaks off is for its caller to see', async () => {
  const broken = () =>
    new Response(
      new ReadableStream({
        start: (controller) => controller.error(new Error('broken off')),
      }),
    );
  const { fetch, counted } = counting(async () => broken());
  const got = await fetch(api, {});
  await expect(got.text()).rejects.toThrow('broken off');
  await expect.poll(counted).toEqual([['chat.postMessage', 'ok']]);
});

test.each([
  ['https://files.slack.com/upload/v1/CwABAAAAXAoAAVnX', 'upload'],
  ['https://slack.com/api/', 'upload'],
  ['https://slack.com/api/U02ALICE', 'upload'],
  ['https://slack.com/api/chat.postMessage/../x', 'upload'],
  ['no address', 'upload'],
  ['http://127.0.0.1:1/api/files.getUploadURLExternal', 'files.getUploadURLExternal'],
  ['https://slack.com/api/users.info?user=U02ALICE', 'users.info'],
])('%s is counted as %s: what differs from call to call becomes no label', async (address, method) => {
  const { fetch, counted } = counting(async () => json({ ok: true }));
  await fetch(address, {});
  await expect.poll(counted).toEqual([[method, 'ok']]);
});
