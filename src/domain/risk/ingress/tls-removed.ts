import type { Manifest } from '#domain/plan.ts';
import { listAt } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { hostsOf, ingressDocument, isIngress, sayHost } from './ingress.ts';

/** Hosts that are still served but were encrypted before. */
export const ingressTlsRemoved: Rule = {
  name: 'ingress-tls-removed',
  severity: 'high',
  sources: [ingressDocument('tls')],
  between: (before, after) => {
    if (after === undefined) return [];
    const had = encrypted(before);
    const has = encrypted(after);
    return hostsOf(after)
      .filter(({ host }) => had(host) && !has(host))
      .map(({ host, path }) => ({ says: `traffic that is not encrypted: TLS is removed from ${sayHost(host)}`, path }));
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
