import { changedAt } from '#domain/risk/changed.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { isAdmission } from './webhook.ts';

/** A check of the API server's own, or what puts it to use: with another spec it may check less. */
export const admissionPolicyChanged: Rule = {
  name: 'admission-policy-changed',
  severity: 'critical',
  sources: ['https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/'],
  between: (before, after) => {
    if (!isAdmission(before) || !/^ValidatingAdmissionPolicy(Binding)?$/.test(before.kind)) return [];
    if (after === undefined) return [{ says: 'objects that this policy checks no more: it is deleted', path: [] }];
    return changedAt(before, after, ['spec'], 'objects that this policy may not check any more: it changes');
  },
};
