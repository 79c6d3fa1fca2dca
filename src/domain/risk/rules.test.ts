import { describe, expect, test } from 'vitest';
import { readRuleFiles } from '#test/build/rule-files.ts';
import { isCve, severities } from './finding.ts';
import { rules } from './rules.ts';

const files = await readRuleFiles();

test('every rule that there is a file of is among all rules, once', () => {
  const forgotten = files.filter((one) => one.rules.some((rule) => !rules.includes(rule))).map(({ file }) => file);
  expect(forgotten, 'missing in rules.ts').toEqual([]);
  expect(rules).toHaveLength(files.length);
  expect(new Set(rules.map(({ name }) => name)).size, 'names of their own').toBe(rules.length);
});

test('every rule has a file and a test of its own', () => {
  expect(files.filter((one) => one.rules.length > 1).map(({ file }) => file)).toEqual([]);
  const untested = files.filter(({ isTested }) => !isTested).map(({ file }) => file);
  expect(untested, 'without a test beside it').toEqual([]);
});

test('a rule is called as its file, with its folder before that where it says more', () => {
  const misnamed = files.flatMap(({ file, rules: [rule] }) => {
    const [folder = '', stem = ''] = file.replace(/\.ts$/, '').split('/');
    const names = [stem, `${folder}-${stem}`, `${folder.split('-').at(-1)}-${stem}`];
    return rule !== undefined && names.includes(rule.name) ? [] : [`${file}: ${rule?.name}`];
  });
  expect(misnamed).toEqual([]);
});

describe.each(rules.map((rule) => [rule.name, rule] as const))('%s', (_, { severity, sources }) => {
  test('says how bad it is, and from where that is known', () => {
    expect(severities).toContain(severity);
    expect(sources.filter((source) => !isCve(source) && !/^https:\/\/[a-z0-9.-]+\/\S+$/.test(source))).toEqual([]);
    expect(new Set(sources).size, 'each source once').toBe(sources.length);
  });
});
