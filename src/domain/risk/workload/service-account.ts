import type { Manifest } from '#domain/plan.ts';
import { quoted, textAt } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { podSpecOf } from './workload.ts';

export const workloadServiceAccount: Rule = {
  name: 'workload-service-account',
  severity: 'high',
  sources: ['https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege'],
  between: (before, after) => {
    if (after === undefined) return [];
    const [was, is] = [accountOf(before), accountOf(after)];
    if (was === undefined || is === undefined || was.account === is.account) return [];
    const says = `other rights in the cluster: the ServiceAccount goes from ${quoted(was.account)} to ${quoted(is.account)}`;
    return [{ says, path: is.path }];
  },
};

/** `serviceAccount` is its older name. */
const accountOf = (object: Manifest) => {
  const { spec, path } = podSpecOf(object);
  if (spec === undefined) return undefined;
  const field = textAt(spec, 'serviceAccountName') === '' ? 'serviceAccount' : 'serviceAccountName';
  return { account: textAt(spec, field) || 'default', path: [...path, field] };
};
