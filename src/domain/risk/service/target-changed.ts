import { quoted } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { isOutside, servicePortsOf } from './ports.ts';
import { isService, serviceDocument } from './service.ts';

/** What the outside comes to may be what only the cluster should, as a port of administration. */
export const serviceTargetChanged: Rule = {
  name: 'service-target-changed',
  severity: 'medium',
  sources: [serviceDocument('field-spec-ports')],
  between: (before, after) => {
    if (after === undefined || !isService(after) || !isOutside(before) || !isOutside(after)) return [];
    const was = new Map(servicePortsOf(before).map(({ says, target }) => [says, target]));
    return servicePortsOf(after).flatMap(({ says: port, target, path }) => {
      const old = was.get(port);
      const says = `another port of the pods behind ${quoted(port)}: from ${quoted(old ?? '')} to ${quoted(target)}`;
      return old === undefined || old === target ? [] : [{ says, path }];
    });
  },
};
