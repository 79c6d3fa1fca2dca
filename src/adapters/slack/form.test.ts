import { expect, test } from 'vitest';
import { changeOver } from '#test/build/changes.ts';
import { alice } from '#test/build/people.ts';
import { rule } from '#test/build/policy.ts';
import { accessOver } from '#test/build/profiles.ts';
import { renderForm } from './form.ts';
import { readLength } from './typed-request.ts';

test('the form says how a change that stays is asked for, in words that it reads', async () => {
  const drawn = async (kind: ReturnType<typeof changeOver>, permanent: boolean) =>
    JSON.stringify(
      await renderForm(
        {
          byBreakGlass: false,
          clusters: ['prod'],
          kinds: [kind],
          namespaces: async () => ['shop'],
          profiles: () => [],
          rule: () => rule({ permanent }),
          objects: async () => [],
        },
        alice,
        { namespace: 'shop' },
      ),
    );
  expect(await drawn(changeOver(), true)).toContain('Or write \\"for good\\" for a change that stays.');
  expect(await drawn(changeOver(), false)).not.toContain('for good');
  expect(await drawn(accessOver(), true)).not.toContain('for good');
  expect(['for good', 'good'].map(readLength)).toEqual(['good', 'good']);
});
