import { at } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { contextDocument, contextsOf } from './workload.ts';

/** Only where it is said: an image may run as root by itself. */
export const workloadRunsAsRoot: Rule = {
  name: 'workload-runs-as-root',
  severity: 'medium',
  sources: [contextDocument],
  inside: (object) =>
    contextsOf(object).flatMap(({ key, raw, says, path }) => [
      ...(at(raw, 'runAsUser') === 0
        ? [
            {
              key: `user ${key}`,
              says: `processes that are root: runAsUser is 0 for ${says}`,
              path: [...path, 'runAsUser'],
            },
          ]
        : []),
      ...(at(raw, 'runAsNonRoot') === false
        ? [
            {
              key: `may ${key}`,
              says: `processes that may be root: runAsNonRoot is false for ${says}`,
              path: [...path, 'runAsNonRoot'],
            },
          ]
        : []),
    ]),
};
