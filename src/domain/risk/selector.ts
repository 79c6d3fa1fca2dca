import type { Json } from '#domain/json.ts';
import { asText, at, entriesAt, listAt, textAt } from './read.ts';

/** What a selector wants, each in one spelling; nothing means that it fits everything. */
export const wantsOf = (selector: Json | undefined): readonly string[] => [
  ...Object.entries(at(selector, 'matchLabels') ?? {}).map(([key, value]) => `${key}=${asText(value)}`),
  ...listAt(selector, 'matchExpressions').map((expression) => {
    const values = listAt(expression, 'values').map(asText).sort();
    const operator = textAt(expression, 'operator');
    const key = textAt(expression, 'key');
    return operator === 'In' && values.length === 1
      ? `${key}=${values[0]}`
      : [key, operator.toLowerCase(), values.join('|')].filter((part) => part !== '').join(' ');
  }),
];

/** The label that every namespace has by itself. */
const always = 'kubernetes.io/metadata.name';

/** Whether a selector is there and selects all namespaces, or all but some: none is not an empty one. */
export const selectsEveryNamespace = (selector: Json | undefined): boolean =>
  selector !== undefined &&
  selector !== null &&
  entriesAt(selector, 'matchLabels').length === 0 &&
  listAt(selector, 'matchExpressions').every((expression) => {
    const operator = textAt(expression, 'operator').toLowerCase();
    return (
      operator === 'notin' ||
      operator === 'doesnotexist' ||
      (operator === 'exists' && textAt(expression, 'key') === always)
    );
  });
