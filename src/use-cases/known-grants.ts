import type { RequestId } from '#domain/ids.ts';
import type { ObjectRef } from '#domain/plan.ts';
import type { Trust } from '#domain/request/chain.ts';
import { readStamp } from '#domain/request/stamp.ts';
import type { ClusterWriter, EventStore, Managed, WorkerPorts } from './ports.ts';

/** An object with a genuine stamp: whose it is, and when it ends (epoch milliseconds). All that is held of a hundred thousand. */
export type Stamped = { readonly ref: ObjectRef; readonly request: RequestId; readonly expiresAt: number };

/** Logs whose lengths are asked for at a time. */
const atATime = 1_000;
/** Stamps that are verified in some milliseconds; then others have a turn. */
const stampsAtATime = 50;

/** What the sweeps over one cluster have looked at, so that they look again only at what is another by now. */
export type KnownGrants = {
  /** What the genuine stamp of an object says; undefined where there is none. */
  readonly stampOf: (found: Managed) => Stamped | undefined;
  /** The same of many, with turns for others; what bears our label without a genuine stamp is handed to `foreign`. */
  readonly stampsOf: (found: readonly Managed[], foreign: (ref: ObjectRef) => void) => Promise<readonly Stamped[]>;
  /** Whether all of these were seen in force as they should be. */
  readonly areInOrder: (objects: readonly Pick<Stamped, 'ref'>[]) => boolean;
  /** They, of which the stamps were read, are in force by the log of their request, of so many entries, that was read and believed. */
  readonly see: (objects: readonly Pick<Stamped, 'ref'>[], entries: number) => void;
  /**
   * Forgets what is not in this whole list any more, and what was in order by a log that has become longer or shorter. A log is
   * only ever added to by who has a key, so that one as long as before says what it said. Throws when the store does not answer.
   */
  readonly lookAgain: (everything: readonly Pick<Stamped, 'ref'>[]) => Promise<void>;
};

/** One for each cluster. */
export const createKnownGrants = ({ trust, store, pause }: Pick<WorkerPorts, 'trust' | 'store' | 'pause'>) => {
  const known = new Map<string, KnownGrants>();
  return ({ name }: Pick<ClusterWriter, 'name'>): KnownGrants => {
    const grants = known.get(name) ?? knownIn(name, { trust, store, pause });
    known.set(name, grants);
    return grants;
  };
};

type Ports = {
  readonly trust: Trust;
  readonly store: Pick<EventStore, 'lengths'>;
  readonly pause: WorkerPorts['pause'];
};

/** `entries`: how many the log had that calls it active; absent until that was seen. Only an end that proves its absence makes it untrue. */
type Known = Omit<Stamped, 'ref'> & { readonly version: string; entries?: number };

const knownIn = (cluster: string, { trust, store, pause }: Ports): KnownGrants => {
  /** By uid. What was altered since has another version. */
  const known = new Map<string, Known>();

  const isKnown = ({ ref, live }: Managed): Known | undefined => {
    const version = live.metadata.resourceVersion ?? '';
    const one = known.get(ref.uid);
    return version !== '' && one?.version === version ? one : undefined;
  };
  const read = (found: Managed): Omit<Stamped, 'ref'> | undefined => {
    const stamp = readStamp(cluster, found.live, trust);
    if (stamp === undefined) return undefined;
    const { request, expiresAt } = stamp;
    const one = { request, expiresAt: expiresAt.epochMilliseconds };
    known.set(found.ref.uid, { ...one, version: found.live.metadata.resourceVersion ?? '' });
    return one;
  };
  const said = (ref: ObjectRef, one: Omit<Stamped, 'ref'> | undefined): Stamped | undefined =>
    one && { ref, request: one.request, expiresAt: one.expiresAt };

  return {
    stampOf: (found) => said(found.ref, isKnown(found) ?? read(found)),
    stampsOf: async (found, foreign) => {
      const stamps: Stamped[] = [];
      let verified = 0;
      for (const one of found) {
        let stamp = said(one.ref, isKnown(one));
        if (stamp === undefined) {
          verified += 1;
          if (verified % stampsAtATime === 0) await pause(0);
          stamp = said(one.ref, read(one));
        }
        if (stamp === undefined) foreign(one.ref);
        else stamps.push(stamp);
      }
      return stamps;
    },
    areInOrder: (objects) => objects.every(({ ref }) => known.get(ref.uid)?.entries !== undefined),
    see: (objects, entries) => {
      for (const { ref } of objects) {
        const one = known.get(ref.uid);
        if (one !== undefined) one.entries = entries;
      }
    },
    lookAgain: async (everything) => {
      const there = new Set(everything.map(({ ref }) => ref.uid));
      for (const uid of known.keys()) if (!there.has(uid)) known.delete(uid);
      const seen = [...known.values()].filter(({ entries }) => entries !== undefined);
      const requests = [...new Set(seen.map(({ request }) => request))];
      const lengths = new Map<RequestId, number | undefined>();
      for (let from = 0; from < requests.length; from += atATime) {
        const some = requests.slice(from, from + atATime);
        const counted = await store.lengths(some);
        for (const [index, request] of some.entries()) lengths.set(request, counted[index]);
      }
      for (const one of seen) if (lengths.get(one.request) !== one.entries) delete one.entries;
    },
  };
};
