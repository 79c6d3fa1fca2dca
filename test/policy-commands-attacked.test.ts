import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { testPolicy } from '#src/commands/policy.ts';
import { withFolder } from '#test/build/folder.ts';
import { filesBesideRules } from '#test/build/shipped-policy.ts';

const usual = {
  name: 'usual',
  ask: ['engineers'],
  approve: [{ from: 'platform' }],
  channel: 'C000APPROVALS',
  duration: { shortest: '5m', default: '30m', longest: '1h' },
  respondWithin: '1h',
  reason: { pattern: '^OPS-[0-9]+ ', say: 'begin with a ticket' },
};
const one = {
  name: 'one',
  by: 'U0000000ANN',
  groups: ['engineers'],
  kind: 'access',
  profiles: ['ingress-view'],
  cluster: 'prod',
  namespace: 'shop',
  reason: 'OPS-1 checkout',
  expect: { rule: 'usual' },
};
const run = (rules: readonly object[], changed: object) =>
  withFolder(
    {
      ...filesBesideRules,
      'rules.yaml': stringify({
        adminChannel: 'C00000ADMIN',
        groups: { engineers: 'S0000ENGINEERS', platform: 'S0000PLATFORM' },
        rules,
      }),
      'tests.yaml': stringify({ cases: [{ ...one, ...changed }] }),
    },
    (folder) => testPolicy(folder),
  );

test('a case that the rule takes is as expected', async () => {
  expect(await run([usual], {})).toMatchObject({ ok: true });
});

test.each([
  ['its reason is not of the rule’s form', { reason: 'because' }],
  ['it is longer than the rule allows', { for: '8h' }],
  ['it is shorter than the rule wants', { for: '1m' }],
  ['it is for good, and the rule allows that for nothing', { for: 'good' }],
])('a case that would not be filed is not said to be decided by the rule: %s', async (_, changed) => {
  expect(await run([usual], changed)).toMatchObject({ ok: false });
});

test('an access that its card warns of is of the risk that the bot finds, not of none', async () => {
  const calm = { ...usual, name: 'calm', match: { risk: ['none'] }, auto: true };
  const secrets = { profiles: ['ingress-edit'], expect: { rule: 'usual', auto: false } };
  expect(await run([calm, usual], secrets)).toMatchObject({ ok: true });
});

test.each([['after.all(o, has(o.spec.replicas) && o.spec.replicas <= 10)'], ['!before.exists(o, o == null)']])(
  'a condition about objects is no condition of rights, which have none and would always fit: %s',
  async (condition) => {
    const small = { ...usual, name: 'small', match: { if: condition }, auto: true };
    expect(await run([small, usual], { profiles: ['secret-read'], expect: { rule: 'usual' } })).toMatchObject({
      ok: false,
      error: ['access', 'debug'].map((kind) =>
        expect.stringContaining(`speaks of objects, and a request of kind "${kind}" has none`),
      ),
    });
  },
);
