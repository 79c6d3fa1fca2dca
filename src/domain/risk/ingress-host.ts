import { hostsOf } from './ingress.ts';
import type { Rule } from './rule.ts';

/** Such a host takes what nobody else has named, and may take what somebody will. */
export const ingressHost: Rule = {
  name: 'ingress-host',
  severity: 'high',
  inside: (object) =>
    [...new Set(hostsOf(object))]
      .filter((host) => host === '' || host.startsWith('*'))
      .map((host) => ({
        key: host,
        says: host === '' ? 'a rule for every host that no other names' : `a rule for many hosts at once: "${host}"`,
      })),
};
