import { expect, test } from 'vitest';
import type { Rule } from '#domain/policy/policy.ts';
import { dayNames } from '#domain/policy/window.ts';
import { changeOver } from '#test/build/changes.ts';
import { everything } from '#test/build/conditions.ts';
import { alice } from '#test/build/people.ts';
import { rule } from '#test/build/policy.ts';
import { accessOver } from '#test/build/profiles.ts';
import { renderForm } from './form.ts';
import { readLength } from './typed-request.ts';

const drawn = async (kind: ReturnType<typeof changeOver>, by: Rule) =>
  JSON.stringify(
    await renderForm(
      {
        byBreakGlass: false,
        clusters: ['prod'],
        kinds: [kind],
        namespaces: async () => ['shop'],
        profiles: () => [],
        rule: () => by,
        objects: async () => [],
      },
      alice,
      { namespace: 'shop' },
    ),
  );

test('the form says how a change that stays is asked for, in words that it reads', async () => {
  expect(await drawn(changeOver(), rule({ permanent: true }))).toContain(
    'Or write \\"for good\\" for a change that stays.',
  );
  expect(await drawn(changeOver(), rule({ permanent: false }))).not.toContain('for good');
  expect(await drawn(accessOver(), rule({ permanent: true }))).not.toContain('for good');
  expect(['for good', 'good'].map(readLength)).toEqual(['good', 'good']);
});

test('the form says when a rule is for certain times only', async () => {
  const night = {
    zone: 'UTC',
    days: dayNames,
    from: Temporal.PlainTime.from('22:00'),
    until: Temporal.PlainTime.from('06:00'),
  };
  const only = 'is for certain times only: every day 22:00–06:00 UTC.';
  expect(await drawn(accessOver(), rule({ match: { ...everything, when: [night] } }))).toContain(only);
  expect(await drawn(accessOver(), rule())).not.toContain('certain times');
});
