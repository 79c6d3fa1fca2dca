import type { Json } from '#domain/json.ts';
import { at, isList, isMembers, type Members, without } from './raw.ts';

/** What only the API server writes; people paste it with what `kubectl get -o yaml` says. */
const serversOwn = [
  'managedFields',
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'generation',
  'selfLink',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
];
/** What kubectl compares with at the next apply. */
export const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** A manifest without what nobody can set. */
export const cleaned = (manifest: Members): Members => {
  const { metadata } = manifest;
  const rest = withoutEmptyTimes(without(manifest, 'status', 'metadata'));
  if (!isMembers(metadata)) return metadata === undefined ? rest : { ...rest, metadata };
  const { annotations, ...others } = without(metadata, ...serversOwn);
  const kept = isMembers(annotations) ? without(annotations, lastApplied) : annotations;
  const none = kept === undefined || (isMembers(kept) && Object.keys(kept).length === 0);
  return { ...rest, metadata: none ? others : { ...others, annotations: kept } };
};

/** The API server writes `creationTimestamp: null` into the metadata of templates, where it means nothing. */
const withoutEmptyTimes = (members: Members): Members =>
  Object.fromEntries(
    Object.entries(members).map(([key, value]) => {
      if (isList(value)) return [key, value.map((item) => (isMembers(item) ? withoutEmptyTimes(item) : item))];
      if (!isMembers(value)) return [key, value];
      const inner = withoutEmptyTimes(value);
      return [
        key,
        key === 'metadata' && inner.creationTimestamp === null ? without(inner, 'creationTimestamp') : inner,
      ];
    }),
  );

/** Where a manifest first says null, as in `spec.rules[0].host`. */
export const nullIn = (value: Json | undefined, where = ''): string | undefined => {
  if (value === null) return where;
  if (typeof value !== 'object') return undefined;
  const inside: readonly (readonly [string, Json | undefined])[] = isList(value)
    ? value.map((item, index) => [`${where}[${index}]`, item])
    : Object.entries(value).map(([key, member]) => [where === '' ? key : `${where}.${key}`, member]);
  for (const [path, member] of inside) {
    const found = nullIn(member, path);
    if (found !== undefined) return found;
  }
  return undefined;
};

/** What the manifest says is set, what it does not say stays; a list is taken as a whole. */
export const merged = (live: Json | undefined, manifest: Json): Json => {
  if (!isMembers(manifest) || !isMembers(live)) return manifest;
  const all = new Map<string, Json | undefined>(Object.entries(live));
  for (const [key, value] of Object.entries(manifest))
    if (value !== undefined) all.set(key, merged(at(live, key), value));
  return Object.fromEntries(all);
};
