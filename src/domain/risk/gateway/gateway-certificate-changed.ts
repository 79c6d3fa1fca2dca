import { canonical } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { itemsAt, quoted, textAt } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { listenersOf } from './gateway.ts';
import { gatewayDocument } from './route.ts';

/** Whoever has the key of another certificate can read what comes. */
export const gatewayCertificateChanged: Rule = {
  name: 'gateway-certificate-changed',
  severity: 'medium',
  sources: [gatewayDocument('guides/user-guides/tls/')],
  between: (before, after) => {
    if (after === undefined) return [];
    const was = new Map(
      [...Map.groupBy(certificatesOf(before), ({ listener }) => listener)].map(
        ([listener, all]) => [listener, new Set(all.map(({ key }) => key))] as const,
      ),
    );
    return certificatesOf(after)
      .filter(({ listener, key }) => was.get(listener)?.has(key) === false)
      .map(({ listener, name, path }) => ({
        says: `another certificate for listener ${quoted(listener)}: Secret ${quoted(name)}`,
        path,
      }));
  },
};

const certificatesOf = (object: Manifest) =>
  listenersOf(object).flatMap(({ name: listener, raw, path }) =>
    itemsAt(raw, 'tls', 'certificateRefs').map(({ item, path: inner }) => {
      const namespace = textAt(item, 'namespace') || (object.metadata.namespace ?? '');
      const name = `${namespace}/${textAt(item, 'name')}`;
      const key = canonical([textAt(item, 'group'), textAt(item, 'kind') || 'Secret', name]);
      return { listener, key, name, path: [...path, ...inner] };
    }),
  );
