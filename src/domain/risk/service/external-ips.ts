import { asText, itemsAt, quoted } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { isService } from './service.ts';

export const serviceExternalIps: Rule = {
  name: 'service-external-ips',
  severity: 'high',
  sources: ['CVE-2020-8554'],
  inside: (object) =>
    (isService(object) ? itemsAt(object, 'spec', 'externalIPs') : []).map(({ item, path }) => ({
      key: asText(item),
      says: `a Service that takes the cluster’s traffic for the address ${quoted(asText(item))}`,
      path,
    })),
};
