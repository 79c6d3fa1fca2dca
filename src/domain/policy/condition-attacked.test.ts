import { expect, test } from 'vitest';
import type { Json } from '#domain/json.ts';
import type { Answer, Found } from '#domain/policy/policy.ts';
import { facts } from '#test/build/conditions.ts';
import { compileCondition } from './condition.ts';

const holds = (text: string, found: Partial<Found> = {}): Answer => {
  const compiled = compileCondition(text);
  if (!compiled.ok) throw new Error(compiled.error);
  return compiled.value.holds(facts, { risk: { level: 'none', findings: [] }, before: [], after: [], ...found });
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
  expect(compileCondition('risk.level == "severe"')).toMatchObject({ ok: false });
});

const inNamespace = (text: string, namespaceLabels?: Readonly<Record<string, string>>): Answer => {
  const compiled = compileCondition(text);
  if (!compiled.ok) throw new Error(compiled.error);
  const request = { ...facts.request, ...(namespaceLabels === undefined ? {} : { namespaceLabels }) };
  return compiled.value.holds({ ...facts, request }, { risk: { level: 'none', findings: [] }, before: [], after: [] });
};

test.each([
  ['request.namespaceLabels["env"] == "prod"', 'yes'],
  ['request.namespaceLabels.env == "prod"', 'yes'],
  ['"env" in request.namespaceLabels', 'yes'],
  ['"team" in request.namespaceLabels', 'no'],
  ['has(request.namespaceLabels.team)', 'no'],
  ['request.namespaceLabels["acme.test/tier"].startsWith("1")', 'yes'],
  ['"constructor" in request.namespaceLabels', 'no'],
  ['request.namespaceLabels.team == "shop"', 'failed'],
  ['request.namespaceLabels.toString == "x"', 'failed'],
] as const)('labels of the namespace are asked about by their names: %s', (text, type) => {
  expect(inNamespace(text, { env: 'prod', 'acme.test/tier': '1st' })).toMatchObject({ type });
});

test.each([
  'request.namespaceLabels.env == "prod"',
  '!("env" in request.namespaceLabels)',
  '!has(request.namespaceLabels)',
  'true || request.namespaceLabels.env == "prod"',
  'request["namespaceLabels"]["env"] == "prod"',
])('what speaks of labels that nobody could look up has failed, however it asks: %s', (text) => {
  expect(inNamespace(text)).toMatchObject({ type: 'failed' });
});

test('a label is a text: what compares it with another sort of value is a problem of the policy', () => {
  expect(compileCondition('request.namespaceLabels.env == 3')).toMatchObject({ ok: false });
  expect(compileCondition('request.namespacelabels.env == "x"')).toMatchObject({ ok: false });
});

test.each(['request.source == "slak"', '"Slack" != request.source', 'request.source in ["slack", "email"]'])(
  'a source that there is not is a problem of the policy: %s',
  (text) => {
    expect(compileCondition(text)).toMatchObject({ ok: false, error: expect.stringContaining('there is no source') });
  },
);

test.each([
  ['request.source == "slack"', 'yes'],
  ['request.source in ["kubectl", "mcp"]', 'no'],
  ['request.reason == "slak"', 'no'],
] as const)('a condition may speak of the source: %s', (text, type) => {
  expect(holds(text)).toEqual({ type });
});
