import { quoted, textAt } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { ofPod, type PodSpec, podSpecsOf } from './workload.ts';

export const workloadServiceAccount: Rule = {
  name: 'workload-service-account',
  severity: 'high',
  sources: ['https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege'],
  between: (before, after) => {
    if (after === undefined) return [];
    const was = new Map(podSpecsOf(before).map((pod) => [pod.name, accountOf(pod).account]));
    return podSpecsOf(after).flatMap((pod) => {
      const [old, { account, path }] = [was.get(pod.name), accountOf(pod)];
      if (old === undefined || old === account) return [];
      const how = `goes from ${quoted(old)} to ${quoted(account)}`;
      return [{ says: `other rights in the cluster: the ServiceAccount${ofPod(pod)} ${how}`, path }];
    });
  },
};

/** `serviceAccount` is its older name. */
const accountOf = ({ spec, path }: PodSpec) => {
  const field = textAt(spec, 'serviceAccountName') === '' ? 'serviceAccount' : 'serviceAccountName';
  return { account: textAt(spec, field) || 'default', path: [...path, field] };
};
