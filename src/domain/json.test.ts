import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonical, isSameJson, type Json } from './json.ts';

/** The same value with the members of every object in reverse order. */
const reversed = (value: Json): Json => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(reversed);
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, member]) => [key, member === undefined ? member : reversed(member)]),
  );
};

const json = fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' }) as fc.Arbitrary<Json>;

const parsed = (value: Json): unknown => JSON.parse(JSON.stringify(value));

test('the order of keys does not matter', () => {
  fc.assert(
    fc.property(json, (value) => {
      expect(canonical(reversed(value))).toBe(canonical(value));
    }),
  );
});

test('what is written is the same value as JSON', () => {
  fc.assert(
    fc.property(json, (value) => {
      expect(JSON.parse(canonical(value))).toEqual(parsed(value));
      expect(canonical(JSON.parse(canonical(value)))).toBe(canonical(value));
    }),
  );
});

test('only the same values are written the same', () => {
  const small = fc.jsonValue({ maxDepth: 2, stringUnit: fc.constantFrom('a', '"', ',', ':') }) as fc.Arbitrary<Json>;
  fc.assert(
    fc.property(small, small, (one, other) => {
      if (canonical(one) === canonical(other)) expect(parsed(one)).toEqual(parsed(other));
    }),
    { numRuns: 500 },
  );
});

test('two values are the same when they are written the same', () => {
  const leaf = fc.constantFrom<(Json | undefined)[]>(null, 0, -0, 1, '', 'a', true, undefined, [], {});
  // A member may be undefined, and is then not there; an item of a list cannot.
  const listOf = (items: fc.Arbitrary<Json>) =>
    fc.array(items, { maxLength: 2 }).map((list) => list.map((item) => item ?? null));
  const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      leaf as fc.Arbitrary<Json>,
      listOf(tie('tree')),
      fc.dictionary(fc.constantFrom('a', 'b', '__proto__', '0'), tie('tree'), { maxKeys: 2 }),
    ),
  }));
  const whole = listOf(tree);
  fc.assert(
    fc.property(whole, whole, (one, other) => {
      expect(isSameJson(one, other)).toBe(canonical(one) === canonical(other));
      expect(isSameJson(reversed(one), one)).toBe(true);
    }),
    { numRuns: 3_000 },
  );
});

test('the order of a list matters', () => {
  expect(canonical([1, 2])).not.toBe(canonical([2, 1]));
});

test('keys are sorted by code unit, whatever the language of the machine', () => {
  expect(canonical({ ä: 1, z: 2, Z: 3, '10': 4, '9': 5, '\u{1f600}': 6, '\uffff': 7 })).toBe(
    '{"10":4,"9":5,"Z":3,"z":2,"ä":1,"\u{1f600}":6,"\uffff":7}',
  );
});

test('a member that is undefined is left out', () => {
  expect(canonical({ a: undefined, b: null })).toBe('{"b":null}');
});

test('half a character is written as an escape, so that its bytes are those that were signed', () => {
  expect(canonical('\ud800')).toBe('"\\ud800"');
  expect(canonical({ '\udfff': 1 })).toBe('{"\\udfff":1}');
});

test('a key named __proto__ is a key like any other', () => {
  const value = JSON.parse('{"__proto__":{"a":1},"constructor":2,"toString":3}');
  expect(canonical(value)).toBe('{"__proto__":{"a":1},"constructor":2,"toString":3}');
  expect(canonical(JSON.parse('{}'))).toBe('{}');
});

test('what objects inherit is not part of them', () => {
  expect(canonical(Object.create({ inherited: 1 }))).toBe('{}');
});
