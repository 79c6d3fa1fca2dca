import { textAt } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { contextsOf, podDocument } from './workload.ts';

export const workloadProcMount: Rule = {
  name: 'workload-proc-mount',
  severity: 'high',
  sources: [podDocument],
  inside: (object) =>
    contextsOf(object)
      .filter(({ raw }) => textAt(raw, 'procMount').toLowerCase() === 'unmasked')
      .map(({ key, says, path }) => ({
        key,
        says: `parts of the kernel that are hidden otherwise: procMount is Unmasked for ${says}`,
        path: [...path, 'procMount'],
      })),
};
