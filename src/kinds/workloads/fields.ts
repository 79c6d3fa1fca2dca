import type { Field } from '#kinds/kind.ts';
import type { Profile } from './settings.ts';
import { sorts } from './sorts.ts';

/** Which sort, and then which of them: one, or several. */
export const workloadFields = (
  offered: readonly Profile[],
  chosen: Readonly<Record<string, string>>,
  several: boolean,
): readonly Field[] => {
  const which: Field = {
    name: 'profile',
    label: 'What for',
    again: true,
    input: { type: 'choice', options: offered.map(({ name, title }) => ({ value: name, label: title })) },
  };
  const profile = offered.find(({ name }) => name === chosen.profile);
  if (profile === undefined) return [which];
  const { group, version, resource, kind } = sorts[profile.kind];
  const resources = [{ group, version, resource }];
  return [
    which,
    several
      ? { name: 'objects', label: `Which ${kind}s`, hint: 'At most 20.', input: { type: 'objects', resources } }
      : { name: 'object', label: `Which ${kind}`, input: { type: 'object', resources } },
  ];
};

type Values = Readonly<Record<string, readonly string[]>>;
export const valueIn = (values: Values, name: string): string => (values[name]?.[0] ?? '').trim();
