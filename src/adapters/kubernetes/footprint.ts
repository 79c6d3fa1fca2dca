import { inLanes } from '#domain/lanes.ts';
import type { ObjectRef } from '#domain/plan.ts';
import { managedBy, requestLabel } from '#domain/request/stamp.ts';
import { apiVersionOf, type Sort } from '#kinds/kind.ts';
import type { Managed } from '#use-cases/ports.ts';
import { beginDeleteObject, removeObject } from './delete.ts';
import { failedWith } from './fault.ts';
import { listAll, namesOnly } from './list.ts';
import { managedFrom } from './objects.ts';
import type { RawClient } from './raw-client.ts';
import { collectionPath, createPaths } from './resources.ts';
import { read } from './write.ts';

/** What is in a cluster of Hallpass, by its labels. */
export type Footprint = {
  /** As it was installed, and the guard's webhook configuration. */
  readonly installed: readonly Managed[];
  /** What requests have made: grants and openings. */
  readonly made: readonly Managed[];
  /** Of changes that are to be taken back; wherever they are, for Hallpass may live under another name. */
  readonly journals: readonly Managed[];
  /** Those of these names, whatever labels they have. */
  readonly namespaces: readonly Managed[];
  /** Namespaces of other names that bear the label: another installation, or nobody's of ours. */
  readonly others: readonly Managed[];
};

type Listed = { readonly apiVersion: string; readonly kind: string; readonly plural: string };
const rbac = 'rbac.authorization.k8s.io/v1';

const installedSorts: readonly Listed[] = [
  { apiVersion: rbac, kind: 'ClusterRoleBinding', plural: 'clusterrolebindings' },
  { apiVersion: rbac, kind: 'RoleBinding', plural: 'rolebindings' },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    plural: 'validatingwebhookconfigurations',
  },
  { apiVersion: 'apps/v1', kind: 'Deployment', plural: 'deployments' },
  { apiVersion: rbac, kind: 'ClusterRole', plural: 'clusterroles' },
  { apiVersion: rbac, kind: 'Role', plural: 'roles' },
  { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', plural: 'poddisruptionbudgets' },
  { apiVersion: 'policy/v1beta1', kind: 'PodDisruptionBudget', plural: 'poddisruptionbudgets' },
  { apiVersion: 'v1', kind: 'Service', plural: 'services' },
  { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps' },
  { apiVersion: 'v1', kind: 'ServiceAccount', plural: 'serviceaccounts' },
];

const named = 'app.kubernetes.io/name=hallpass';
const made = `${managedBy.label}=${managedBy.value}`;

/** Looks in the whole cluster; `own` are Hallpass's namespaces. Sorts that it does not know have nothing. Throws where something may not be listed. */
export const footprintOf = async (
  client: RawClient,
  sorts: readonly Sort[],
  own: readonly string[],
): Promise<Footprint> => {
  const list = async ({ apiVersion, kind, plural }: Listed, selector: string) => {
    const path = collectionPath(apiVersion, plural);
    const saying = `list ${plural} in the whole cluster`;
    return listAll(client, { path, apiVersion, kind, selector, accept: namesOnly, saying }).then(
      (all) => all.map(managedFrom),
      (error: unknown) => {
        if (failedWith(error, 404)) return [];
        throw error;
      },
    );
  };
  const ours = [...new Map(sorts.map((sort) => [`${sort.group} ${sort.resource}`, sort])).values()];
  const paths = createPaths(client);
  const [installed, ownMade, journals, labelled, namespaces] = await Promise.all([
    Promise.all(installedSorts.map((sort) => list(sort, named))),
    Promise.all(
      ours.map((sort) => list({ apiVersion: apiVersionOf(sort), kind: sort.kind, plural: sort.resource }, made)),
    ),
    list({ apiVersion: 'v1', kind: 'Secret', plural: 'secrets' }, `${made},${requestLabel}`),
    list({ apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces' }, named),
    Promise.all(own.map((name) => read(client, paths, { apiVersion: 'v1', kind: 'Namespace', name }))),
  ]);
  // Both versions of a budget are the same object.
  const unique = [...new Map(installed.flat().map((one) => [one.ref.uid, one])).values()];
  return {
    installed: unique,
    made: ownMade.flat(),
    journals,
    namespaces: namespaces.flatMap((one) => one ?? []),
    others: labelled.filter(({ ref }) => !own.includes(ref.name)),
  };
};

const atOnce = 8;

/** Deletes these very objects, some at a time. What cannot be deleted is answered, with why; the rest goes all the same. */
export const removeAll = async (
  client: RawClient,
  found: readonly Managed[],
): Promise<readonly { readonly ref: ObjectRef; readonly why: string }[]> => {
  const paths = createPaths(client);
  const settled = await inLanes(found, atOnce, ({ ref }) =>
    // Their pods, and what is in them, take their time.
    ref.kind === 'Deployment' || ref.kind === 'Namespace'
      ? beginDeleteObject(client, paths, ref)
      : removeObject(client, paths, ref),
  );
  return settled.flatMap((one, index) => {
    const ref = found[index]?.ref;
    return one.status === 'rejected' && ref !== undefined ? [{ ref, why: sayWhy(one.reason) }] : [];
  });
};

const sayWhy = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
