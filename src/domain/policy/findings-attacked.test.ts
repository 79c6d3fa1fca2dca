import { describe, expect, test } from 'vitest';
import { rules } from '#domain/risk/rules.ts';
import { compileCondition } from './condition.ts';

describe('a condition that could never hold is refused when it is read', () => {
  test.each([
    ['a severity', 'risk.findings.exists(f, f.severity == "hihg")'],
    ['what becomes of it', 'risk.findings.exists(f, f.change == "introduced")'],
    ['a field', 'risk.findings.exists(f, f.severty == "high")'],
    ['a rule of risk', 'risk.findings.exists(f, f.rule == "ingress-snippets")'],
  ])('for it misspells %s', (_, text) => {
    expect(compileCondition(text).ok).toBe(false);
  });

  test('and is taken where it is spelt well', () => {
    const [one] = rules;
    expect(compileCondition(`risk.findings.exists(f, f.rule == "${one?.name}" && f.severity == "high")`).ok).toBe(true);
  });
});
