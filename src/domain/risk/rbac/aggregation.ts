import { canonical } from '#domain/json.ts';
import { at, entriesAt, quoted } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { isRole, rbacDocument } from './rbac.ts';

const label = /^rbac\.authorization\.k8s\.io\/aggregate-to-(.+)$/;

/** Rights that go on to whoever holds another role, or come from others by their labels. */
export const rbacAggregation: Rule = {
  name: 'rbac-aggregation',
  severity: 'high',
  sources: [rbacDocument('aggregated-clusterroles')],
  inside: (object) => {
    if (!isRole(object) || object.kind !== 'ClusterRole') return [];
    const labels = entriesAt(object.metadata, 'labels').flatMap(([key, value]) => {
      const role = value === 'true' ? label.exec(key)?.[1] : undefined;
      if (role === undefined) return [];
      return [
        {
          key: role,
          says: `more rights for whoever holds the role ${quoted(role)}`,
          path: ['metadata', 'labels', key],
        },
      ];
    });
    const rule = at(object, 'aggregationRule');
    return rule === undefined || rule === null
      ? labels
      : [
          ...labels,
          {
            key: canonical(rule),
            says: 'the rights of every ClusterRole that has some label, also of those to come',
            path: ['aggregationRule'],
          },
        ];
  },
};
