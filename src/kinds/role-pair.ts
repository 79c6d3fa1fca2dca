import type { AccessProbe, KubernetesIdentity, Manifest } from '#domain/plan.ts';
import { byStrength } from '#domain/request/rights.ts';
import type { PolicyRule } from './kind.ts';

const rbac = 'rbac.authorization.k8s.io';

/** A rule of a Role; with names it is about the objects of these names alone. */
export type GrantRule = PolicyRule & { readonly resourceNames?: readonly string[] };

/** What the worker must hold to make such pairs, and to end them. */
export const handlesRoles = (scope: '' | 'cluster' = ''): PolicyRule => ({
  apiGroups: [rbac],
  resources: [`${scope}rolebindings`, `${scope}roles`],
  verbs: ['get', 'list', 'create', 'delete'],
});

/** A Role with these rules, and the binding that gives it to one person and to none of their groups; without a namespace cluster-wide. */
export const rolePair = (
  metadata: Manifest['metadata'],
  rules: readonly GrantRule[],
  { user }: Pick<KubernetesIdentity, 'user'>,
): readonly [role: Manifest, binding: Manifest] => {
  const scope = metadata.namespace === undefined ? 'Cluster' : '';
  const { name, namespace } = metadata;
  return [
    { apiVersion: `${rbac}/v1`, kind: `${scope}Role`, metadata, rules },
    {
      apiVersion: `${rbac}/v1`,
      kind: `${scope}RoleBinding`,
      metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
      roleRef: { apiGroup: rbac, kind: `${scope}Role`, name },
      subjects: [{ apiGroup: rbac, kind: 'User', name: user }],
    },
  ];
};

/** What a rule lets somebody do in a namespace, or in the whole cluster, as questions to the authorizer; the strongest first. */
export const probesIn = (rule: GrantRule, namespace: string | undefined): readonly AccessProbe[] =>
  rule.verbs.toSorted(byStrength).flatMap((verb) =>
    rule.apiGroups.flatMap((group) =>
      rule.resources.flatMap((path) => {
        const [resource = path, subresource] = path.split('/');
        const probe = {
          verb,
          group,
          resource,
          ...(subresource === undefined ? {} : { subresource }),
          ...(namespace === undefined ? {} : { namespace }),
        };
        return (rule.resourceNames ?? [undefined]).map((name) => (name === undefined ? probe : { ...probe, name }));
      }),
    ),
  );
