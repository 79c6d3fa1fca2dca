import { z } from 'zod';
import type { ObjectRef } from '#domain/plan.ts';
import { createRefusal } from './fault.ts';
import { say } from './objects.ts';
import type { RawClient } from './raw-client.ts';

type Resource = { readonly plural: string; readonly namespaced: boolean };
export type Target = Omit<ObjectRef, 'uid'>;

const rbac = 'rbac.authorization.k8s.io/v1';
/** What Hallpass itself writes needs no discovery: `<apiVersion> <kind>`. */
const known = new Map<string, Resource>([
  ['v1 ConfigMap', { plural: 'configmaps', namespaced: true }],
  ['v1 Secret', { plural: 'secrets', namespaced: true }],
  ['v1 Namespace', { plural: 'namespaces', namespaced: false }],
  [`${rbac} Role`, { plural: 'roles', namespaced: true }],
  [`${rbac} RoleBinding`, { plural: 'rolebindings', namespaced: true }],
  [`${rbac} ClusterRole`, { plural: 'clusterroles', namespaced: false }],
  [`${rbac} ClusterRoleBinding`, { plural: 'clusterrolebindings', namespaced: false }],
]);

const resourceList = z.object({
  resources: z.array(z.object({ name: z.string(), kind: z.string(), namespaced: z.boolean() })),
});

/** A name as part of a path. Kubernetes forbids the same ones (`IsValidPathSegmentName`): they would lead elsewhere. */
export const segment = (name: string): string => {
  if (name === '' || name === '.' || name === '..' || /[/%]/.test(name))
    throw createRefusal('find an object', 400, `${JSON.stringify(name)} cannot be the name of a Kubernetes object.`);
  return encodeURIComponent(name);
};

const rootOf = (apiVersion: string): string => {
  const root = apiVersion.split('/').map(segment).join('/');
  return apiVersion.includes('/') ? `/apis/${root}` : `/api/${root}`;
};

/** Where a sort of objects is: in a namespace, or all of the cluster's when there is none. */
export const collectionPath = (apiVersion: string, plural: string, namespace?: string): string => {
  const within = namespace === undefined ? '' : `/namespaces/${segment(namespace)}`;
  return `${rootOf(apiVersion)}${within}/${segment(plural)}`;
};

export type Paths = {
  readonly collection: (target: Target) => Promise<string>;
  readonly object: (target: Target) => Promise<string>;
};

/** Knows where objects are by `apiVersion` and `kind`; asks the server once for those it does not know. */
export const createPaths = (client: RawClient): Paths => {
  const found = new Map(known);

  const discover = async (apiVersion: string): Promise<void> => {
    const call = { method: 'GET', path: rootOf(apiVersion), saying: `discover ${apiVersion}` } as const;
    for (const { name, kind, namespaced } of (await client.call(call, resourceList)).resources)
      if (!name.includes('/')) found.set(`${apiVersion} ${kind}`, { plural: name, namespaced });
  };

  const collection = async (target: Target): Promise<string> => {
    const { apiVersion, kind, namespace } = target;
    if (!found.has(`${apiVersion} ${kind}`)) await discover(apiVersion);
    const resource = found.get(`${apiVersion} ${kind}`);
    const why =
      resource === undefined
        ? `has no ${kind} in ${apiVersion}`
        : resource.namespaced && namespace === undefined
          ? 'needs a namespace for it'
          : !resource.namespaced && namespace !== undefined
            ? 'keeps it in no namespace'
            : undefined;
    if (resource === undefined || why !== undefined)
      throw createRefusal(`find ${say(target)}`, 404, `${say(target)} cannot be: cluster "${client.cluster}" ${why}.`);
    return collectionPath(apiVersion, resource.plural, namespace);
  };

  return {
    collection,
    object: async (target) => `${await collection(target)}/${segment(target.name)}`,
  };
};
