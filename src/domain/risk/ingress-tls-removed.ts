import type { Manifest } from '#domain/plan.ts';
import { hostsOf, isIngress, sayHost } from './ingress.ts';
import { listAt } from './read.ts';
import type { Rule } from './rule.ts';

/** Hosts that are still served but were encrypted before. */
export const ingressTlsRemoved: Rule = {
  name: 'ingress-tls-removed',
  severity: 'high',
  between: (before, after) => {
    if (after === undefined) return [];
    const had = encrypted(before);
    const has = encrypted(after);
    return [...new Set(hostsOf(after))]
      .filter((host) => had(host) && !has(host))
      .map((host) => `traffic that is not encrypted: TLS is removed from ${sayHost(host)}`);
  },
};

/** An entry without hosts is for all of them; `*` stands for one part of a name. */
const encrypted = (object: Manifest): ((host: string) => boolean) => {
  const entries = isIngress(object) ? listAt(object, 'spec', 'tls') : [];
  const hosts = entries.map((entry) =>
    listAt(entry, 'hosts').flatMap((host) => (typeof host === 'string' ? [host.toLowerCase()] : [])),
  );
  const named = new Set(hosts.flat());
  const isForAll = hosts.some((some) => some.length === 0);
  return (host) => isForAll || named.has(host) || named.has(host.replace(/^[^.]+/, '*'));
};
