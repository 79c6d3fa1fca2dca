import type { Sort } from '#kinds/kind.ts';

const rbac = { group: 'rbac.authorization.k8s.io', version: 'v1' } as const;

/** What grants are made of. The bindings before the roles: they are what gives access. */
export const accessSorts: readonly Sort[] = [
  { ...rbac, resource: 'rolebindings', kind: 'RoleBinding', namespaced: true },
  { ...rbac, resource: 'roles', kind: 'Role', namespaced: true },
  { ...rbac, resource: 'clusterrolebindings', kind: 'ClusterRoleBinding', namespaced: false },
  { ...rbac, resource: 'clusterroles', kind: 'ClusterRole', namespaced: false },
];
