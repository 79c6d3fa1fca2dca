import { heldSorts, type Kind, type Sort } from './kind.ts';
import { workSorts } from './what-goes.ts';

const sort = (group: string, resource: string, kind: string): Sort => ({
  group,
  version: 'v1',
  resource,
  kind,
  namespaced: true,
});

const usual: readonly Sort[] = [
  sort('networking.k8s.io', 'ingresses', 'Ingress'),
  sort('networking.k8s.io', 'networkpolicies', 'NetworkPolicy'),
  sort('', 'configmaps', 'ConfigMap'),
  sort('', 'serviceaccounts', 'ServiceAccount'),
  // Pods and Jobs come and go by themselves: that says nothing of a grant.
  ...workSorts.filter(({ resource }) => resource !== 'pods' && resource !== 'jobs'),
];

/** The sorts of objects that are looked at when a grant begins and ends, those of the policy's own kinds before others. Never Secrets. */
export const comparedSorts = (kinds: readonly Kind[]): readonly Sort[] =>
  [...heldSorts(kinds), ...usual]
    .filter(({ group, resource, namespaced }) => namespaced && !(group === '' && resource === 'secrets'))
    .map(({ group, version, resource, kind, namespaced }) => ({ group, version, resource, kind, namespaced }));
