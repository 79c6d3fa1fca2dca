import { listAt } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { directions, everywhere, peersOf, policyDocument, rulesOf, way } from './network-policy.ts';
import { portsOf } from './ports.ts';

/** `{}` is everything, and a rule without peers is everybody: an absent list is not an empty one. */
export const policyLetsAll: Rule = {
  name: 'policy-lets-all',
  severity: 'critical',
  sources: [policyDocument('default-policies')],
  inside: (object) =>
    directions.flatMap((direction) =>
      rulesOf(object, direction)
        .filter((rule) => peersOf([rule], direction).length === 0)
        .flatMap((rule) =>
          portsOf(rule).map(({ key, wider, says }) => ({
            key: `${direction} ${key}`,
            wider: wider.map((one) => `${direction} ${one}`),
            says:
              listAt(rule.item, 'ports').length === 0
                ? `a rule that lets everything ${way(direction)}, ${everywhere(direction)}`
                : `a rule that lets whatever comes${says} ${way(direction)}, ${everywhere(direction)}`,
            path: rule.path,
          })),
        ),
    ),
};
