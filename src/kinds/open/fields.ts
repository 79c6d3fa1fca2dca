import type { Field } from '#kinds/kind.ts';
import type { Opening } from './openings.ts';

const labels = 'Labels that they have now, with commas between, like app=ledger.';

/** The questions of the form: which opening first, for the others depend on it. */
export const fieldsFor = (
  openings: readonly Opening[],
  chosen: Readonly<Record<string, string>>,
  offered: readonly string[],
): readonly Field[] => {
  const options = openings
    .filter(({ name }) => offered.includes(name))
    .map(({ name, title }) => ({ value: name, label: title }));
  const which: Field = { name: 'profile', label: 'What to open', again: true, input: { type: 'choice', options } };
  const opening = openings.find(({ name }) => name === chosen.profile && offered.includes(name));
  return opening === undefined ? [which] : [which, ...source(opening), ...target];
};

const source = ({ from }: Opening): readonly Field[] => {
  switch (from) {
    case 'same-namespace':
      return [text('from', 'Which pods shall get through', labels, 'app=web')];
    case 'another-namespace':
      return [
        text('from_namespace', 'In which namespace are the pods that shall get through', 'Its name.', 'shop-front'),
        {
          ...text('from', 'Which of its pods', `${labels} Without any it is every pod there.`, 'app=web'),
          optional: true,
        },
      ];
    case 'addresses':
      return [
        text('cidrs', 'Which addresses shall get through', 'Blocks or addresses, with commas between.', '10.1.0.0/16'),
      ];
  }
};

const text = (name: string, label: string, hint: string, placeholder: string): Field => ({
  name,
  label,
  hint,
  input: { type: 'text', longest: 1_000, placeholder },
});

const target: readonly Field[] = [
  text('to', 'Which pods they shall reach', labels, 'app=ledger'),
  text(
    'ports',
    'On which ports',
    'Numbers, ranges or names, with commas between; TCP unless it says more.',
    '8080, 53/UDP',
  ),
];
