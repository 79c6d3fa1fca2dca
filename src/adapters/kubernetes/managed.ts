import { managedBy } from '#domain/request/stamp.ts';
import type { Alarm, Managed } from '#use-cases/ports.ts';
import { failedWith } from './fault.ts';
import { listAll, namesOnly } from './list.ts';
import { managedFrom } from './objects.ts';
import type { RawClient } from './raw-client.ts';
import { collectionPath } from './resources.ts';

/** Where to look when looking everywhere is forbidden. */
export type ManagedScope = {
  /** The namespaces that the worker is bound in. */
  readonly namespaces: readonly string[];
  readonly alarm: Alarm;
};

const apiVersion = 'rbac.authorization.k8s.io/v1';
const namespaced = [
  { kind: 'RoleBinding', plural: 'rolebindings' },
  { kind: 'Role', plural: 'roles' },
];
const clusterWide = [
  { kind: 'ClusterRoleBinding', plural: 'clusterrolebindings' },
  { kind: 'ClusterRole', plural: 'clusterroles' },
];

type Sort = { readonly kind: string; readonly plural: string };

/**
 * Lists what Hallpass made, by its label and a further selector. A worker that is bound per namespace may not list all of
 * them at once: then each of the scope's is asked, and one that is forbidden too is reported and left out, so that it
 * does not keep the others' grants from ending. Reported once, until it is allowed again.
 */
export const createManagedList = (
  client: RawClient,
  { namespaces, alarm }: ManagedScope,
): ((selector: string) => Promise<readonly Managed[]>) => {
  const reported = new Set<string>();

  const inNamespace = async (sort: Sort, selector: string, namespace: string): Promise<readonly Managed[]> => {
    const found = await list(client, sort, selector, namespace);
    const key = `${sort.plural} ${namespace}`;
    if (found !== undefined) {
      reported.delete(key);
      return found;
    }
    const fields = { cluster: client.cluster, namespace, resource: sort.plural };
    if (!reported.has(key)) alarm('The worker may not list what Hallpass made in a managed namespace', fields);
    reported.add(key);
    return [];
  };

  const everywhere = async (sort: Sort, selector: string): Promise<readonly Managed[]> => {
    const found = await list(client, sort, selector);
    if (found !== undefined) return found;
    return whatAnswers(namespaces.map((namespace) => inNamespace(sort, selector, namespace)));
  };

  /** One place that cannot be listed must not hide what is in the others; where nothing can be, that is the fault. */
  const whatAnswers = async (lists: readonly Promise<readonly Managed[]>[]): Promise<readonly Managed[]> => {
    const settled = await Promise.allSettled(lists);
    const failed = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    if (failed.length > 0 && failed.length === settled.length) throw failed[0];
    for (const cause of failed)
      alarm('A part of what Hallpass made could not be listed; the rest is looked after', {
        cluster: client.cluster,
        cause: String(cause),
      });
    return settled.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
  };

  // Forbidden cluster-wide means that the cluster-wide role is off: then nothing there is ours.
  return (selector) =>
    whatAnswers([
      ...namespaced.map((sort) => everywhere(sort, selector)),
      ...clusterWide.map(async (sort) => (await list(client, sort, selector)) ?? []),
    ]);
};

/** What marks requests as applied, in the namespace that Hallpass lives in. */
export const listMarkers = async (client: RawClient, home: string): Promise<readonly Managed[]> => {
  const path = collectionPath('v1', 'configmaps', home);
  const selector = `${managedBy.label}=${managedBy.value}`;
  const saying = `list markers in "${home}"`;
  return (await listAll(client, { path, apiVersion: 'v1', kind: 'ConfigMap', selector, saying })).map(managedFrom);
};

/** Undefined when it is forbidden. */
const list = async (
  client: RawClient,
  { kind, plural }: Sort,
  selector: string,
  namespace?: string,
): Promise<readonly Managed[] | undefined> => {
  const path = collectionPath(apiVersion, plural, namespace);
  const where = namespace === undefined ? 'the whole cluster' : `"${namespace}"`;
  const ours = `${managedBy.label}=${managedBy.value},${selector}`;
  // A stamp is all in the metadata. Whatever somebody may have put into roles under our label is not even sent.
  const listing = { path, apiVersion, kind, selector: ours, accept: namesOnly, saying: `list ${plural} in ${where}` };
  try {
    return (await listAll(client, listing)).map(managedFrom);
  } catch (error) {
    if (failedWith(error, 403)) return undefined;
    throw error;
  }
};
