import fc from 'fast-check';
import { expect, test } from 'vitest';
import { measureJson } from './measure-json.ts';

const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;

const isTooMuch = (text: string): boolean => measureJson(text).excess !== undefined;

test('a hundred levels are taken, and one more is not', () => {
  expect(isTooMuch(nested(100))).toBe(false);
  expect(measureJson(nested(101)).excess).toBe('it nests deeper than 100 levels');
  expect(isTooMuch('{"a":'.repeat(101))).toBe(true);
});

test('brackets within texts are no levels, whatever is escaped', () => {
  expect(isTooMuch(JSON.stringify({ a: `\\"${nested(200)}"\\`, [`"${nested(200)}`]: '\\' }))).toBe(false);
});

test('a quarter of a million objects and lists are taken, and one more is not', () => {
  const many = (count: number): string =>
    `[${Array(count - 1)
      .fill('{}')
      .join(',')}]`;
  expect(isTooMuch(many(250_000))).toBe(false);
  expect(measureJson(many(250_001)).excess).toBe('it has more than 250000 objects and lists');
});

test('commas are counted wherever they part values, and nowhere else', () => {
  const value = { 'a,b': [1, 'c,,d', { e: 2, f: [] }], g: '\\",\\' };
  expect(measureJson(JSON.stringify(value)).commas).toBe(4);
  expect(measureJson('"\\",",[,]').commas).toBe(2);
});

test('siblings add no depth', () => {
  expect(isTooMuch(`[${'[[]],'.repeat(1_000)}{}]`)).toBe(false);
});

test('any JSON is as deep as it is once parsed, compact or spread out', () => {
  const deep = fc.jsonValue({ maxDepth: 3, stringUnit: fc.constantFrom('"', '\\', '[', '{', ']', '}', 'a') });
  fc.assert(
    fc.property(deep, fc.integer({ min: 94, max: 100 }), fc.constantFrom(0, 2), (value, around, indent) => {
      const text = '['.repeat(around) + JSON.stringify(value, null, indent) + ']'.repeat(around);
      expect(isTooMuch(text)).toBe(around + depthOf(value) > 100);
    }),
    { numRuns: 500 },
  );
});

test.for<[text: string, altered: string]>([
  ['9007199254740993', '9007199254740993'],
  ['[1,-9007199254740993]', '9007199254740993'],
  ['{"a":{"b": 123456789012345678901234567890 }}', '123456789012345678901234567890'],
  ['{"a":1,"b":9007199254740993,"c":9007199254740995}', '9007199254740993'],
])('%s has an integer that JavaScript alters', ([text, altered]) => {
  expect(measureJson(text).altered).toBe(altered);
});

test.for([
  '9007199254740991',
  '[9007199254740992,-9007199254740994]',
  '{"a":"9007199254740993","9007199254740993":"\\"9007199254740993"}',
  '[0.12345678901234567890,1e30,12345678901234567890.5,-0]',
  'true',
])('%s has none', (text) => {
  expect(measureJson(text).altered).toBeUndefined();
});

test('an integer is altered exactly when it is another one once read and written', () => {
  fc.assert(
    fc.property(fc.bigInt(-(2n ** 70n), 2n ** 70n), (number) => {
      const text = `{"a":[${number}]}`;
      expect(measureJson(text).altered !== undefined).toBe(JSON.stringify(JSON.parse(text)) !== text);
    }),
  );
});

test('four megabytes of whatever are looked through at once', () => {
  const size = 4 * 1024 * 1024;
  for (const part of ['[', '{"a":', '"', '\\', '"\\"', '1', '1234567890123456 ', '[],', '-', '\u{1f600}']) {
    const began = performance.now();
    measureJson(part.repeat(size / part.length));
    expect(performance.now() - began).toBeLessThan(1_000);
  }
});
