import fc from 'fast-check';
import { expect, test } from 'vitest';
import { everything } from '#test/build/conditions.ts';
import { rule } from '#test/build/policy.ts';
import { appliesTo, fitsLabels, looksAtLabels, matches } from './policy.ts';

/** What a pattern means, by a regular expression. */
const reference = (pattern: string, text: string): boolean => {
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^]*')}$`).test(text);
};

test.each([
  ['*', '', true],
  ['*', 'anything', true],
  ['shop-*', 'shop-front', true],
  ['shop-*', 'shop-', true],
  ['shop-*', 'shop', false],
  ['shop-*', 'web-shop-front', false],
  ['*-prod', 'shop-prod', true],
  ['*-prod', 'shop-prod-old', false],
  ['a*a', 'a', false],
  ['a*a', 'aa', true],
  ['a*b*a', 'aba', true],
  ['a*b*b', 'ab', false],
  ['sh.p', 'shop', false],
  ['[a-z]', 'a', false],
  ['shop', 'shop\n', false],
  ['', '', true],
  ['', 'a', false],
])('"%s" on %j: %s', (pattern, text, expected) => {
  expect(matches(pattern, text)).toBe(expected);
});

test('a pattern means what the regular expression means', () => {
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '.'), maxLength: 8 });
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '\n'), maxLength: 10 });
  fc.assert(
    fc.property(pattern, text, (one, other) => {
      expect(matches(one, other)).toBe(reference(one, other));
    }),
    { numRuns: 2_000 },
  );
});

test('a pattern of many stars does not take long on a long text that nearly matches', () => {
  const begin = performance.now();
  expect(matches(`${'a*'.repeat(200)}b`, 'a'.repeat(200_000))).toBe(false);
  expect(matches(`${'*a'.repeat(200)}*b*c`, 'a'.repeat(200_000))).toBe(false);
  expect(performance.now() - begin).toBeLessThan(500);
});

test('a rule speaks of something only when cluster, namespace, kind and profile all match', () => {
  const spoken = rule({
    match: { clusters: ['prod'], namespaces: ['shop-*', 'web'], kinds: ['access'], profiles: ['ingress-*'] },
  });
  const question = {
    cluster: 'prod',
    namespace: 'shop-front',
    kind: 'access',
    profile: 'ingress-edit',
    reachesFurther: false,
  };
  expect(appliesTo(spoken, question)).toBe(true);
  expect(appliesTo(spoken, { ...question, namespace: 'web' })).toBe(true);
  expect(appliesTo(spoken, { ...question, cluster: 'dev' })).toBe(false);
  expect(appliesTo(spoken, { ...question, namespace: 'bank' })).toBe(false);
  expect(appliesTo(spoken, { ...question, kind: 'open' })).toBe(false);
  expect(appliesTo(spoken, { ...question, profile: 'secret-read' })).toBe(false);
});

test('a profile that reaches beyond the namespace is spoken of by its name only, never by a pattern', () => {
  const question = {
    cluster: 'prod',
    namespace: 'shop',
    kind: 'access',
    profile: 'controller',
    reachesFurther: true,
  };
  const by = (profiles: string[]) => rule({ match: { clusters: ['*'], namespaces: ['*'], kinds: ['*'], profiles } });
  expect(appliesTo(by(['*']), question)).toBe(false);
  expect(appliesTo(by(['contr*']), question)).toBe(false);
  expect(appliesTo(by(['*', 'controller']), question)).toBe(true);
});

test.each<[wanted: Record<string, string[]> | undefined, labels: Record<string, string> | undefined, fits: string]>([
  [undefined, undefined, 'yes'],
  [{ env: ['prod'] }, undefined, 'unknown'],
  [{ env: ['prod'] }, { env: 'prod', team: 'shop' }, 'yes'],
  [{ env: ['prod'] }, { env: 'production' }, 'no'],
  [{ env: ['prod*', 'stage'] }, { env: 'production' }, 'yes'],
  [{ env: ['prod*', 'stage'] }, { env: 'stage' }, 'yes'],
  [{ env: ['prod'] }, {}, 'no'],
  [{ env: ['*'] }, {}, 'no'],
  [{ env: ['*'] }, { env: '' }, 'yes'],
  [{ env: ['prod'], team: ['shop'] }, { env: 'prod' }, 'no'],
  [{ env: ['prod'], team: ['shop'] }, { env: 'prod', team: 'shop' }, 'yes'],
  [{ constructor: ['*'] }, {}, 'no'],
  [{ toString: ['*'] }, { env: 'prod' }, 'no'],
])('of a rule for %j a namespace labelled %j: %s', (namespaceLabels, labels, fits) => {
  const one = rule({ match: { ...everything, namespaceLabels } });
  expect(fitsLabels(one, labels)).toBe(fits);
  expect(looksAtLabels(one)).toBe(namespaceLabels !== undefined);
});
