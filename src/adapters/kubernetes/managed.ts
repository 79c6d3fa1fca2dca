import { inLanes } from '#domain/lanes.ts';
import { managedBy } from '#domain/request/stamp.ts';
import { apiVersionOf, type Sort } from '#kinds/kind.ts';
import type { Alarm, ClusterWriter, Lagging, Managed, PageReader } from '#use-cases/ports.ts';
import { failedWith } from './fault.ts';
import { listAll, namesOnly, scanPages } from './list.ts';
import { managedFrom } from './objects.ts';
import type { RawClient } from './raw-client.ts';
import { collectionPath } from './resources.ts';

/** What to look for, and where when looking everywhere is forbidden. */
export type ManagedScope = {
  /** What Hallpass makes, over all kinds of requests. */
  readonly sorts: readonly Sort[];
  /** The namespaces that the worker is bound in. */
  readonly namespaces: readonly string[];
  readonly alarm: Alarm;
};

/**
 * Lists what Hallpass made, by its label and a further selector. A worker that is bound per namespace may not list all of
 * them at once: then each of the scope's is asked, and one that is forbidden too is reported and left out, so that it
 * does not keep the others' grants from ending. Reported once, until it is allowed again.
 */
export const createManagedList = (
  client: RawClient,
  { namespaces, alarm, ...scope }: ManagedScope,
): ClusterWriter['scanManaged'] => {
  const reported = new Set<string>();
  // Several kinds may make the same sort.
  const all = [...new Map(scope.sorts.map((sort) => [`${sort.group} ${sort.resource}`, sort])).values()];

  const inNamespace = async <T>(sort: Sort, wanted: Wanted<T>, namespace: string): Promise<readonly T[]> => {
    const found = await list(client, sort, wanted, namespace);
    const key = `${sort.group} ${sort.resource} ${namespace}`;
    if (found !== undefined) {
      reported.delete(key);
      return found;
    }
    const fields = { cluster: client.cluster, namespace, resource: sort.resource };
    if (!reported.has(key)) alarm('The worker may not list what Hallpass made in a managed namespace', fields);
    reported.add(key);
    return [];
  };

  const everywhere = async <T>(sort: Sort, wanted: Wanted<T>): Promise<readonly T[]> => {
    const found = await list(client, sort, wanted);
    if (found !== undefined) return found;
    return whatAnswers(await inLanes(namespaces, atOnce, (namespace) => inNamespace(sort, wanted, namespace)));
  };

  /** One place that cannot be listed must not hide what is in the others; where nothing can be, that is the fault. */
  const whatAnswers = <T>(settled: readonly PromiseSettledResult<readonly T[]>[]): readonly T[] => {
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
  const clusterWide = async <T>(sort: Sort, wanted: Wanted<T>): Promise<readonly T[]> =>
    (await list(client, sort, wanted)) ?? [];

  return async (selector, read, { sorts = all, mayLag = false } = {}) => {
    const wanted = { selector, mayLag, read };
    return whatAnswers(
      await Promise.allSettled(
        sorts.map((sort) => (sort.namespaced ? everywhere(sort, wanted) : clusterWide(sort, wanted))),
      ),
    );
  };
};

type Wanted<T> = Required<Lagging> & { readonly selector: string; readonly read: PageReader<T> };

/** Namespaces that are listed at a time, for each sort: what people wait for does not queue behind a round of lists. */
const atOnce = 2;

const ours = `${managedBy.label}=${managedBy.value}`;

/** What marks requests as applied, in the namespace beside the one that Hallpass lives in. */
export const listMarkers = async (client: RawClient, namespace: string): Promise<readonly Managed[]> => {
  const path = collectionPath('v1', 'configmaps', namespace);
  const saying = `list markers in "${namespace}"`;
  return (await listAll(client, { path, apiVersion: 'v1', kind: 'ConfigMap', selector: ours, saying })).map(
    managedFrom,
  );
};

/** What is needed to take changes back, in the same namespace. Their contents are not even sent. */
export const listJournals = async (
  client: RawClient,
  namespace: string,
  selector: string,
  { mayLag = false }: Lagging = {},
): Promise<readonly Managed[]> => {
  const path = collectionPath('v1', 'secrets', namespace);
  const saying = `list journals in "${namespace}"`;
  const listing = { path, apiVersion: 'v1', kind: 'Secret', selector: oursAnd(selector), accept: namesOnly, saying };
  return (await listAll(client, { ...listing, mayLag })).map(managedFrom);
};

const oursAnd = (selector: string): string => (selector === '' ? ours : `${ours},${selector}`);

/** Of each sort that Hallpass makes. */
const most = 1_000_000;

/** Undefined when it is forbidden. */
const list = async <T>(
  client: RawClient,
  sort: Sort,
  { selector, mayLag, read }: Wanted<T>,
  namespace?: string,
): Promise<readonly T[] | undefined> => {
  const apiVersion = apiVersionOf(sort);
  const path = collectionPath(apiVersion, sort.resource, namespace);
  const saying = `list ${sort.resource} in ${namespace === undefined ? 'the whole cluster' : `"${namespace}"`}`;
  // A stamp is all in the metadata. Whatever somebody may have put into roles under our label is not even sent.
  const listing = { path, apiVersion, kind: sort.kind, selector: oursAnd(selector), accept: namesOnly, saying, most };
  try {
    return await scanPages(client, { ...listing, mayLag }, (objects) => read(objects.map(managedFrom)));
  } catch (error) {
    if (failedWith(error, 403)) return undefined;
    throw error;
  }
};
