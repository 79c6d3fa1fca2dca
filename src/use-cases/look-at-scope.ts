import { normalise } from '#domain/content/normalise.ts';
import type { Manifest } from '#domain/plan.ts';
import type { NotCompared } from '#domain/request/summary.ts';
import { apiVersionOf } from '#kinds/kind.ts';
import { type Place, sayPlace } from './grant-scope.ts';
import { type ClusterWriter, isClusterRefusal } from './ports.ts';
import { refTo } from './prepared.ts';

/** An object in scope, without what the API server keeps about it. */
export type Found = { readonly name: string; readonly uid: string; readonly state: Manifest };

/** `upTo`: there are more, whose names come behind this one. */
export type PlaceSeen = { readonly objects: readonly Found[]; readonly upTo?: string | undefined };

/** Of a sort in a namespace so many are looked at, the first by their names. */
export const mostOfSort = 50;

/** Looks at a place. What the API server does not let Hallpass see is said; a fault is thrown. */
export const lookAtPlace = async (cluster: ClusterWriter, place: Place): Promise<PlaceSeen | NotCompared> => {
  try {
    return place.names === undefined ? await first(cluster, place) : await named(cluster, place, place.names);
  } catch (cause) {
    if (!isClusterRefusal(cause)) throw cause;
    const isForbidden = cause.refused.status === 403;
    return {
      what: sayPlace({ ...place.of, namespace: place.namespace }),
      why: isForbidden ? 'Hallpass may not read them' : 'the API server does not have them',
    };
  }
};

const foundIn = (live: Manifest): Found => ({
  name: live.metadata.name,
  uid: refTo(live).uid,
  state: normalise(live),
});

const named = async (
  cluster: ClusterWriter,
  { of, namespace }: Place,
  names: readonly string[],
): Promise<PlaceSeen> => {
  const target = { apiVersion: apiVersionOf(of), kind: of.kind, namespace };
  const objects: Found[] = [];
  // One after the other: what begins and ends meanwhile needs the same client.
  for (const name of names) {
    const found = await cluster.get({ ...target, name });
    if (found !== undefined) objects.push(foundIn(found.live));
  }
  return { objects };
};

/** However many there are, no more than these are held. */
const first = async (cluster: ClusterWriter, { of, namespace }: Place): Promise<PlaceSeen> => {
  let kept: Found[] = [];
  let left = false;
  await cluster.scan(of, namespace, (live) => {
    const last = kept.at(-1);
    if (kept.length === mostOfSort && last !== undefined && live.metadata.name > last.name) {
      left = true;
      return;
    }
    kept = [...kept, foundIn(live)].sort((one, other) => (one.name < other.name ? -1 : 1));
    if (kept.length <= mostOfSort) return;
    kept = kept.slice(0, mostOfSort);
    left = true;
  });
  const last = kept.at(-1);
  return { objects: kept, ...(left && last !== undefined ? { upTo: last.name } : {}) };
};
