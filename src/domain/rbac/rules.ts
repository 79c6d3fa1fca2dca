import { z } from 'zod';

const words = z
  .array(z.string())
  .nullish()
  .transform((list) => list ?? []);

/**
 * A permission as Roles and ClusterRoles have it (`PolicyRule` of rbac.authorization.k8s.io/v1). Rules about URLs that are
 * no resources have no resources, and so reach nothing here.
 */
export const rbacRule = z.object({ apiGroups: words, resources: words, verbs: words, resourceNames: words });
export type RbacRule = z.infer<typeof rbacRule>;

/** One verb on one sort of objects, all of them: `resource` may have a subresource, as in `pods/log`. */
export type Right = { readonly group: string; readonly resource: string; readonly verb: string };

/** What somebody holds of a right: all of it, only for objects of these names, or nothing. */
export type Held =
  | { readonly type: 'whole' }
  | { readonly type: 'named'; readonly names: readonly string[] }
  | { readonly type: 'nothing' };

/** A rule without names or wildcards, as policies and manifests write it. */
export type PlainRule = {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
};

/** Each right of some rules once, in the order in which they come. */
export const rightsIn = (rules: readonly PlainRule[]): readonly Right[] => {
  const rights = rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) => resources.flatMap((resource) => verbs.map((verb) => ({ group, resource, verb })))),
  );
  return [...new Map(rights.map((right) => [sayRight(right), right])).values()];
};

/** Says a right as kubectl does: `update ingresses.networking.k8s.io`, `get pods/log`. */
export const sayRight = ({ group, resource, verb }: Right): string => {
  const [name = resource, subresource] = resource.split('/');
  const sort = group === '' ? name : `${name}.${group}`;
  return `${verb} ${subresource === undefined ? sort : `${sort}/${subresource}`}`;
};
