import type { LookupAddress } from 'node:dns';
import { expect, it, vi } from 'vitest';
import { createPoster } from '#adapters/http/post-event.ts';
import { parseSigningKeys } from '#adapters/http/standard-webhook.ts';
import { testEventOf } from '#domain/outgoing/cloud-event.ts';

/** What a name server of somebody else says. */
const said: LookupAddress[] = [];
vi.mock('node:dns', async (importOriginal) => ({
  ...(await importOriginal<typeof import('node:dns')>()),
  lookup: (_: string, __: object, answer: (fault: null, addresses: LookupAddress[]) => void) => answer(null, said),
}));

const event = testEventOf('test-1', '/hallpass', Temporal.Instant.from('2026-11-20T12:00:00Z'));
const post = async (url: string) => {
  const readKeys = async () => parseSigningKeys(`whsec_${Buffer.alloc(32, 7).toString('base64')}`);
  const poster = createPoster({ url, linkLocal: false, readKeys, timeout: 2_000 });
  try {
    return await poster.post(event, new AbortController().signal);
  } finally {
    await poster.close();
  }
};

it.each([
  [[{ address: '169.254.169.254', family: 4 }]],
  [
    [
      { address: '127.0.0.1', family: 4 },
      { address: 'fe80::1', family: 6 },
    ],
  ],
])('nothing is sent to a name that leads to %j, and it is said why', async (addresses) => {
  said.splice(0, said.length, ...addresses);
  expect(await post('https://tickets.example.com/')).toEqual({
    type: 'unsent',
    why: expect.stringContaining('where clouds keep credentials'),
  });
});

it('a name that leads elsewhere is called there', async () => {
  said.splice(0, said.length, { address: '127.0.0.1', family: 4 });
  expect(await post('https://tickets.example.com:1/')).toEqual({ type: 'no-answer', why: 'ECONNREFUSED' });
});
