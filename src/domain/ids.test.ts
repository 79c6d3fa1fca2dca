import fc from 'fast-check';
import { expect, test } from 'vitest';
import { personId, requestId, requestIdFrom } from './ids.ts';

test('any six bytes make a request id that is a valid label value and part of an object name', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 6, maxLength: 12 }), (random) => {
      const made = requestIdFrom(random);
      expect(requestId.safeParse(made).success).toBe(true);
      expect(made).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
      expect(made).not.toMatch(/[01ilo]/);
    }),
  );
});

test('too few random bytes make no id', () => {
  expect(() => requestIdFrom(new Uint8Array(5))).toThrow();
});

test('ids of different bytes differ', () => {
  const made = new Set(Array.from({ length: 31 }, (_, byte) => requestIdFrom(new Uint8Array([byte, 1, 2, 3, 4, 5]))));
  expect(made.size).toBe(31);
});

test.each([
  'K7M2-QX',
  'k7m2qx',
  'k7m2-qx ',
  ' k7m2-qx',
  'k7m2-qx\n',
  'k7m2-q',
  'k7m2-qxx',
  'k0m2-qx',
  'k1m2-qx',
  'kim2-qx',
  'klm2-qx',
  'kom2-qx',
  'k7m2–qx',
  '../k-qx',
  '',
])('%j is not a request id', (text) => {
  const parsed = requestId.safeParse(text);
  expect(parsed.error?.issues[0]?.message).toContain('ids look like "k7m2-qx"');
});

test.each(['U02ABCDEF', 'W02ABCDEF'])('"%s" is a Slack user', (text) => {
  expect(personId.safeParse(text).success).toBe(true);
});

test.each([
  'u02abcdef',
  'C02ABCDEF',
  'U',
  'U02ABCDEF ',
  'U02ABCDEF\n',
  '@alice',
  'alice@example.com',
  '<@U02ABCDEF>',
  `U${'A'.repeat(21)}`,
])('%j is not a Slack user', (text) => {
  expect(personId.safeParse(text).success).toBe(false);
});
