import { at } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { contextDocument, contextsOf } from './workload.ts';

/** Only where it is said: what says nothing allows it too. */
export const workloadEscalation: Rule = {
  name: 'workload-escalation',
  severity: 'medium',
  sources: [contextDocument],
  inside: (object) =>
    contextsOf(object)
      .filter(({ raw }) => at(raw, 'allowPrivilegeEscalation') === true)
      .map(({ key, says, path }) => ({
        key,
        says: `processes that may get more rights than they were started with: ${says}`,
        path: [...path, 'allowPrivilegeEscalation'],
      })),
};
