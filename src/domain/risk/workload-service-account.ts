import type { Manifest } from '#domain/plan.ts';
import { quoted, textAt } from './read.ts';
import type { Rule } from './rule.ts';
import { podSpecOf } from './workload.ts';

export const workloadServiceAccount: Rule = {
  name: 'workload-service-account',
  severity: 'high',
  between: (before, after) => {
    if (after === undefined || podSpecOf(before) === undefined || podSpecOf(after) === undefined) return [];
    const [was, is] = [accountOf(before), accountOf(after)];
    return was === is
      ? []
      : [`other rights in the cluster: the ServiceAccount goes from ${quoted(was)} to ${quoted(is)}`];
  },
};

/** `serviceAccount` is its older name. */
const accountOf = (object: Manifest): string =>
  textAt(podSpecOf(object), 'serviceAccountName') || textAt(podSpecOf(object), 'serviceAccount') || 'default';
