import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAddress, parseCidr } from './cidr.ts';
import { covers, overlap, type Range, sizeOf, union, without } from './ranges.ts';

describe('a block of addresses', () => {
  test.each([
    ['10.1.0.0/16', 0x0a010000n, 0x0a01ffffn],
    ['0.0.0.0/0', 0n, 0xffffffffn],
    ['10.0.0.7/32', 0x0a000007n, 0x0a000007n],
    ['2001:db8::/32', 0x20010db8n << 96n, (0x20010db9n << 96n) - 1n],
    ['::/0', 0n, (1n << 128n) - 1n],
    ['::ffff:10.0.0.0/104', 0xffff0a000000n, 0xffff0affffffn],
  ])('%s is read', (text, first, last) => {
    expect(parseCidr(text)).toMatchObject({ first, last, exact: true });
  });

  test('that is not written with its first address is known as such', () => {
    expect(parseCidr('10.1.2.3/16')).toMatchObject({ first: 0x0a010000n, exact: false });
  });

  test.each([
    '',
    '10.0.0.0',
    '10.0.0/8',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '010.0.0.0/8',
    '10.0.0.256/8',
    '10.0.0.0/8/8',
    '10.0.0.0/-1',
    ' 10.0.0.0/8',
    '::/129',
    ':::/0',
    '1::2::3/64',
    '1:2:3:4:5:6:7/64',
    '1:2:3:4:5:6:7:8::/64',
    'fe80::1%eth0/64',
    '12345::/16',
    '::1.2.3/96',
    '/8',
  ])('is not %j', (text) => {
    expect(parseCidr(text)).toBeUndefined();
  });
});

test('an IPv6 address has one number however it is written', () => {
  const same = ['2001:db8::1', '2001:0DB8:0:0:0:0:0:1', '2001:db8:0::0:1', '2001:db8::0.0.0.1'];
  expect(new Set(same.map((text) => parseAddress(text)?.value)).size).toBe(1);
});

const anyRanges = fc.array(
  fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 30 })).map(
    ([one, other]): Range => ({
      first: BigInt(Math.min(one, other)),
      last: BigInt(Math.max(one, other)),
    }),
  ),
  { maxLength: 5 },
);
const numbersIn = (ranges: readonly Range[]): readonly number[] =>
  Array.from({ length: 31 }, (_, number) => number).filter((number) =>
    ranges.some(({ first, last }) => first <= number && number <= last),
  );

test('ranges are sets of numbers', () => {
  fc.assert(
    fc.property(anyRanges, anyRanges, (some, others) => {
      const [these, those] = [numbersIn(some), numbersIn(others)];
      expect(numbersIn(union(some))).toEqual(these);
      expect(numbersIn(overlap(some, others))).toEqual(these.filter((number) => those.includes(number)));
      expect(numbersIn(without(some, others))).toEqual(these.filter((number) => !those.includes(number)));
      expect(covers(some, others)).toBe(those.every((number) => these.includes(number)));
      expect(sizeOf(some)).toBe(BigInt(these.length));
      const tidy = union(some);
      expect(tidy.every(({ first }, index) => index === 0 || first > (tidy[index - 1]?.last ?? first) + 1n)).toBe(true);
    }),
  );
});
