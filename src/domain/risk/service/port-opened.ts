import { quoted } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { isOutside, servicePortsOf } from './ports.ts';
import { isService, serviceDocument } from './service.ts';

/** What only the cluster reached, and is opened as a whole, is found by that. */
export const servicePortOpened: Rule = {
  name: 'service-port-opened',
  severity: 'high',
  sources: [serviceDocument('multi-port-services')],
  between: (before, after) => {
    if (after === undefined || !isService(after) || !isOutside(before) || !isOutside(after)) return [];
    const was = new Set(servicePortsOf(before).map(({ says }) => says));
    return servicePortsOf(after)
      .filter(({ says }) => !was.has(says))
      .map(({ says, target, path }) => ({
        says: `a port that the outside may reach, ${quoted(says)}, which leads to ${quoted(target)} of the pods`,
        path,
      }));
  },
};
