import { describe, expect, test } from 'vitest';
import { parseSigningKeys, signedHeaders } from './standard-webhook.ts';

const written = (bytes: number, fill = 7): string => `whsec_${Buffer.alloc(bytes, fill).toString('base64')}`;

describe('a signing key', () => {
  test('is one line, or two while it is replaced, with whatever white space around', () => {
    const one = parseSigningKeys(`${written(32)}\n`);
    const two = parseSigningKeys(`\n  ${written(24, 1)}\r\n${written(64, 2)}\n\n`);
    expect(one.ok && one.value.map(({ length }) => length)).toEqual([32]);
    expect(two.ok && two.value.map(({ length }) => length)).toEqual([24, 64]);
  });

  test.each([
    ['nothing', ' \n', 'holds no key'],
    ['three keys', [1, 2, 3].map((fill) => written(32, fill)).join('\n'), 'holds 3 keys'],
    ['a short key', written(23), 'holds a key of 23 bytes'],
    ['a long key', written(65), 'holds a key of 65 bytes'],
    ['no prefix', written(32).slice('whsec_'.length), 'holds a line that is no key'],
    ['no base64', 'whsec_not-base64-at-all-not-base64-at-all', 'holds a line that is no key'],
    ['one good key and one that is none', `${written(32)}\nnot-a-key-but-secret`, 'holds a line that is no key'],
  ])('is not %s, and what is there is not repeated', (_, text, message) => {
    const read = parseSigningKeys(text);
    expect(read.ok ? '' : read.error).toContain(message);
    for (const line of text.split('\n').filter((one) => one.trim().length > 5))
      expect(read.ok ? '' : read.error).not.toContain(line.slice(6));
  });
});

test('a message is signed as in the example of the specification', () => {
  const keys = parseSigningKeys('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
  if (!keys.ok) throw new Error(keys.error);
  const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', body: '{"test": 2432232314}' };
  expect(signedHeaders(message, keys.value, 1_614_265_330)).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

test('two keys make two signatures, the first of the first key', () => {
  const [one, two] = [written(32, 1), written(32, 2)].map((text) => {
    const read = parseSigningKeys(text);
    if (!read.ok) throw new Error(read.error);
    return read.value;
  });
  const message = { id: 'a', body: '{}' };
  const by = (keys: Parameters<typeof signedHeaders>[1]) => signedHeaders(message, keys, 1)['webhook-signature'];
  expect(by([...(one ?? []), ...(two ?? [])])).toBe(`${by(one ?? [])} ${by(two ?? [])}`);
});
