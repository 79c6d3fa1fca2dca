import { z } from 'zod';
import { isJsonWithin } from '#domain/json.ts';
import type { Manifest, ObjectRef } from '#domain/plan.ts';
import type { Managed } from '#use-cases/ports.ts';

const texts = z.record(z.string(), z.string());
const metadata = z.object({
  name: z.string().min(1),
  namespace: z.string().optional(),
  uid: z.string().min(1),
  resourceVersion: z.string().optional(),
  labels: texts.optional(),
  annotations: texts.optional(),
  deletionTimestamp: z.string().optional(),
  finalizers: z.array(z.string()).optional(),
});
export type Metadata = z.infer<typeof metadata>;
const envelope = z.object({ apiVersion: z.string(), kind: z.string(), metadata });

/**
 * How deep an object may nest: far more than any sort does, and far less than recursion can take. Of a custom resource without a
 * schema Kubernetes itself takes ten thousand levels.
 */
const deepest = 500;

/** An object as the server has it. It is only checked, never rebuilt: what is hashed and compared is the raw JSON. */
export const liveObject = z.custom<Manifest>(
  (value) => envelope.safeParse(value).success && isJsonWithin(value, deepest),
  `not a Kubernetes object, or one that nests deeper than ${deepest} levels`,
);

/**
 * A page of a list. Its items lack `apiVersion` and `kind`; with those they are checked as objects. A list without any
 * may say `null` (Kubernetes 1.20, lists of names only).
 */
export const listPage = z.object({
  metadata: z.object({ continue: z.string().optional() }),
  items: z
    .array(z.looseObject({}))
    .nullable()
    .transform((items) => items ?? []),
});

/** What an object says of itself. Throws for one that the server cannot have sent. */
export const metadataOf = (live: Manifest): Metadata => envelope.parse(live).metadata;

export const managedFrom = (live: Manifest): Managed => {
  const { name, namespace, uid } = metadataOf(live);
  const { apiVersion, kind } = live;
  return { ref: { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), name, uid }, live };
};

/** Names an object for people: `RoleBinding "x" in "shop"`. */
export const say = ({ kind, namespace, name }: Omit<ObjectRef, 'uid'>): string =>
  `${kind} "${name}"${namespace === undefined ? '' : ` in "${namespace}"`}`;
