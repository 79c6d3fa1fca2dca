import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Found } from '#domain/policy/policy.ts';
import { nothingReached } from '#domain/radius/radius.ts';
import { facts } from '#test/build/conditions.ts';
import { compileCondition } from './condition.ts';
import { compilePattern } from './pattern.ts';

const deployment = { kind: 'Deployment', metadata: { name: 'web', labels: { 'a.b/c': 'x' } }, spec: { replicas: 5 } };
const found: Found = {
  risk: { level: 'none', findings: [] },
  radius: nothingReached,
  before: [null],
  after: [deployment],
};

const ask = (text: string, about: Partial<Found> = {}) => {
  const compiled = compileCondition(text);
  if (!compiled.ok) throw new Error(compiled.error);
  return compiled.value.holds(facts, { ...found, ...about });
};

test.each([
  ['request.cluster == "prod" && request.seconds <= 900', 'yes'],
  ['request.cluster == "dev"', 'no'],
  ['request.profiles.exists(p, p == "ingresses")', 'yes'],
  ['"engineers" in requester.groups', 'yes'],
  ['request.reason.matches("^(OPS|INC)-[0-9]+")', 'yes'],
  ['request.reason.matches("^nothing")', 'no'],
  ['after.all(o, o.spec.replicas <= 10)', 'yes'],
  ['after[0].spec.replicas == 5', 'yes'],
  ['after[0].metadata.labels["a.b/c"] == "x"', 'yes'],
  ['after.exists(o, has(o.spec.hostNetwork) && o.spec.hostNetwork)', 'no'],
  ['before[0] == null', 'yes'],
  ['risk.level in ["none", "high"]', 'yes'],
  ['risk.findings.exists(f, f.rule == "ingress-snippet")', 'no'],
  ['radius.opened == 0 && !radius.fromEverywhere && size(radius.gains) == 0', 'yes'],
  ['now < timestamp("2026-12-24T00:00:00Z")', 'yes'],
  ['now.getHours("Europe/Berlin") == 11', 'yes'],
])('%s: %s', (text, type) => {
  expect(ask(text)).toEqual({ type });
});

test.each([
  ['a key that is not there', 'after.all(o, o.metadata.labels["team"] == "x")', 'no such key'],
  ['a place that is not there', 'after[7].spec.replicas == 1', ''],
  ['a division by zero', 'request.seconds / 0 == 1', 'division by zero'],
  ['a comparison of what cannot be compared', 'after[0].spec < 3', ''],
  [
    'a pattern that comes from the object and is none',
    'request.reason.matches(after[0].metadata.labels["a.b/c"] + "(")',
    'not a regular expression',
  ],
  ['what is neither yes nor no', 'after[0].spec.replicas', ''],
])('%s is no answer', (_, text, why) => {
  const compiled = compileCondition(text);
  if (!compiled.ok) return expect(compiled.error).toContain(why);
  expect(compiled.value.holds(facts, found)).toMatchObject({ type: 'failed', why: expect.stringContaining(why) });
});

describe('is refused when it is read', () => {
  test.each([
    ['a misspelt field', 'request.clusterr == "prod"', 'clusterr'],
    ['an unknown variable', 'user.name == "x"', 'user'],
    ['a comparison of a number with a text', 'request.seconds < "900"', ''],
    ['what says no yes or no', 'request.seconds', 'it says int, not yes or no'],
    ['what is no expression', 'request.cluster = "prod"', ''],
    ['half of one', 'request.cluster ==', ''],
    ['nothing', '', ''],
    ['a pattern that is none', 'request.reason.matches("(")', 'is not a regular expression'],
    ['a pattern with look-around', 'request.reason.matches("(?=a)")', 'is not a regular expression'],
    ['what is too long', Array.from({ length: 3_000 }, () => 'true').join(' && '), 'Exceeded'],
    ['what is too deep', `${'('.repeat(200)}true${')'.repeat(200)}`, 'Exceeded'],
    ['the name of what stands in for matches', 'request.reason.matchesInLinearTime("a")', 'Write "matches"'],
  ])('%s', (_, text, why) => {
    const compiled = compileCondition(text);
    expect(compiled).toMatchObject({ ok: false, error: expect.stringContaining(why) });
  });
});

test('nothing that is inherited is found in an object', () => {
  for (const key of ['constructor', '__proto__', 'toString', 'hasOwnProperty'])
    expect(ask(`after[0].${key} == null`)).toMatchObject({ type: 'failed' });
  expect(ask('"constructor" in after[0]')).toEqual({ type: 'no' });
});

test('whatever an object holds, an answer comes of it, and nothing throws', () => {
  const conditions = [
    'after.all(o, o.spec.replicas < 3)',
    'after[0].a.b == "c"',
    'before[0] == after[0]',
    'size(after[0]) > 1',
  ];
  fc.assert(
    fc.property(fc.constantFrom(...conditions), fc.jsonValue(), fc.jsonValue(), (text, one, other) => {
      expect(['yes', 'no', 'failed']).toContain(ask(text, { before: [one as never], after: [other as never] }).type);
    }),
    { numRuns: 300 },
  );
});

test('a pattern that takes for ever elsewhere is answered in a moment', () => {
  const begin = performance.now();
  const pattern = compilePattern('^(a+)+$');
  expect(pattern.ok && pattern.value.matches(`${'a'.repeat(50_000)}b`)).toBe(false);
  expect(ask(`after[0].text.matches("^(a+)+$")`, { after: [{ text: `${'a'.repeat(50_000)}b` }] })).toEqual({
    type: 'no',
  });
  expect(performance.now() - begin).toBeLessThan(2_000);
});
