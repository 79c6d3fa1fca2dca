import { canonical } from '#domain/json.ts';
import { directions, peersOf, rulesOf, wantsOf, way } from './network-policy.ts';
import { at } from './read.ts';
import type { Rule } from './rule.ts';

/** The label that every namespace has by itself selects all of them too. */
const always = 'kubernetes.io/metadata.name exists';

export const policyEveryNamespace: Rule = {
  name: 'policy-every-namespace',
  severity: 'high',
  inside: (object) =>
    directions.flatMap((direction) =>
      rulesOf(object, direction)
        .flatMap((rule) => peersOf(rule, direction))
        .filter((peer) => {
          const selector = at(peer, 'namespaceSelector');
          return selector !== undefined && selector !== null && wantsOf(selector).every((want) => want === always);
        })
        .map((peer) => ({
          key: `${direction} ${canonical(peer)}`,
          says: `pods of every namespace let ${way(direction)}: a namespaceSelector that selects all`,
        })),
    ),
};
