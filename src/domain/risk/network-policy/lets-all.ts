import { canonical } from '#domain/json.ts';
import { listAt } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { directions, everywhere, peersOf, policyDocument, rulesOf, way } from './network-policy.ts';

/** `{}` is everything, and a rule without peers is everybody: an absent list is not an empty one. */
export const policyLetsAll: Rule = {
  name: 'policy-lets-all',
  severity: 'critical',
  sources: [policyDocument('default-policies')],
  inside: (object) =>
    directions.flatMap((direction) =>
      rulesOf(object, direction)
        .filter((rule) => peersOf([rule], direction).length === 0)
        .map(({ item, path }) => ({
          key: `${direction} ${canonical(item)}`,
          says:
            listAt(item, 'ports').length === 0
              ? `a rule that lets everything ${way(direction)}, ${everywhere(direction)}`
              : `a rule that lets some ports ${way(direction)} ${everywhere(direction)}`,
          path,
        })),
    ),
};
