import type { RequestId } from '#domain/ids.ts';
import type { Trust } from '#domain/request/chain.ts';
import { readStamp } from '#domain/request/stamp.ts';
import type { ClusterWriter, EventStore, Managed, WorkerPorts } from './ports.ts';

type Found = Pick<Managed, 'ref'>;
type Read = NonNullable<ReturnType<typeof readStamp>>;

/** Logs whose lengths are asked for at a time. */
const atATime = 1_000;

/** What the sweeps over one cluster have looked at, so that they look again only at what is another by now. */
export type KnownGrants = {
  /** An object's genuine stamp, as `readStamp` reads it. */
  readonly stampOf: (found: Managed) => Read | undefined;
  /** Whether all of these were seen in force as they should be. */
  readonly areInOrder: (objects: readonly Found[]) => boolean;
  /** They are in force by the log of this request, of so many entries, that was read and believed. */
  readonly see: (objects: readonly Found[], request: RequestId, entries: number) => void;
  /**
   * Forgets what is not in this whole list any more, and what was in order by a log that has become longer or shorter. A log is
   * only ever added to by who has a key, so that one as long as before says what it said. Throws when the store does not answer.
   */
  readonly lookAgain: (everything: readonly Managed[]) => Promise<void>;
};

/** One for each cluster. */
export const createKnownGrants = ({ trust, store }: Pick<WorkerPorts, 'trust' | 'store'>) => {
  const known = new Map<string, KnownGrants>();
  return ({ name }: Pick<ClusterWriter, 'name'>): KnownGrants => {
    const grants = known.get(name) ?? knownIn(name, trust, store);
    known.set(name, grants);
    return grants;
  };
};

const knownIn = (cluster: string, trust: Trust, store: Pick<EventStore, 'lengths'>): KnownGrants => {
  /** By uid. What was altered since has another version. */
  const stamps = new Map<string, { readonly version: string; readonly stamp: Read }>();
  /** By uid: how many entries the log had that calls it active. Only an end that proves its absence makes that untrue. */
  const inOrder = new Map<string, { readonly request: RequestId; readonly entries: number }>();

  return {
    stampOf: ({ ref, live }) => {
      const version = live.metadata.resourceVersion ?? '';
      const known = stamps.get(ref.uid);
      if (known !== undefined && version !== '' && known.version === version) return known.stamp;
      const stamp = readStamp(cluster, live, trust);
      if (stamp !== undefined) stamps.set(ref.uid, { version, stamp });
      return stamp;
    },
    areInOrder: (objects) => objects.every(({ ref }) => inOrder.has(ref.uid)),
    see: (objects, request, entries) => {
      for (const { ref } of objects) inOrder.set(ref.uid, { request, entries });
    },
    lookAgain: async (everything) => {
      const there = new Set(everything.map(({ ref }) => ref.uid));
      for (const known of [stamps, inOrder]) for (const uid of known.keys()) if (!there.has(uid)) known.delete(uid);
      const seen = [...inOrder];
      for (let from = 0; from < seen.length; from += atATime) {
        const some = seen.slice(from, from + atATime);
        const lengths = await store.lengths(some.map(([, { request }]) => request));
        for (const [index, [uid, { entries }]] of some.entries()) if (lengths[index] !== entries) inOrder.delete(uid);
      }
    },
  };
};
