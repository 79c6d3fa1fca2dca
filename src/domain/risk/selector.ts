import type { Json } from '#domain/json.ts';
import { asText, at, listAt, textAt } from './read.ts';

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
const always = 'kubernetes.io/metadata.name exists';

/** Whether a selector is there and selects all namespaces: none is not an empty one. */
export const selectsEveryNamespace = (selector: Json | undefined): boolean =>
  selector !== undefined && selector !== null && wantsOf(selector).every((want) => want === always);
