import { normalise } from '#domain/content/normalise.ts';
import { isMap, type JsonMap, mapOf } from '#domain/content/tree.ts';
import { canonical, isSameJson, type Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import type { Digest } from '#domain/seal.ts';
import type { Write } from './write.ts';

/** Annotations by which a write says why it is made. They are read, and make no difference. */
export const intentPrefix = 'intent.hallpass.dev/';

/**
 * What of an object counts: its content, the same however it was written, without annotations that make no difference.
 * `ignore` are their keys.
 */
export const essence = (object: Manifest, ignore: readonly string[]): Manifest => {
  const normal = normalise(object);
  const { annotations, ...metadata } = normal.metadata;
  if (annotations === undefined || !isMap(annotations)) return normal;
  const kept = Object.entries(annotations as JsonMap).flatMap(([key, value]) =>
    isBesidePoint(key, ignore) || value === undefined ? [] : [[key, value] as const],
  );
  const rest = kept.length === 0 ? {} : { annotations: mapOf(kept) as Readonly<Record<string, string>> };
  return { ...normal, metadata: { ...metadata, ...rest } };
};

/** What controllers of Kubernetes count in an object that they carry out; nobody is told anything by it. */
const counters = ['deployment.kubernetes.io/revision', 'deprecated.daemonset.template.generation'];

const isBesidePoint = (key: string, ignore: readonly string[]): boolean =>
  ignore.includes(key) || counters.includes(key) || key.startsWith(intentPrefix);

/** Whether a write changes nothing that counts: also one of a status, or one that only says anew who owns which field. */
export const changesNothing = ({ operation, before, after }: Write, ignore: readonly string[]): boolean =>
  operation === 'update' &&
  before !== undefined &&
  after !== undefined &&
  isSameJson(essence(before, ignore), essence(after, ignore));

/**
 * The same for the same write, however often and by whichever way it is made: client-side or server-side apply, replace,
 * annotate. Different for one character, another cluster or object, and another state that it starts from.
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
      namespace: namespace ?? null,
      name,
      before: before === undefined ? null : essence(before, ignore),
      after: after === undefined ? null : essence(after, ignore),
    } as Json),
  );

/** Tells whether a write was made by this user, without naming them in the log. */
export const writerMark = (fingerprint: string, user: string, digest: Digest): string =>
  digest(canonical({ use: 'hallpass.dev/writer', fingerprint, user }));

/**
 * Why a write is made in spite of being held, as it says itself, if it says so anew: what stays behind on an object from an
 * earlier write breaks no glass again.
 */
export const breaksGlass = ({ before, after }: Pick<Write, 'before' | 'after'>): string | undefined => {
  const key = `${intentPrefix}break-glass`;
  const said = (object: Manifest | undefined): string => {
    const { annotations } = object?.metadata ?? {};
    return annotations !== undefined && Object.hasOwn(annotations, key) ? (annotations[key]?.trim() ?? '') : '';
  };
  const why = said(after);
  return why === '' || why === said(before) ? undefined : why;
};

/** Tells an object apart from one in another state. */
export const contentMark = (object: Manifest, ignore: readonly string[], digest: Digest): string =>
  digest(canonical(essence(object, ignore) as Json));
