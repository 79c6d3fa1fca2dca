import { asText, listAt, quoted } from './read.ts';
import type { Rule } from './rule.ts';

export const serviceExternalIps: Rule = {
  name: 'service-external-ips',
  severity: 'high',
  inside: (object) =>
    (object.kind === 'Service' ? listAt(object, 'spec', 'externalIPs') : []).map((address) => ({
      key: asText(address),
      says: `a Service that takes the cluster’s traffic for the address ${quoted(asText(address))} (CVE-2020-8554)`,
    })),
};
