import { expect, test } from 'vitest';
import { ok } from '#domain/result.ts';
import { problemsOf, rulesFile } from './rules-file.ts';

const compile = {
  condition: (text: string) => ok({ text, holds: () => ({ type: 'yes' }) as const, speaksOf: () => false }),
  pattern: (text: string) => ok({ text, matches: () => true }),
};
const rule = {
  name: 'shop',
  ask: ['developers'],
  approve: [{ from: 'platform' }],
  channel: 'C02ABCDEF',
  duration: { default: '30m', longest: '2h' },
  respondWithin: '1h',
};
const refusing = { name: 'freeze', ask: ['developers'], refuse: 'a freeze' };
const problems = (...rules: readonly object[]): readonly string[] =>
  problemsOf(
    rulesFile.parse({
      adminChannel: 'C02ADMINS',
      groups: { developers: 'S02DEVS', platform: 'S02PLATFORM', ops: 'S02PLATFORM' },
      rules,
    }),
    compile,
  ).map(({ message }) => message);

test('a policy without contradiction has none', () => {
  expect(problems(refusing, rule)).toEqual([]);
});

test.each([
  ['the very group that approves', { never: ['platform'] }],
  ['the same Slack group under another name', { never: ['ops'] }],
  ['the very group, of what is approved by itself, which nobody could revoke', { never: ['platform'], auto: true }],
])('who never decides is not %s', (_, changed) => {
  expect(problems({ ...rule, ...changed })).not.toEqual([]);
});
