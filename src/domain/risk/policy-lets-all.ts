import { canonical } from '#domain/json.ts';
import { directions, everywhere, peersOf, rulesOf, way } from './network-policy.ts';
import { listAt } from './read.ts';
import type { Rule } from './rule.ts';

/** `{}` is everything, and a rule without peers is everybody: an absent list is not an empty one. */
export const policyLetsAll: Rule = {
  name: 'policy-lets-all',
  severity: 'critical',
  inside: (object) =>
    directions.flatMap((direction) =>
      rulesOf(object, direction)
        .filter((rule) => peersOf(rule, direction).length === 0)
        .map((rule) => ({
          key: `${direction} ${canonical(rule)}`,
          says:
            listAt(rule, 'ports').length === 0
              ? `a rule that lets everything ${way(direction)}, ${everywhere(direction)}`
              : `a rule that lets some ports ${way(direction)} ${everywhere(direction)}`,
        })),
    ),
};
