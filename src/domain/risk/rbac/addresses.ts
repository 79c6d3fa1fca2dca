import { asText, itemsAt, quoted } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { isRole, rbacDocument } from './rbac.ts';

/** As its logs, metrics and the profiles of its memory; only a ClusterRole grants such, and `/metrics` alone is nothing unusual. */
export const rbacAddresses: Rule = {
  name: 'rbac-addresses',
  severity: 'medium',
  sources: [rbacDocument('referring-to-resources')],
  inside: (object) =>
    (isRole(object) && object.kind === 'ClusterRole' ? itemsAt(object, 'rules') : []).flatMap(({ item, path }) =>
      itemsAt(item, 'nonResourceURLs')
        .filter((url) => /^(\*|\/\*|\/(debug|logs)(\/.*)?)$/.test(asText(url.item)))
        .map((url) => ({
          key: asText(url.item),
          says: `the right to what the API server says of itself, also its logs and memory: ${quoted(asText(url.item))}`,
          path: [...path, ...url.path],
        })),
    ),
};
