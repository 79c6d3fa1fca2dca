import { expect, test } from 'vitest';
import { harmless } from './harmless.ts';
import { sayJson } from './manifest-check-text.ts';

test.each([
  ['::error::gone', '[U+003A]:error::gone'],
  ['fine\n \u00a0::set-output name=ok::yes', 'fine\n \u00a0[U+003A]:set-output name=ok::yes'],
  ['a.yaml:1: Role shop/##[add-mask]high', 'a.yaml:1: Role shop/[U+0023]#[add-mask]high'],
  ['Role ###vso[task.setvariable variable=ok]yes', 'Role [U+0023][U+0023]#vso[task.setvariable variable=ok]yes'],
])('what a runner of jobs would obey is shown: %j', (text, shown) => {
  expect(harmless(text)).toBe(shown);
  expect(harmless(shown)).toBe(shown);
});

test.each(['k8s/a.yaml:7: HIGH  Role shop/web::x', '## Title', 'colour #aabbcc', '# [x]', 'fe80::1', '-::1'])(
  'all else stays: %j',
  (text) => expect(harmless(text)).toBe(text),
);

test('however much of what is none there is, that takes no time', () => {
  const begun = performance.now();
  for (const text of ['#', '##a', ':', ' ::', ' '])
    expect(harmless(`x${text.repeat(200_000)}`)).toHaveLength(1 + 200_000 * text.length);
  expect(performance.now() - begun).toBeLessThan(2_000);
});

test('in JSON it is written otherwise, and means the same', () => {
  const said = sayJson({ object: 'Role shop/\\##[add-mask]high', name: '###vso[x]' });
  expect(harmless(said)).toBe(said);
  expect(JSON.parse(said)).toEqual({ object: 'Role shop/\\##[add-mask]high', name: '###vso[x]' });
});
