import { expect, test } from 'vitest';
import { alteredIn } from './exact.ts';

test.each([
  ['{"spec":{"a":9007199254740993}}', ['spec', 'a'], '9007199254740993'],
  ['{"spec":[{"a":1},{"b":-9223372036854775807}]}', ['spec', '1', 'b'], '-9223372036854775807'],
  ['{"a": 123456789012345678}', ['a'], '123456789012345678'],
])('of %s a number is altered', (text, place, source) => {
  expect(alteredIn(text)).toEqual({ place, source });
});

test.each([
  '{"a":9007199254740991,"b":-9007199254740991}',
  '{"a":9007199254740992}',
  '{"a":"9007199254740993","b":"x:9007199254740993"}',
  '{"metadata":{"resourceVersion":"9007199254740993"}}',
  '{"a":0.1234567890123456789}',
  '{}',
])('of %s nothing is', (text) => {
  expect(alteredIn(text)).toBeUndefined();
});
