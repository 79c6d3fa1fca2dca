import type { Manifest } from '#domain/plan.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { failedWith } from './fault.ts';
import { listAll } from './list.ts';
import type { RawClient } from './raw-client.ts';
import { collectionPath } from './resources.ts';

/** All roles and bindings of a cluster, as they are. */
export type Rbac = { readonly bindings: readonly Manifest[]; readonly roles: readonly Manifest[] };

const apiVersion = 'rbac.authorization.k8s.io/v1';
const bindingSorts = [
  { plural: 'clusterrolebindings', kind: 'ClusterRoleBinding' },
  { plural: 'rolebindings', kind: 'RoleBinding' },
];
const roleSorts = [
  { plural: 'clusterroles', kind: 'ClusterRole' },
  { plural: 'roles', kind: 'Role' },
];

/** Lists all of them in the whole cluster, or answers with the resources that must not be listed. Throws other faults. */
export const listRbac = async (client: RawClient): Promise<Result<Rbac, readonly string[]>> => {
  const forbidden: string[] = [];
  const list = async ({ plural, kind }: (typeof roleSorts)[number]): Promise<readonly Manifest[]> => {
    const path = collectionPath(apiVersion, plural);
    const saying = `list ${plural} in the whole cluster`;
    return listAll(client, { path, apiVersion, kind, saying }).catch((error: unknown) => {
      if (!failedWith(error, 403)) throw error;
      forbidden.push(plural);
      return [];
    });
  };
  const [bindings, roles] = await Promise.all(
    [bindingSorts, roleSorts].map(async (sorts) => (await Promise.all(sorts.map(list))).flat()),
  );
  return forbidden.length > 0 ? err(forbidden.sort()) : ok({ bindings: bindings ?? [], roles: roles ?? [] });
};
