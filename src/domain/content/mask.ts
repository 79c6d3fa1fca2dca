import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { asManifest, entriesOf, isMap, type JsonMap, mapOf, memberOf, same } from './tree.ts';
import { bytesIn, veiledBytes } from './veiled.ts';

export const isSecret = (apiVersion: string, kind: string): boolean => apiVersion === 'v1' && kind === 'Secret';

type States = { readonly before: Manifest | undefined; readonly after: Manifest | undefined };

/**
 * Two states as they may be shown: of the values of Secrets only how long they are, and, where they differ, that they do.
 * Nothing that is derived from a value is shown, so that nobody can try values until one fits.
 */
export const masked = ({ before, after }: States): States => ({
  before: before && maskOne(before, after, 'value 1'),
  after: after && maskOne(after, before, 'value 2'),
});

type Field = 'data' | 'stringData';

const maskOne = (manifest: Manifest, other: Manifest | undefined, mark: string): Manifest => {
  if (!isSecret(manifest.apiVersion, manifest.kind)) return manifest;
  const fields = entriesOf(manifest).map(([field, value]): readonly [string, Json] => {
    const beside = other === undefined ? undefined : memberOf(other, field);
    if (field !== 'data' && field !== 'stringData') return [field, readable(value, beside, mark)];
    return [field, isMap(value) ? maskAll(value, beside, field, mark) : hidden(value, beside, field, mark)];
  });
  return asManifest(mapOf(fields));
};

const maskAll = (values: JsonMap, beside: Json | undefined, field: Field, mark: string): JsonMap =>
  mapOf(
    entriesOf(values).map(([key, value]) => {
      const other = isMap(beside) ? memberOf(beside, key) : undefined;
      return [key, hidden(value, other, field, mark)];
    }),
  );

/** What was veiled somewhere else, as an annotation that repeats a value, says no more than the value would. */
const readable = (value: Json, beside: Json | undefined, mark: string): Json => {
  if (typeof value === 'string')
    return veiledBytes(value) === undefined ? value : hidden(value, beside, undefined, mark);
  if (!isMap(value)) return value;
  const others = beside !== undefined && isMap(beside) ? beside : undefined;
  return mapOf(
    entriesOf(value).map(([key, inner]) => [key, readable(inner, others && memberOf(others, key), mark)] as const),
  );
};

const hidden = (value: Json, other: Json | undefined, field: Field | undefined, mark: string): string => {
  const size = typeof value === 'string' ? [sizeOf(value, field)] : [];
  const isChanged = other !== undefined && !same(value, other);
  return `(${['hidden', ...size, ...(isChanged ? [mark] : [])].join(', ')})`;
};

const sizeOf = (value: string, field: Field | undefined): string => {
  const bytes = veiledBytes(value) ?? bytesIn(value, field === 'data');
  return bytes === 1 ? '1 byte' : `${bytes} bytes`;
};
