import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { asManifest, entriesOf, isMap, mapOf } from './tree.ts';

/** What the API server keeps about an object, beside what people put into it. */
const bookkeeping = new Set([
  'managedFields',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'uid',
  'selfLink',
  'generateName',
]);
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * What of an object is content: the same for client-side apply, server-side apply, replace and annotate. Without status
 * and bookkeeping; empty maps of labels and annotations are as good as none. Nothing else that is empty is ever dropped:
 * in a NetworkPolicy `ingress: [{}]` allows everything, and without it nothing is.
 */
export const normalise = (manifest: Manifest): Manifest =>
  asManifest(
    mapOf(
      entriesOf(manifest).flatMap(([key, value]) => {
        if (key === 'status') return [];
        if (key === 'metadata' && isMap(value)) return [[key, mapOf(entriesOf(value).flatMap(metadataEntry))]];
        return [[key, value]];
      }),
    ),
  );

const metadataEntry = ([key, value]: readonly [string, Json]): readonly (readonly [string, Json])[] => {
  if (bookkeeping.has(key) || key.startsWith('deletion')) return [];
  if (key !== 'annotations' && key !== 'labels') return [[key, value]];
  if (value === null) return [];
  if (!isMap(value)) return [[key, value]];
  const kept = entriesOf(value).filter(([name]) => name !== lastApplied);
  return kept.length === 0 ? [] : [[key, mapOf(kept)]];
};
