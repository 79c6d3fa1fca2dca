import type { Manifest } from '#domain/plan.ts';
import { asText, itemsAt, listAt, quoted, textAt } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { ingressDocument, isIngress, sayHost } from './ingress.ts';

export const ingressTlsSecretChanged: Rule = {
  name: 'ingress-tls-secret-changed',
  severity: 'medium',
  sources: [ingressDocument('tls')],
  between: (before, after) => {
    const was = Map.groupBy(certificatesOf(before), ({ host }) => host);
    return (after === undefined ? [] : certificatesOf(after)).flatMap(({ host, secret, path }) => {
      const old = was.get(host) ?? [];
      const [first] = old;
      if (first === undefined || old.some((one) => one.secret === secret)) return [];
      const says = `another certificate for ${sayHost(host)}: from Secret ${quoted(first.secret)} to ${quoted(secret)}`;
      return [{ says, path }];
    });
  },
};

/** An entry without hosts is for every host. */
const certificatesOf = (object: Manifest) =>
  (isIngress(object) ? itemsAt(object, 'spec', 'tls') : []).flatMap(({ item, path }) => {
    const hosts = listAt(item, 'hosts').map((host) => asText(host).toLowerCase());
    const secret = textAt(item, 'secretName');
    return (hosts.length === 0 ? [''] : hosts).map((host) => ({ host, secret, path: [...path, 'secretName'] }));
  });
