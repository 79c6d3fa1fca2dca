import { expect, test } from 'vitest';
import type { Json } from '#domain/json.ts';
import type { Answer, Found } from '#domain/policy/policy.ts';
import { facts } from '#test/build/conditions.ts';
import { compileCondition } from './condition.ts';

const holds = (text: string, found: Partial<Found> = {}): Answer => {
  const compiled = compileCondition(text);
  if (!compiled.ok) throw new Error(compiled.error);
  return compiled.value.holds(facts, { risk: 'none', before: [], after: [], ...found });
};
const scaled = (web: number, api: number): Partial<Found> => ({
  after: [{ spec: { replicas: web } }, { spec: { replicas: api } }] as Json[],
});

test.each([
  ['20 - (int(after[0].spec.replicas) + int(after[1].spec.replicas)) >= 0', scaled(15, 15), 'no'],
  ['20 - (int(after[0].spec.replicas) + int(after[1].spec.replicas)) >= 0', scaled(5, 5), 'yes'],
  ['request.seconds - (900 - 600) <= 0', {}, 'no'],
  ['now - (timestamp("2026-11-26T09:00:00Z") - duration("1h")) <= duration("1h")', {}, 'no'],
  ['(request.seconds > 60) == (request.kind == "change")', {}, 'yes'],
] as const)('parentheses keep their meaning in %s', (text, found, type) => {
  expect(holds(text, found)).toEqual({ type });
});

test.each([
  'bool(before[0].data.secret)',
  '"x".matches(before[0].data.secret + "(")',
  'before[0][before[0].data.secret] == 1',
  'now.getHours(before[0].data.secret) == 1',
  'duration(before[0].data.secret) > duration("1s")',
])('what fails quotes nothing of the object: %s', (text) => {
  const answer = holds(text, { before: [{ data: { secret: 'geheim-hunter2' } }] });
  expect(answer).toMatchObject({ type: 'failed' });
  expect(JSON.stringify(answer)).not.toContain('hunter2');
});

test('what fails is said in few words, however long what is there', () => {
  const answer = holds('bool(before[0].data.secret)', { before: [{ data: { secret: 'a'.repeat(500_000) } }] });
  expect(JSON.stringify(answer).length).toBeLessThan(1_000);
});

test('a risk that there is not is a problem of the policy, not a condition that never holds', () => {
  expect(compileCondition('risk == "severe"')).toMatchObject({ ok: false });
});
