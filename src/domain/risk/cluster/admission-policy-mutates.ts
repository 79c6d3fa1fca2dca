import { canonical } from '#domain/json.ts';
import { at } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { isAdmission } from './webhook.ts';

/** What a webhook may do, without one. */
export const admissionPolicyMutates: Rule = {
  name: 'admission-policy-mutates',
  severity: 'high',
  sources: ['https://kubernetes.io/docs/reference/access-authn-authz/mutating-admission-policy/'],
  inside: (object) => {
    if (!isAdmission(object) || !/^MutatingAdmissionPolicy(Binding)?$/.test(object.kind)) return [];
    const says =
      object.kind === 'MutatingAdmissionPolicy'
        ? 'a policy that changes objects of everybody on their way into the cluster'
        : 'a policy that changes objects of everybody put to use';
    return [{ key: canonical(at(object, 'spec') ?? null), says, path: ['spec'] }];
  },
};
