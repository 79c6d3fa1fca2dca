/** JSON as it comes from a cluster or the log: what is hashed, compared and applied is always this, never typed classes. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/**
 * Writes JSON in one spelling only: keys sorted by code unit, no white space, `undefined` members left out.
 * Two values are the same exactly when their canonical text is the same; signatures and seals are taken over it.
 */
export const canonical = (value: Json): string => {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonical).join(',')}]`;
  // Everything that is signed, hashed or compared goes through here: no list is made of what only becomes a text.
  let members = '';
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    if (member !== undefined) members += `${members === '' ? '' : ','}${JSON.stringify(key)}:${canonical(member)}`;
  }
  return `{${members}}`;
};

/**
 * Whether something that was parsed is JSON of at most so many levels, below what recursion can take. It is looked at and taken as it is:
 * `z.json()` costs ten times as much, and drops a key named `__proto__`.
 */
export const isJsonWithin = (value: unknown, levels: number): value is Json => {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || levels === 0) return false;
  for (const member of Array.isArray(value) ? value : Object.values(value))
    if (!isJsonWithin(member, levels - 1)) return false;
  return true;
};

/** Whether both have the same canonical text. What two values share by reference is not walked through: edits share most. */
export const isSameJson = (one: Json | undefined, other: Json | undefined): boolean => {
  if (one === other) return true;
  if (one === undefined || other === undefined) return false;
  if (one === null || other === null || typeof one !== 'object' || typeof other !== 'object')
    return canonical(one) === canonical(other);
  if (isList(one) || isList(other))
    return (
      isList(one) &&
      isList(other) &&
      one.length === other.length &&
      one.every((item, index) => isSameJson(item, other[index]))
    );
  const [keys, others] = [keysOf(one), keysOf(other)];
  return (
    keys.length === others.length && keys.every((key) => Object.hasOwn(other, key) && isSameJson(one[key], other[key]))
  );
};

const keysOf = (map: { readonly [key: string]: Json | undefined }): readonly string[] =>
  Object.keys(map).filter((key) => map[key] !== undefined);

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
