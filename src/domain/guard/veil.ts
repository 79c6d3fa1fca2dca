import { isSecret } from '#domain/content/mask.ts';
import { asManifest, entriesOf, isMap, type JsonMap, mapOf } from '#domain/content/tree.ts';
import { bytesIn, veiledAs, veiledBytes } from '#domain/content/veiled.ts';
import { canonical, type Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { Digest } from '#domain/seal.ts';
import { intentPrefix } from './fingerprint.ts';
import { repeats, valuesIn } from './repeats.ts';
import type { Write } from './write.ts';

/** Whether it is a write to a Secret, whose values nobody but its author and the cluster may know. */
export const isOfSecret = ({ group, resource }: Pick<Write, 'group' | 'resource'>): boolean =>
  group === '' && resource === 'secrets';

/** Texts of metadata that are longer are no words, and may be a copy of anything, also a packed one. Characters. */
const longest = 200;

/** Holds the whole object in clear; it is no content, and left out. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** Where tools keep a copy of what they applied, which may be packed. */
const copies = /(last-applied(-configuration)?|^kapp\.k14s\.io\/original|^objectset\.rio\.cattle\.io\/.*)$/;

/**
 * A Secret without its values: for each stands how long it is and a mark under a key (`mark`, HMAC-SHA-256 in hex). The
 * same value in the same place has the same mark, so that all that compares objects compares these; in another place, or
 * another Secret, it has another one. Labels and annotations stay as they are, but for those that repeat a value. Any
 * other object is answered as it is.
 */
export const veilSecret = (cluster: string, object: Manifest, mark: Digest): Manifest => {
  if (!isSecret(object.apiVersion, object.kind)) return object;
  const { name, namespace = '' } = object.metadata;
  const values = valuesIn(object);
  const isEndless = isTooMuch(values, textsOf(object));
  const veiled = (place: readonly string[], value: Json): string => {
    const text = typeof value === 'string' ? value : canonical(value);
    const where = { use: 'hallpass.dev/secret', cluster, namespace, name, place };
    return veiledAs(bytesIn(text, place[0] === 'data'), mark(canonical({ ...where, value })));
  };
  const readable = (place: readonly string[], value: Json): Json => {
    const isWords = typeof value === 'string' && isHarmless(place.at(-1) ?? '', value);
    return isWords && !isEndless && !values.some((one) => repeats(value, one)) ? value : veiled(place, value);
  };
  const field = ([key, value]: readonly [string, Json]): readonly [string, Json] => {
    if (key === 'apiVersion' || key === 'kind' || typeof value === 'boolean') return [key, value];
    if (key === 'metadata' && isMap(value)) return [key, metadataOf(value, readable)];
    if (key === 'type') return [key, readable([key], value)];
    if ((key !== 'data' && key !== 'stringData') || !isMap(value)) return [key, veiled([key], value)];
    return [key, mapOf(entriesOf(value).map(([inner, one]) => [inner, veiled([key, inner], one)] as const))];
  };
  return asManifest(mapOf(entriesOf(object).map(field)));
};

/** Looks for a value in a text; more would keep other writes waiting, and nobody reads so many annotations. */
const mostLooks = 200_000;

const isTooMuch = (values: readonly string[], said: readonly unknown[]): boolean =>
  values.length * said.length > mostLooks;

const isHarmless = (key: string, text: string): boolean =>
  !copies.test(key) && veiledBytes(text) === undefined && (key.startsWith(intentPrefix) || text.length <= longest);

const texts = ['labels', 'annotations'] as const;

/** Labels and annotations, by their keys. */
const textsOf = ({ metadata }: Manifest): readonly (readonly [key: string, text: string])[] =>
  texts.flatMap((key) => Object.entries(metadata[key] ?? {}));

const metadataOf = (metadata: JsonMap, readable: (place: readonly string[], value: Json) => Json): JsonMap =>
  mapOf(
    entriesOf(metadata).flatMap(([key, value]): readonly (readonly [string, Json])[] => {
      if (key === 'managedFields') return [];
      if (!texts.some((one) => one === key) || !isMap(value)) return [[key, value]];
      const kept = entriesOf(value).filter(([name]) => name !== lastApplied);
      return [[key, mapOf(kept.map(([name, text]) => [name, readable([key, name], text)] as const))]];
    }),
  );

/**
 * A write to a Secret without its values. `err` says in words why it cannot be shown to anybody: what repeats a value of
 * the other state cannot be veiled, for whoever sees one state alone would not know it.
 */
export const veilWrite = (cluster: string, write: Write, mark: Digest | undefined): Result<Write, string> => {
  if (mark === undefined)
    return err('Hallpass has no key here by which Secrets are held without storing them (shared/secrets.key)');
  const states = [write.before, write.after];
  if (states.some((one) => one !== undefined && !isSecret(one.apiVersion, one.kind)))
    return err('it is no Secret of version v1');
  const [before, after] = states.map((one) => one && veilSecret(cluster, one, mark));
  const told = repeatedIn(after, write.before) ?? repeatedIn(before, write.after);
  if (told !== undefined)
    return err(`"${told}" on it repeats a value that the Secret has or had. Take that off in a write of its own first`);
  return ok({ ...write, before, after });
};

/** Others are words and numbers that stand anywhere, such as `staging` in a label. */
const isTelling = (value: string): boolean =>
  value.length >= 8 || (value.length >= 4 && !/^(\p{L}+|\p{N}+)$/u.test(value));

const repeatedIn = (veiled: Manifest | undefined, other: Manifest | undefined): string | undefined => {
  if (veiled === undefined || other === undefined) return undefined;
  const values = valuesIn(other).filter(isTelling);
  const said = textsOf(veiled).filter(([, text]) => veiledBytes(text) === undefined);
  return said.find(([, text]) => isTooMuch(values, said) || values.some((one) => repeats(text, one)))?.[0];
};
