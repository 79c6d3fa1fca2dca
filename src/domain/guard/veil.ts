import { isSecret } from '#domain/content/mask.ts';
import { asManifest, entriesOf, isMap, type JsonMap, mapOf } from '#domain/content/tree.ts';
import { bytesIn, veiledAs } from '#domain/content/veiled.ts';
import { canonical, type Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { Digest } from '#domain/seal.ts';
import { type Hidden, hiddenNotes, type Looked, longestOf, notToBeShown, saidBy } from './said.ts';
import { isEndless, mostKeys, valuesIn } from './secret-values.ts';
import type { Write } from './write.ts';

/** Whether it is a write to a Secret, whose values nobody but its author and the cluster may know. */
export const isOfSecret = ({ group, resource }: Pick<Write, 'group' | 'resource'>): boolean =>
  group === '' && resource === 'secrets';

/** Holds the whole object in clear; it is no content, and left out. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * A Secret without its values: for each stands how long it is and a mark under a key (`mark`, HMAC-SHA-256 in hex). The
 * same value in the same place has the same mark, so that all that compares objects compares these; in another place, or
 * another Secret, it has another one. Its type and labels stay as they are, and annotations but for `hiddenNotes`. Any
 * other object is answered as it is.
 */
export const veilSecret = (cluster: string, object: Manifest, mark: Digest): Manifest =>
  isSecret(object.apiVersion, object.kind)
    ? veiledBut(cluster, object, mark, hiddenNotes(object, valuesIn(object, longestOf(saidBy(object)))))
    : object;

const veiledBut = (cluster: string, object: Manifest, mark: Digest, isHidden: Hidden): Manifest => {
  const { name, namespace = '' } = object.metadata;
  const veiled = (place: readonly string[], value: Json): string => {
    const text = typeof value === 'string' ? value : canonical(value);
    const where = { use: 'hallpass.dev/secret', cluster, namespace, name, place };
    return veiledAs(bytesIn(text, place[0] === 'data'), mark(canonical({ ...where, value })));
  };
  const readable = ([part, key]: readonly [string, string], value: Json): Json =>
    typeof value === 'string' && (part === 'labels' || !isHidden(key)) ? value : veiled([part, key], value);
  const field = ([key, value]: readonly [string, Json]): readonly [string, Json] => {
    if (key === 'apiVersion' || key === 'kind' || typeof value === 'boolean') return [key, value];
    if (key === 'type' && typeof value === 'string') return [key, value];
    if (key === 'metadata' && isMap(value)) return [key, metadataOf(value, readable)];
    if ((key !== 'data' && key !== 'stringData') || !isMap(value) || isEndless(value))
      return [key, veiled([key], value)];
    return [key, mapOf(entriesOf(value).map(([inner, one]) => [inner, veiled([key, inner], one)] as const))];
  };
  return asManifest(mapOf(entriesOf(object).map(field)));
};

const partsOf = ({ data, stringData, metadata: { labels, annotations } }: Manifest): readonly (Json | undefined)[] => [
  data,
  stringData,
  labels,
  annotations,
];

const metadataOf = (metadata: JsonMap, readable: (place: readonly [string, string], value: Json) => Json): JsonMap =>
  mapOf(
    entriesOf(metadata).flatMap(([key, value]): readonly (readonly [string, Json])[] => {
      if (key === 'managedFields') return [];
      if ((key !== 'labels' && key !== 'annotations') || !isMap(value)) return [[key, value]];
      const kept = entriesOf(value).filter(([name]) => key === 'labels' || name !== lastApplied);
      return [[key, mapOf(kept.map(([name, text]) => [name, readable([key, name], text)] as const))]];
    }),
  );

/**
 * A write to a Secret without its values. `err` says in words why it cannot be shown to anybody: whoever writes something
 * that repeats a value would else have it shown, or have it hidden from rules and approvers.
 */
export const veilWrite = (cluster: string, write: Write, mark: Digest | undefined): Result<Write, string> => {
  if (mark === undefined)
    return err('Hallpass has no key here by which Secrets are held without storing them (shared/secrets.key)');
  const states = [write.before, write.after];
  if (states.some((one) => one !== undefined && !isSecret(one.apiVersion, one.kind)))
    return err('it is no Secret of version v1');
  if (write.after !== undefined && partsOf(write.after).some(isEndless))
    return err(`it has more than ${mostKeys} keys, labels or annotations`);
  const upTo = longestOf(states.flatMap((one) => (one === undefined ? [] : saidBy(one))));
  const [before, after] = states.map((object): Looked | undefined => {
    const values = object && valuesIn(object, upTo);
    return object && { object, values, isHidden: hiddenNotes(object, values) };
  });
  const why = after && notToBeShown(before, after);
  if (why !== undefined) return err(why);
  const veiled = (one: Looked | undefined) => one && veiledBut(cluster, one.object, mark, one.isHidden);
  return ok({ ...write, before: veiled(before), after: veiled(after) });
};
