import { canonical } from '#domain/json.ts';
import { at } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { directions, peersOf, policyDocument, rulesOf, wantsOf, way } from './network-policy.ts';

/** The label that every namespace has by itself selects all of them too. */
const always = 'kubernetes.io/metadata.name exists';

export const policyEveryNamespace: Rule = {
  name: 'policy-every-namespace',
  severity: 'high',
  sources: [policyDocument('behavior-of-to-and-from-selectors')],
  inside: (object) =>
    directions.flatMap((direction) =>
      peersOf(rulesOf(object, direction), direction)
        .filter(({ item }) => {
          const selector = at(item, 'namespaceSelector');
          return selector !== undefined && selector !== null && wantsOf(selector).every((want) => want === always);
        })
        .map(({ item, path }) => ({
          key: `${direction} ${canonical(item)}`,
          says: `pods of every namespace let ${way(direction)}: a namespaceSelector that selects all`,
          path: [...path, 'namespaceSelector'],
        })),
    ),
};
