import type { Rule } from '#domain/risk/rule.ts';
import { policyDocument } from './network-policy.ts';
import { dangersOfShare } from './share.ts';

/**
 * Blocks that together are all there is, but for what nobody has: `0.0.0.0/0`, or its two halves, or `2000::/3`, or
 * `::ffff:0:0/96`, which many read as all of IPv4.
 */
export const policyOpenBlock: Rule = {
  name: 'policy-open-block',
  severity: 'critical',
  sources: [policyDocument('behavior-of-to-and-from-selectors')],
  inside: (object) => dangersOfShare(object, { all: 'all', most: 'nearly all' }),
};
