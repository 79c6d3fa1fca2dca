import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FileLine } from '#use-cases/read-export.ts';
import { linesOf } from './lines.ts';

async function* bytes(...chunks: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}
const read = (...chunks: readonly (string | Uint8Array)[]): Promise<readonly FileLine[]> =>
  Array.fromAsync(linesOf(bytes(...chunks)));
const texts = (found: readonly FileLine[]): readonly (string | undefined)[] =>
  found.map(({ text }) => (text.ok ? text.value : undefined));

describe('lines', () => {
  test('end with a line feed, with a carriage return before it or not, and the last with neither', async () => {
    expect(texts(await read('a\nb\r\n\nc'))).toEqual(['a', 'b', '', 'c']);
    expect(await read()).toEqual([]);
  });

  test('are the same wherever the bytes are cut', async () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'é', '\n', '😀'), maxLength: 30 });
    const property = fc.asyncProperty(text, fc.array(fc.nat({ max: 40 })), async (whole, cuts) => {
      const all = Buffer.from(whole);
      const places = [0, ...cuts.map((cut) => Math.min(cut, all.length)).sort((one, other) => one - other), all.length];
      const chunks = places.slice(1).map((to, index) => all.subarray(places[index], to));
      expect(await read(...chunks)).toEqual(await read(all));
      expect(texts(await read(all)).join('\n')).toBe(whole.replace(/\n$/, ''));
    });
    await fc.assert(property);
  });

  test('that are no text are said to be so, and the others are there', async () => {
    const found = await read('a\n', Uint8Array.of(0xff, 0x00, 0x0a), 'b\n');
    expect(found[1]?.text).toEqual({ ok: false, error: 'it is not text in UTF-8' });
    expect(texts(found)).toEqual(['a', undefined, 'b']);
  });

  test('that are too long are not kept, and the others are there', async () => {
    const much = new Uint8Array(1024 * 1024).fill(0x61);
    const found = await read('a\n', ...Array.from({ length: 40 }, () => much), '\nb\n');
    expect(found[1]?.text).toEqual({ ok: false, error: 'it is longer than 16 MiB, which no entry is' });
    expect(texts(found)).toEqual(['a', undefined, 'b']);
  });

  test('begin behind a mark of the order of bytes', async () => {
    expect(texts(await read('\uFEFFa\n'))).toEqual(['a']);
  });
});
