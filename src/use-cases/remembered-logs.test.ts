import { expect, test } from 'vitest';
import { requestIdFrom } from '#domain/ids.ts';
import { extend, type Trust } from '#domain/request/chain.ts';
import { alice, id } from '#test/build/people.ts';
import { later, noon, submitted } from '#test/build/requests.ts';
import { createMemoryKeys } from '#test/memory/keys.ts';
import { createRememberedLogs } from './remembered-logs.ts';

const keys = createMemoryKeys();
/** Counts the signatures that are looked at. */
const counting = () => {
  const counts = { verified: 0 };
  const trust: Trust = {
    ...keys.trust,
    verify: (...given) => {
      counts.verified += 1;
      return keys.trust.verify(...given);
    },
  };
  return { counts, trust };
};
const written = (of = id(), reason = 'checkout 502s') =>
  extend(of, undefined, [{ ...submitted(), reason }], noon, keys.signer('bot'), keys.trust);

test('the same lines are believed again without a look at each signature', () => {
  const { counts, trust } = counting();
  const read = createRememberedLogs();
  const { lines, chain } = written();
  expect(read(id(), lines, trust)).toEqual({ ok: true, value: chain });
  expect(read(id(), [...lines], trust)).toEqual({ ok: true, value: chain });
  expect(counts.verified).toBe(1);
});

test('a letter that is another is found, and what was there before is believed again afterwards', () => {
  const { trust } = counting();
  const read = createRememberedLogs();
  const { lines, chain } = written();
  const altered = lines.map((line) => line.replace('502', '503'));
  expect(read(id(), lines, trust).ok).toBe(true);
  expect(read(id(), altered, trust)).toMatchObject({ ok: false, error: { why: 'its signature is not valid' } });
  expect(read(id(), altered, trust).ok).toBe(false);
  expect(read(id(), lines, trust)).toEqual({ ok: true, value: chain });
});

test('of a log that was added to only the new lines are looked at, which have to follow', () => {
  const { counts, trust } = counting();
  const read = createRememberedLogs();
  const { lines, chain } = written();
  const grown = extend(id(), chain, [{ type: 'withdrawn', by: alice }], later(1), keys.signer('bot'), keys.trust);
  read(id(), lines, trust);
  const foreign = extend(
    id(),
    written(id(), 'another').chain,
    [{ type: 'withdrawn', by: alice }],
    later(1),
    keys.signer('bot'),
    keys.trust,
  );
  expect(read(id(), [...lines, ...foreign.lines], trust)).toMatchObject({
    ok: false,
    error: { version: 2, why: 'it does not follow the entry before it' },
  });
  expect(counts.verified).toBe(1);
  read(id(), lines, trust);
  expect(read(id(), [...lines, ...grown.lines], trust)).toEqual({ ok: true, value: grown.chain });
  expect(counts.verified).toBe(3);
  // A first line that is another is found behind the same last ones.
  const altered = lines.map((line) => line.replace('502', '503'));
  expect(read(id(), [...altered, ...grown.lines], trust)).toMatchObject({ ok: false, error: { version: 1 } });
});

test('lines that were believed of one request are not of another', () => {
  const { trust } = counting();
  const read = createRememberedLogs();
  const { lines } = written();
  read(id(), lines, trust);
  expect(read(id('abcd-ef'), lines, trust).ok).toBe(false);
});

test('more of the log, less of it and none of it are what they are', () => {
  const { trust } = counting();
  const read = createRememberedLogs();
  const { lines, chain } = written();
  const grown = extend(id(), chain, [{ type: 'withdrawn', by: alice }], later(1), keys.signer('bot'), keys.trust);
  read(id(), lines, trust);
  expect(read(id(), [...lines, ...grown.lines], trust)).toEqual({ ok: true, value: grown.chain });
  expect(read(id(), lines, trust)).toEqual({ ok: true, value: chain });
  expect(read(id(), [], trust)).toEqual({ ok: true, value: undefined });
});

const nth = (n: number) => requestIdFrom(Buffer.from([1, 1, 1, n / 900, (n / 30) % 30, n % 30]));

test('neither many logs nor a long one fill the memory', () => {
  const { counts, trust } = counting();
  const read = createRememberedLogs();
  const first = written();
  read(id(), first.lines, trust);
  for (let n = 0; n < 550; n += 1) read(nth(n), written(nth(n), 'x'.repeat(15_000)).lines, trust);
  const before = counts.verified;
  read(id(), first.lines, trust);
  expect(counts.verified).toBe(before + 1);
  const long = written(id('abcd-ef'), 'x'.repeat(20_000));
  read(id('abcd-ef'), long.lines, trust);
  read(id('abcd-ef'), long.lines, trust);
  expect(counts.verified).toBe(before + 3);
});

test('nor do logs that are not there', () => {
  const { counts, trust } = counting();
  const read = createRememberedLogs();
  const first = written();
  read(id(), first.lines, trust);
  for (let n = 0; n < 16_000; n += 1) read(nth(n), [], trust);
  read(id(), first.lines, trust);
  expect(counts.verified).toBe(2);
});

test('two thousand grants that end at once are all remembered', () => {
  const { counts, trust } = counting();
  const read = createRememberedLogs();
  const logs = Array.from({ length: 2_000 }, (_, n) => ({ of: nth(n), lines: written(nth(n)).lines }));
  for (const { of, lines } of [...logs, ...logs]) read(of, lines, trust);
  expect(counts.verified).toBe(2_000);
});
