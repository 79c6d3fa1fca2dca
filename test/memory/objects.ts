import { z } from 'zod';
import { canonical } from '#domain/json.ts';
import { type Manifest, type Target, targetKey, targetOf } from '#domain/plan.ts';
import type { Managed } from '#use-cases/ports.ts';
import { ownersAfter } from './owned-fields.ts';

const metadata = z.looseObject({
  uid: z.string(),
  resourceVersion: z.string().optional(),
  creationTimestamp: z.string(),
  generation: z.int().optional(),
  deletionTimestamp: z.string().optional(),
  finalizers: z.array(z.string()).default([]),
});

/** What the server itself has put into an object. */
export const metadataOf = ({ live }: Managed): z.infer<typeof metadata> => metadata.parse(live.metadata);

/** Deleted, and waiting for a finalizer. */
export const isGoing = (there: Managed): boolean => metadataOf(there).deletionTimestamp !== undefined;

const versioned = z.object({ metadata: z.object({ resourceVersion: z.string().regex(/[^0]/) }) });
/** The version that a manifest was made from; none for an empty one or `0`, which mean "whichever" to Kubernetes. */
export const versionOf = (manifest: Manifest): string | undefined =>
  versioned.safeParse(manifest).data?.metadata.resourceVersion;

/** All of an object but what each write changes, in one spelling. */
const contentOf = (live: Manifest): string => {
  const { resourceVersion: _, generation: __, managedFields: ___, ...rest } = written.parse(live.metadata);
  return canonical({ ...live, metadata: rest });
};
const written = z.record(z.string(), z.json());
/** What a generation counts: everything but metadata and status. */
const specOf = ({ metadata: _, status: __, ...rest }: Manifest): string => canonical(rest);

export type MemoryObjects = {
  readonly find: (target: Target) => Managed | undefined;
  readonly all: () => readonly Managed[];
  /** What an object becomes by this write, without keeping it: a new one where there was none before. */
  readonly shape: (manifest: Manifest, manager: string, before?: Managed) => Manifest;
  /** Keeps an object under a new resourceVersion, unless it is as it was. One that is going goes with its last finalizer. */
  readonly keep: (live: Manifest) => Managed;
  readonly drop: (target: Target) => void;
  readonly uid: () => string;
};

/** The objects of a cluster in memory: what an API server does to each, whoever writes it. */
export const createMemoryObjects = (
  now: () => Temporal.Instant,
  defaults: (manifest: Manifest) => Manifest,
): MemoryObjects => {
  const stored = new Map<string, Managed>();
  let [made, version] = [0, 100];

  const uid = (): string => {
    made += 1;
    return `00000000-0000-4000-8000-${String(made).padStart(12, '0')}`;
  };
  const time = (): string => now().round({ smallestUnit: 'second', roundingMode: 'floor' }).toString();

  const identify = (manifest: Manifest, before?: Managed) => {
    if (before === undefined) {
      const generation = 'spec' in manifest ? { generation: 1 } : {};
      return { uid: uid(), creationTimestamp: time(), resourceVersion: undefined, ...generation };
    }
    const { deletionTimestamp, generation, ...was } = metadataOf(before);
    const moves = specOf(manifest) !== specOf(before.live);
    return {
      uid: was.uid,
      creationTimestamp: was.creationTimestamp,
      resourceVersion: was.resourceVersion,
      ...(generation === undefined ? {} : { generation: moves ? generation + 1 : generation }),
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    };
  };

  const shape = (manifest: Manifest, manager: string, before?: Managed): Manifest => {
    const whole = defaults(structuredClone(manifest));
    const managedFields = ownersAfter(before?.live, whole, { manager, operation: 'Update', time: time() });
    const live = { ...whole, metadata: { ...whole.metadata, ...identify(whole, before), managedFields } };
    // A write that changes nothing leaves no trace.
    return before !== undefined && contentOf(live) === contentOf(before.live) ? before.live : live;
  };

  const keep = (live: Manifest): Managed => {
    const target = targetOf(live);
    const there = stored.get(targetKey(target));
    if (there !== undefined && canonical(live) === canonical(there.live)) return there;
    version += 1;
    const kept = structuredClone({ ...live, metadata: { ...live.metadata, resourceVersion: String(version) } });
    const managed = { ref: { ...target, uid: metadata.parse(kept.metadata).uid }, live: kept };
    if (isGoing(managed) && metadataOf(managed).finalizers.length === 0) stored.delete(targetKey(target));
    else stored.set(targetKey(target), managed);
    return managed;
  };

  return {
    find: (target) => stored.get(targetKey(target)),
    all: () => [...stored.values()],
    shape,
    keep,
    drop: (target) => void stored.delete(targetKey(target)),
    uid,
  };
};

/** Marks an object as deleted: it goes at once, or waits for its finalizers. True when it is gone. */
export const deleteFrom = (objects: MemoryObjects, there: Managed, now: Temporal.Instant): boolean => {
  if (metadataOf(there).finalizers.length === 0) {
    objects.drop(there.ref);
    return true;
  }
  const { live } = there;
  const since = { deletionTimestamp: now.toString() };
  if (!isGoing(there)) objects.keep({ ...live, metadata: { ...live.metadata, ...since } });
  return false;
};
