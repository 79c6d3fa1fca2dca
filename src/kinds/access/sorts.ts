import type { Sort } from '#kinds/kind.ts';

const rbac = { group: 'rbac.authorization.k8s.io', version: 'v1' } as const;

/** What a grant of access is made of. */
export const rbacSorts: readonly Sort[] = [
  { ...rbac, resource: 'rolebindings', kind: 'RoleBinding', namespaced: true },
  { ...rbac, resource: 'roles', kind: 'Role', namespaced: true },
  { ...rbac, resource: 'clusterrolebindings', kind: 'ClusterRoleBinding', namespaced: false },
  { ...rbac, resource: 'clusterroles', kind: 'ClusterRole', namespaced: false },
];
