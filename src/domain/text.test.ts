import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cut, few, oneLine, visible } from './text.ts';

test.each([
  ['a right-to-left override', '\u202e', '[U+202E]'],
  ['a right-to-left embedding', '\u202b', '[U+202B]'],
  ['an isolate', '\u2066', '[U+2066]'],
  ['the end of an isolate', '\u2069', '[U+2069]'],
  ['a left-to-right mark', '\u200e', '[U+200E]'],
  ['an Arabic letter mark', '\u061c', '[U+061C]'],
  ['a zero-width space', '\u200b', '[U+200B]'],
  ['a zero-width joiner', '\u200d', '[U+200D]'],
  ['a word joiner', '\u2060', '[U+2060]'],
  ['a byte order mark', '\ufeff', '[U+FEFF]'],
  ['a soft hyphen', '\u00ad', '[U+00AD]'],
  ['a combining grapheme joiner', '\u034f', '[U+034F]'],
  ['a Hangul filler', '\u3164', '[U+3164]'],
  ['a variation selector', '\ufe01', '[U+FE01]'],
  ['a supplementary variation selector', '\u{e0101}', '[U+E0101]'],
  ['a musical format character', '\u{1d173}', '[U+1D173]'],
  ['a tag character', '\u{e0041}', '[U+E0041]'],
  ['a null', '\u0000', '[U+0000]'],
  ['an escape', '\u001b', '[U+001B]'],
  ['a tab', '\t', '[U+0009]'],
  ['a carriage return of its own', '\r', '[U+000D]'],
  ['a delete', '\u007f', '[U+007F]'],
  ['a next line', '\u0085', '[U+0085]'],
  ['a line separator', '\u2028', '[U+2028]'],
  ['a paragraph separator', '\u2029', '[U+2029]'],
  ['half a character', '\ud800', '[U+D800]'],
])('%s is shown as what it is', (_, character, shown) => {
  expect(visible(`a${character}b`)).toBe(`a${shown}b`);
});

test('ordinary text of any script, emoji and line feeds stay as they are', () => {
  const text = 'checkout 502s\nпроверка 結帳 ✔ ❤️ 🚀 é e\u0301 עברית';
  expect(visible(text)).toBe(text);
});

test('the variation selector that colours an emoji is shown where there is none', () => {
  expect(visible('pay\ufe0fments')).toBe('pay[U+FE0F]ments');
  expect(visible('1\ufe0f\u20e3')).toBe('1\ufe0f\u20e3');
});

test('lines that end as on Windows end as everywhere', () => {
  expect(visible('one\r\ntwo')).toBe('one\ntwo');
});

/** Any text of code units that belong together or not. */
const anything = fc
  .array(fc.oneof(fc.integer({ max: 0x10ffff, min: 0 }), fc.integer({ max: 0x2100, min: 0 })), { maxLength: 10 })
  .map((codes) => String.fromCodePoint(...codes));

test('no text holds a character that hides or reorders once it is visible', () => {
  fc.assert(
    fc.property(anything, (text) => {
      expect(visible(text)).not.toMatch(
        /[\0-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u2060-\u206f\ufeff]|\p{Bidi_Control}|\p{Cs}|[\u{e0000}-\u{e0fff}]/u,
      );
    }),
  );
});

test('on one line there is no line feed and no run of white space', () => {
  expect(oneLine('  restart\n\n  checkout \u2028 now ')).toBe('restart checkout [U+2028] now');
});

test('a text that fits is not cut', () => {
  expect(cut('abc', 3)).toBe('abc');
});

test('a cut says so with an ellipsis within the limit', () => {
  expect(cut('abcdef', 4)).toBe('abc…');
});

test.each([
  ['an emoji of two halves', 'ab🚀cd', 4, 'ab…'],
  ['a family of several emoji', 'a👩‍👩‍👧‍👦bc', 8, 'a…'],
  ['a letter and its accent', 'abe\u0301cd', 4, 'ab…'],
  ['a flag', 'a🇨🇭bc', 4, 'a…'],
])('a cut does not split %s', (_, text, limit, expected) => {
  expect(cut(text, limit)).toBe(expected);
});

test('a cut never exceeds the limit and never splits a character', () => {
  const characters = fc.string({ unit: 'grapheme', maxLength: 40 });
  fc.assert(
    fc.property(characters, fc.integer({ min: 1, max: 40 }), (text, limit) => {
      const short = cut(text, limit);
      expect(short.length).toBeLessThanOrEqual(limit);
      expect(short.isWellFormed()).toBe(true);
      if (short === text) return;
      const kept = short.slice(0, -1);
      expect(text.startsWith(kept)).toBe(true);
      const whole = [...new Intl.Segmenter('en').segment(text)].map(({ index }) => index);
      expect(whole).toContain(kept.length);
    }),
  );
});

test('the first of many are named, and the others counted', () => {
  expect(few([], 2)).toBe('');
  expect(few(['a', 'b'], 2)).toBe('a, b');
  expect(few(['a', 'b', 'c', 'd'], 2)).toBe('a, b and 2 more');
});
