import { canonical } from '#domain/json.ts';
import { at } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { selectsEveryNamespace } from '#domain/risk/selector.ts';
import { directions, peersOf, policyDocument, rulesOf, way } from './network-policy.ts';

export const policyEveryNamespace: Rule = {
  name: 'policy-every-namespace',
  severity: 'high',
  sources: [policyDocument('behavior-of-to-and-from-selectors')],
  inside: (object) =>
    directions.flatMap((direction) =>
      peersOf(rulesOf(object, direction), direction)
        .filter(({ item }) => selectsEveryNamespace(at(item, 'namespaceSelector')))
        .map(({ item, path }) => ({
          key: `${direction} ${canonical(item)}`,
          says: `pods of every namespace let ${way(direction)}: a namespaceSelector that selects all`,
          path: [...path, 'namespaceSelector'],
        })),
    ),
};
