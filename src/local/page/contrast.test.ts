import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const css = readFileSync(new URL('./browser/layout.css', import.meta.url), 'utf8');

type Theme = 'light' | 'dark';

const hexOf = (value: string, theme: Theme): string | undefined => {
  const [, light, dark] = /^light-dark\((#\w+), (#\w+)\)$/.exec(value) ?? [];
  return light === undefined ? /^#\w+$/.exec(value)?.[0] : theme === 'light' ? light : dark;
};

const colour = (name: string, theme: Theme): readonly number[] => {
  const value = new RegExp(`--${name}: (.+);`).exec(css)?.[1] ?? '';
  const hex = hexOf(value, theme);
  if (hex === undefined) throw new Error(`--${name} is no colour: ${value}`);
  const long = hex.length === 4 ? hex.replaceAll(/\w/g, '$&$&') : hex;
  return [1, 3, 5].map((at) => Number.parseInt(long.slice(at, at + 2), 16) / 255);
};

/** WCAG 2.2, "relative luminance" and "contrast ratio". */
const luminance = (channels: readonly number[]): number => {
  const [red = 0, green = 0, blue = 0] = channels.map((one) =>
    one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};
const contrast = (one: readonly number[], other: readonly number[]): number => {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
};

/** What is read on what. */
const texts: readonly (readonly [string, string])[] = [
  ['text', 'page'],
  ['text', 'raised'],
  ['text', 'hover'],
  ['text', 'code'],
  ['text', 'ephemeral'],
  ['quiet', 'page'],
  ['quiet', 'raised'],
  ['quiet', 'hover'],
  ['quiet', 'ephemeral'],
  ['link', 'page'],
  ['link', 'hover'],
  ['link', 'mention'],
  ['link', 'mention-me'],
  ['bad-text', 'page'],
  ['bad-text', 'raised'],
  ['code-text', 'code'],
  ['key', 'code'],
  ['diff-in', 'diff-in-back'],
  ['diff-out', 'diff-out-back'],
  ['diff-at', 'diff-at-back'],
  ['text', 'diff-in-back'],
  ['key', 'diff-in-back'],
  ['wait', 'wait-back'],
  ['live', 'live-back'],
  ['over', 'over-back'],
  ['live', 'raised'],
  ['side-text', 'side'],
  ['side-strong', 'side-current'],
];
/** Edges and marks by which something is found (WCAG 1.4.11). */
const marks: readonly (readonly [string, string])[] = [
  ['focus', 'page'],
  ['focus', 'raised'],
  ['edge', 'page'],
  ['edge', 'raised'],
  ['live', 'page'],
  ['bad', 'page'],
];

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  test.each(texts)('%s can be read on %s', (front, back) => {
    expect(contrast(colour(front, theme), colour(back, theme))).toBeGreaterThanOrEqual(4.5);
  });
  test.each(marks)('%s can be seen on %s', (front, back) => {
    expect(contrast(colour(front, theme), colour(back, theme))).toBeGreaterThanOrEqual(3);
  });
  test.each(['good', 'bad'])('white can be read on %s', (back) => {
    expect(contrast([1, 1, 1], colour(back, theme))).toBeGreaterThanOrEqual(4.5);
  });
});
