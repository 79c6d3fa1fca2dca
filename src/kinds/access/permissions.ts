import { byStrength } from '#domain/request/rights.ts';
import type { Permissions, PolicyRule } from '#kinds/kind.ts';
import { handlesRoles } from '#kinds/role-pair.ts';
import type { Binding, Profile } from './profiles.ts';

/**
 * What the worker must hold itself to grant these profiles: the API server refuses to let anybody without `escalate`
 * create a role with more than they hold, so this union is the ceiling of all that can ever be granted.
 */
export const permissionsOf = (profiles: readonly Profile[]): Permissions => {
  const bindings = profiles.flatMap((profile) => profile.bindings);
  const within = (place: string) => union(bindings.filter((binding) => binding.in === place));
  const clusterWide = within('cluster');
  const fixed = [...new Set(bindings.map((binding) => binding.in))].filter(
    (place) => !['requested', 'cluster'].includes(place),
  );
  return {
    namespaced: [handlesRoles(), ...within('requested')],
    inNamespaces: Object.fromEntries(fixed.sort().map((place) => [place, [handlesRoles(), ...within(place)]])),
    clusterWide: clusterWide.length === 0 ? [] : [handlesRoles('cluster'), ...clusterWide],
  };
};

const union = (bindings: readonly Binding[]): readonly PolicyRule[] => {
  const verbs = new Map<string, Set<string>>();
  for (const rule of bindings.flatMap(({ rules }) => rules)) {
    for (const group of rule.apiGroups) {
      for (const resource of rule.resources) {
        const held = verbs.get(`${group}|${resource}`) ?? new Set();
        for (const verb of rule.verbs) held.add(verb);
        verbs.set(`${group}|${resource}`, held);
      }
    }
  }
  return [...verbs]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, held]) => {
      const [group = '', resource = ''] = key.split('|');
      return { apiGroups: [group], resources: [resource], verbs: [...held].sort(byStrength) };
    });
};
