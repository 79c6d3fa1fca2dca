import { at } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { contextsOf } from './workload.ts';

export const workloadHostProcess: Rule = {
  name: 'workload-host-process',
  severity: 'critical',
  sources: ['https://kubernetes.io/docs/tasks/configure-pod-container/create-hostprocess-pod/'],
  inside: (object) =>
    contextsOf(object)
      .filter(({ raw }) => at(raw, 'windowsOptions', 'hostProcess') === true)
      .map(({ key, says, path }) => ({
        key,
        says: `a process of the Windows node itself, with all of its rights: hostProcess for ${says}`,
        path: [...path, 'windowsOptions', 'hostProcess'],
      })),
};
