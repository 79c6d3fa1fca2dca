import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { asManifest, entriesOf, isMap, type JsonMap, mapOf, memberOf, same } from './tree.ts';

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
    if (field !== 'data' && field !== 'stringData') return [field, value];
    const beside = other === undefined ? undefined : memberOf(other, field);
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

const hidden = (value: Json, other: Json | undefined, field: Field, mark: string): string => {
  const size = typeof value === 'string' ? [sizeOf(value, field)] : [];
  const isChanged = other !== undefined && !same(value, other);
  return `(${['hidden', ...size, ...(isChanged ? [mark] : [])].join(', ')})`;
};

const base64 = /^[A-Za-z0-9+/]*={0,2}$/;

const sizeOf = (value: string, field: Field): string => {
  const isEncoded = field === 'data' && base64.test(value);
  const bytes = isEncoded
    ? Math.floor((value.replace(/=+$/, '').length * 3) / 4)
    : new TextEncoder().encode(value).length;
  return bytes === 1 ? '1 byte' : `${bytes} bytes`;
};
