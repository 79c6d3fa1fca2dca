import type { Rule } from '#domain/risk/rule.ts';
import { policyDocument } from './network-policy.ts';
import { dangersOfShare } from './share.ts';

/** Not everybody, but far more than one knows. */
export const policyWideBlock: Rule = {
  name: 'policy-wide-block',
  severity: 'high',
  sources: [policyDocument('behavior-of-to-and-from-selectors')],
  inside: (object) => dangersOfShare(object, { much: 'a large part' }),
};
