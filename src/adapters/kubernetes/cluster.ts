import { z } from 'zod';
import type { AccessProbe, KubernetesIdentity } from '#domain/plan.ts';
import { sayProbe } from '#domain/plan.ts';
import type { ClusterReader, ClusterWriter, Review } from '#use-cases/ports.ts';
import { beginDeleteObject, deleteObject, removeObject, tryDeleteObject } from './delete.ts';
import { unlessAbsent } from './fault.ts';
import { listObjects, setObjectOwners, writeObject } from './foreign.ts';
import { listAll, listSome, namesOnly } from './list.ts';
import { createManagedList, listJournals, listMarkers, type ManagedScope } from './managed.ts';
import { liveObject, metadataOf } from './objects.ts';
import type { RawClient } from './raw-client.ts';
import { collectionPath, createPaths, segment } from './resources.ts';
import { createSharedScan } from './shared-scan.ts';
import { annotateObject, createObject, read } from './write.ts';

/** What the bot does with a cluster: it looks. */
export const createClusterReader = (client: RawClient): ClusterReader => ({
  name: client.cluster,
  namespaces: async () => {
    const where = { path: '/api/v1/namespaces', apiVersion: 'v1', kind: 'Namespace', accept: namesOnly };
    return (await listAll(client, { ...where, saying: 'list namespaces' })).map((live) => {
      const { name, labels = {} } = metadataOf(live);
      return { name, labels };
    });
  },
  namespace: async (name) => {
    const call = {
      method: 'GET',
      path: `/api/v1/namespaces/${segment(name)}`,
      saying: `get namespace "${name}"`,
    } as const;
    const live = await unlessAbsent(client.call(call, liveObject));
    if (live === undefined) return undefined;
    const { uid, deletionTimestamp, labels = {} } = metadataOf(live);
    return { uid, terminating: deletionTimestamp !== undefined, labels };
  },
  names: async ({ group, version, resource }, namespace) => {
    const apiVersion = group === '' ? version : `${group}/${version}`;
    const path = collectionPath(apiVersion, resource, namespace);
    const saying = `list ${resource} in "${namespace}"`;
    const found = await listSome(client, { path, apiVersion, kind: resource, accept: namesOnly, saying });
    return found.map(({ metadata }) => metadata.name);
  },
  review: (who, probe) => review(client, who, probe),
});

const verdict = z.object({
  status: z.object({
    allowed: z.boolean(),
    denied: z.boolean().optional(),
    reason: z.string().optional(),
    evaluationError: z.string().optional(),
  }),
});

const longestReason = 500;

/** SubjectAccessReview of authorization.k8s.io/v1. An evaluation error goes with the reason: a no may be half an answer. */
const review = async (client: RawClient, who: KubernetesIdentity, probe: AccessProbe): Promise<Review> => {
  const { user, groups } = who;
  const call = {
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      // Everybody whom the API server knows is in this group, and some clusters bind a good deal to it.
      spec: { user, groups: [...groups, 'system:authenticated'], resourceAttributes: { ...probe } },
    },
    saying: `ask whether somebody may ${sayProbe(probe)}`,
  } as const;
  const { status } = await client.call(call, verdict);
  const said = [status.reason ?? '', status.evaluationError ?? ''].filter((text) => text !== '');
  // Cut: each binding in the namespace whose role is missing adds a sentence.
  return { allowed: status.allowed && status.denied !== true, reason: said.join('; ').slice(0, longestReason) };
};

/** What the worker does with a cluster: look, make and remove what is Hallpass's own, and change what is not. */
export const createClusterWriter = (client: RawClient, scope: ManagedScope): ClusterWriter => {
  const paths = createPaths(client);
  const scanManaged = createManagedList(client, scope);
  return {
    ...createClusterReader(client),
    list: (of, namespace) => listObjects(client, of, namespace),
    scan: createSharedScan(client),
    tryWrite: (manifest, options) => writeObject(client, paths, manifest, { ...options, dryRun: true }),
    write: (manifest, options) => writeObject(client, paths, manifest, { ...options, dryRun: false }),
    tryDelete: (ref) => tryDeleteObject(client, paths, ref),
    delete: (ref, resourceVersion) => deleteObject(client, paths, ref, resourceVersion),
    beginDelete: (ref) => beginDeleteObject(client, paths, ref),
    setOwners: (target, version, managedFields) => setObjectOwners(client, paths, target, version, managedFields),
    time: () => serverTime(client),
    create: (manifest) => createObject(client, paths, manifest),
    remove: (ref) => removeObject(client, paths, ref),
    annotate: (ref, annotations) => annotateObject(client, paths, ref, annotations),
    get: (ref, options) => read(client, paths, ref, options?.onlyToLook !== true),
    managed: (selector, options) => scanManaged(selector, async (page) => page, options),
    scanManaged,
    markers: (namespace) => listMarkers(client, namespace),
    journals: (namespace, selector, options) => listJournals(client, namespace, selector, options),
  };
};

/** As old as a clock reading may be: milliseconds. */
const fresh = 1_000;

/** The `Date` of the latest answer, or of one asked for now. `/version` costs the server nothing and etcd is not asked. */
export const serverTime = async (client: RawClient): Promise<Temporal.Instant> => {
  const recent = client.lastDate();
  if (recent !== undefined && performance.now() - recent.receivedAt < fresh) return recent.date;
  const asked = performance.now();
  const call = { method: 'GET', path: '/version', saying: 'tell the time' } as const;
  // Any answer has a date; one that came meanwhile to another call will do as well.
  const fault = await client.call(call, z.unknown()).then(
    () => undefined,
    (cause: unknown) => cause,
  );
  const dated = client.lastDate();
  if (dated !== undefined && dated.receivedAt >= asked) return dated.date;
  throw fault ?? new Error(`Cluster "${client.cluster}" answers without a Date header; its clock cannot be told.`);
};
