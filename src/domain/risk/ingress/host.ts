import type { Rule } from '#domain/risk/rule.ts';
import { hostsOf, ingressDocument } from './ingress.ts';

/** Such a host takes what nobody else has named, and may take what somebody will. */
export const ingressHost: Rule = {
  name: 'ingress-host',
  severity: 'high',
  sources: [ingressDocument('hostname-wildcards')],
  inside: (object) =>
    hostsOf(object)
      .filter(({ host }) => host === '' || host.startsWith('*'))
      .map(({ host, path }) => ({
        key: host,
        says: host === '' ? 'a rule for every host that no other names' : `a rule for many hosts at once: "${host}"`,
        path,
      })),
};
