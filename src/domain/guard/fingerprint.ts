import { normalise } from '#domain/content/normalise.ts';
import { isList, isMap, type JsonMap, mapOf } from '#domain/content/tree.ts';
import { veiledBytes } from '#domain/content/veiled.ts';
import type { RequestId } from '#domain/ids.ts';
import { canonical, isSameJson, type Json } from '#domain/json.ts';
import { type Manifest, targetOf } from '#domain/plan.ts';
import type { Digest } from '#domain/seal.ts';
import { isOfNamespaces, namespaceUid } from './namespace.ts';
import type { Write } from './write.ts';

/** Annotations by which a write says why it is made. They are read, and make no difference. */
export const intentPrefix = 'intent.hallpass.dev/';

/**
 * What of an object counts: its content, the same however it was written, without annotations that make no difference.
 * `ignore` are their keys.
 */
export const essence = (object: Manifest, ignore: readonly string[]): Manifest => {
  const normal = withoutControllers(normalise(object));
  const { annotations, ...metadata } = normal.metadata;
  if (annotations === undefined || !isMap(annotations)) return normal;
  const kept = Object.entries(annotations as JsonMap).flatMap(([key, value]) =>
    isBesidePoint(key, ignore) || value === undefined ? [] : [[key, value] as const],
  );
  const rest = kept.length === 0 ? {} : { annotations: mapOf(kept) as Readonly<Record<string, string>> };
  return { ...normal, metadata: { ...metadata, ...rest } };
};

/** By these controllers of load balancers have their say before what they serve goes. They put them there and take them off. */
const loadBalancers = new Set([
  'service.kubernetes.io/load-balancer-cleanup',
  'service.k8s.aws/resources',
  'ingress.k8s.aws/resources',
  'networking.gke.io/ingress-finalizer',
  'networking.gke.io/ingress-finalizer-V2',
  'networking.gke.io/l4-ilb-v1',
  'networking.gke.io/l4-ilb-v2',
  'networking.gke.io/l4-netlb-v2',
]);

/** Whether a finalizer is no content of its object: it changes nothing of what is served, and when it goes its controller decides. */
export const isControllers = (finalizer: unknown): boolean =>
  typeof finalizer === 'string' &&
  (loadBalancers.has(finalizer) || /^group\.ingress\.k8s\.aws\/[a-z0-9.-]{1,63}$/.test(finalizer));

const withoutControllers = (object: Manifest): Manifest => {
  const had = finalizersOf(object);
  if (!had.some(isControllers)) return object;
  const { metadata, ...rest } = object;
  const { finalizers: _, ...others } = metadata as JsonMap;
  const kept = had.filter((one) => !isControllers(one));
  return { ...rest, metadata: { ...others, ...(kept.length === 0 ? {} : { finalizers: kept }) } } as Manifest;
};

/** What controllers of Kubernetes count in an object that they carry out; nobody is told anything by it. */
const counters = ['deployment.kubernetes.io/revision', 'deprecated.daemonset.template.generation'];

/** Annotations that are no content of the object: a write that leaves them out takes nothing away. */
export const isNoContent = (key: string): boolean => isBesidePoint(key, []);

const isBesidePoint = (key: string, ignore: readonly string[]): boolean =>
  ignore.includes(key) || counters.includes(key) || key.startsWith(intentPrefix);

/**
 * The same of an object that is being created: the API server gives each attempt at a Service other addresses and ports, which is
 * seen by the guard.
 */
const essenceOfNew = (object: Manifest, ignore: readonly string[]): Manifest => {
  const whole = essence(object, ignore);
  const { spec } = whole;
  if (whole.kind !== 'Service' || whole.apiVersion !== 'v1' || !isMap(spec)) return whole;
  const { clusterIP, clusterIPs, healthCheckNodePort: _, ports, ...rest } = spec;
  return {
    ...whole,
    spec: {
      ...rest,
      ...(clusterIP === 'None' ? { clusterIP, ...(clusterIPs === undefined ? {} : { clusterIPs }) } : {}),
      ...(ports === undefined ? {} : { ports: isList(ports) ? ports.map(withoutNodePort) : ports }),
    },
  };
};

const withoutNodePort = (port: Json): Json => {
  if (!isMap(port)) return port;
  const { nodePort: _, ...rest } = port;
  return rest;
};

const essenceAfter = (operation: Write['operation'], object: Manifest, ignore: readonly string[]): Manifest =>
  operation === 'create' ? essenceOfNew(object, ignore) : essence(object, ignore);

/** Whether a write changes nothing that counts: also one of a status, or one that only says anew who owns which field. */
export const changesNothing = ({ operation, before, after }: Write, ignore: readonly string[]): boolean =>
  operation === 'update' &&
  before !== undefined &&
  after !== undefined &&
  isSameJson(essence(before, ignore), essence(after, ignore));

/** Whether it only lets go what is being deleted: that was agreed to before, and its controllers take their finalizers away. */
export const letsGo = ({ operation, before, after }: Write): boolean => {
  if (operation !== 'update' || before === undefined || after === undefined) return false;
  if (!('deletionTimestamp' in before.metadata)) return false;
  const [had, has] = [finalizersOf(before), finalizersOf(after)];
  return has.every((one) => had.includes(one)) && isSameJson(withoutFinalizers(before), withoutFinalizers(after));
};

export const finalizersOf = ({ metadata }: Manifest): readonly unknown[] =>
  'finalizers' in metadata && Array.isArray(metadata.finalizers) ? metadata.finalizers : [];

const withoutFinalizers = (object: Manifest): Manifest => {
  const { metadata, ...rest } = essence(object, []);
  return { ...rest, metadata: { ...metadata, finalizers: undefined } } as Manifest;
};

/**
 * The same for the same write, however often and by whichever way it is made: client-side or server-side apply, replace,
 * annotate. Different for one character, another cluster or object, and another state that it starts from. Of a namespace that goes
 * only its uid counts: whatever labels it has by then, all that is in it goes, and one that is made again is another one.
 */
export const fingerprintOf = (
  cluster: string,
  {
    operation,
    group,
    resource,
    subresource,
    namespace,
    name,
    orphans,
    before,
    after,
  }: Omit<Write, 'uid' | 'user' | 'groups' | 'dryRun' | 'version'>,
  ignore: readonly string[],
  digest: Digest,
): string =>
  digest(
    canonical({
      use: 'hallpass.dev/write',
      cluster,
      operation,
      group,
      resource,
      subresource: subresource ?? null,
      // A server may call a namespace one that is in itself.
      namespace: isOfNamespaces({ group, resource }) ? null : (namespace ?? null),
      name,
      ...(orphans === true ? { orphans } : {}),
      before: before === undefined ? null : stateOf(before, { group, resource }, ignore),
      after: after === undefined ? null : essenceAfter(operation, after, ignore),
    } as Json),
  );

const stateOf = (object: Manifest, sort: Pick<Write, 'group' | 'resource'>, ignore: readonly string[]): Json =>
  isOfNamespaces(sort) ? { uid: namespaceUid(object) ?? null } : (essence(object, ignore) as Json);

/** Tells whether a write was made by this user, without naming them in the log. */
export const writerMark = (fingerprint: string, user: string, digest: Digest): string =>
  digest(canonical({ use: 'hallpass.dev/writer', fingerprint, user }));

/** Under what a write that breaks glass is known until the bot has let it: each author's is one, and takes the place of nothing. */
export const glassIndex = (fingerprint: string, mark: string): string => `${fingerprint}-${mark}`;

/** Under what a write is filed beside an approval of the same that does not let it through as it came, until the bot has taken it in. */
export const besideIndex = (fingerprint: string, approved: RequestId): string => `${fingerprint}-${approved}`;

/**
 * Why a write is made in spite of being held, as it says itself, if it says so anew: what stays behind on an object from an
 * earlier write breaks no glass again.
 */
export const breaksGlass = ({ before, after }: Pick<Write, 'before' | 'after'>): string | undefined => {
  const key = `${intentPrefix}break-glass`;
  const why = noteIn(after, key);
  return why === '' || why === noteIn(before, key) ? undefined : why;
};

/** What an object says under the key of an annotation; empty where it says nothing, or nothing that may be repeated. */
export const noteIn = (object: Manifest | undefined, key: string): string => {
  const annotations: unknown = object?.metadata.annotations;
  const text =
    isMap(annotations as Json) && Object.hasOwn(annotations as object, key)
      ? Reflect.get(annotations as object, key)
      : '';
  return typeof text === 'string' && veiledBytes(text) === undefined ? text.trim() : '';
};

/** Tells an object apart from one in another state, as `operation` makes it so. */
export const contentMark = (
  object: Manifest,
  operation: Write['operation'],
  ignore: readonly string[],
  digest: Digest,
): string => digest(canonical(essenceAfter(operation, object, ignore) as Json));

/** The write of an object as whoever makes it knows it, without any policy at hand. */
export const passMark = (
  cluster: string,
  { operation, before, after }: Pick<Write, 'operation' | 'before' | 'after'>,
  digest: Digest,
): string => {
  const object = after ?? before;
  return digest(
    canonical({
      use: 'hallpass.dev/own-write',
      cluster,
      operation,
      object: object === undefined ? null : { ...targetOf(object) },
      before: before === undefined ? null : essence(before, []),
      after: after === undefined ? null : essenceAfter(operation, after, []),
    } as Json),
  );
};
