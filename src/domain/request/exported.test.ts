import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { id } from '#test/build/people.ts';
import { submitted } from '#test/build/requests.ts';
import { createMemoryKeys } from '#test/memory/keys.ts';
import { extend } from './chain.ts';
import { exportEndLine, exportedLine, readExported } from './exported.ts';

const keys = createMemoryKeys();
const noon = Temporal.Instant.from('2026-11-20T12:00:00Z');
const { lines } = extend(id(), undefined, [submitted()], noon, keys.signer('bot'), keys.trust);
const stored = lines[0] ?? '';

describe('an entry', () => {
  test('is its own line, to the letter', () => {
    expect(exportedLine(id(), 1, stored)).toBe(stored);
    expect(readExported(stored)).toEqual({ ok: true, value: { type: 'entry', request: id(), text: stored } });
  });

  test.each([
    ['of another request', id('aaaa-bb'), 1, stored],
    ['at another place', id(), 2, stored],
    ['over several lines', id(), 1, JSON.stringify(JSON.parse(stored), null, 2)],
    ['of a later schema', id(), 1, stored.replace('"schema":1', '"schema":2')],
    ['cut in half', id(), 1, stored.slice(0, 40)],
    [
      'deeper than recursion goes',
      id(),
      1,
      stored.replace('"event":', `"event":${'[{"a":'.repeat(9_000)}1${'}]'.repeat(9_000)},"old":`),
    ],
  ])('%s is kept word for word under where it stood', (_, request, version, text) => {
    const line = exportedLine(request, version, text);
    expect(line).not.toBe(text);
    expect(JSON.parse(line)).toEqual({ unreadable: { request, version, text } });
  });
});

test('whatever stands in a log is one line, and comes back as it was', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.json({ maxDepth: 3 })),
      fc.integer({ min: 1 }),
      (text, version) => {
        const line = exportedLine(id(), version, text);
        expect(line).not.toMatch(/[\r\n]/);
        expect(readExported(line)).toEqual({ ok: true, value: { type: 'entry', request: id(), text } });
      },
    ),
  );
});

test('the last line says how much there is', () => {
  const said = { at: '2026-11-20T12:00:00Z', requests: 2, entries: 7 };
  expect(readExported(exportEndLine(said))).toEqual({ ok: true, value: { type: 'end', ...said } });
});

test.each([
  ['half a line', stored.slice(0, 40), 'it is not JSON'],
  ['nothing', '', 'it is not JSON'],
  ['a list', '[]', 'it is no entry of a request’s log'],
  ['a word', '"k7m2-qx"', 'it is no entry of a request’s log'],
  ['of no request', '{"request":"prod"}', 'it is no entry of a request’s log'],
  ['null', 'null', 'it is no entry of a request’s log'],
])('a line that is %s is refused', (_, line, error) => {
  expect(readExported(line)).toEqual({ ok: false, error });
});
