import type { LookupAddress } from 'node:dns';
import { expect, it } from 'vitest';
import { createPoster } from '#adapters/http/post-event.ts';
import { parseSigningKeys } from '#adapters/http/standard-webhook.ts';
import { testEventOf } from '#domain/outgoing/cloud-event.ts';

const event = testEventOf('test-1', '/hallpass', Temporal.Instant.from('2026-11-20T12:00:00Z'));
/** Posts to a name that name servers of somebody else say leads to these addresses. */
const post = async (url: string, addresses: LookupAddress[]) => {
  const readKeys = async () => parseSigningKeys(`whsec_${Buffer.alloc(32, 7).toString('base64')}`);
  const poster = createPoster({ url, linkLocal: false, readKeys, timeout: 2_000 }, (_, __, answer) =>
    answer(null, addresses),
  );
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
  expect(await post('https://tickets.example.com/', addresses)).toEqual({
    type: 'unsent',
    why: expect.stringContaining('where clouds keep credentials'),
  });
});

it('a name that leads elsewhere is called there', async () => {
  expect(await post('https://tickets.example.com:1/', [{ address: '127.0.0.1', family: 4 }])).toEqual({
    type: 'no-answer',
    why: 'ECONNREFUSED',
  });
});
