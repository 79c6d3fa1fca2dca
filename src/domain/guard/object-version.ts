import { z } from 'zod';
import type { Manifest } from '#domain/plan.ts';

/** Which object something is, and at which of its states, as the API server counts them. */
export const objectVersion = z.strictObject({
  uid: z.string().max(64),
  /** `metadata.resourceVersion`: a number that grows with each change (Kubernetes, "Resource versions"), as text. */
  version: z.string().max(64),
  /** `metadata.generation`, of sorts that have one: it grows with each change of what the object is to be. */
  generation: z.int().min(0).max(1_000_000_000_000).optional(),
});
export type ObjectVersion = z.infer<typeof objectVersion>;

/** Undefined where an object does not say what every API server says. */
export const versionIn = ({ metadata }: Manifest): ObjectVersion | undefined =>
  objectVersion.safeParse({
    uid: 'uid' in metadata ? metadata.uid : undefined,
    version: 'resourceVersion' in metadata ? metadata.resourceVersion : undefined,
    ...('generation' in metadata ? { generation: metadata.generation } : {}),
  }).data;

const isCounted = (version: string): boolean => /^[1-9][0-9]*$/.test(version);

/** Exact for any number of digits. */
const isLess = (one: string, other: string): boolean =>
  one.length === other.length ? one < other : one.length < other.length;

/** Whether an object was so before it was as the other says; of what is counted in no known way nobody can tell. */
export const isEarlier = (one: ObjectVersion, other: ObjectVersion): boolean =>
  (isCounted(one.version) && isCounted(other.version) && isLess(one.version, other.version)) ||
  (one.generation !== undefined && other.generation !== undefined && one.generation < other.generation);

/**
 * The earlier version and the earlier generation of two, each by itself: what is made up can only bring them down. A version that is
 * no number gives way to one that is, and otherwise the one that was there stays.
 */
export const lowestOf = (was: ObjectVersion, now: ObjectVersion): ObjectVersion => {
  const isLower = isCounted(now.version) && (!isCounted(was.version) || isLess(now.version, was.version));
  const generations = [was.generation, now.generation].flatMap((one) => one ?? []);
  return {
    uid: was.uid,
    version: isLower ? now.version : was.version,
    ...(generations.length === 0 ? {} : { generation: Math.min(...generations) }),
  };
};
