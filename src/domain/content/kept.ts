import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { entriesOf, isList, isMap, type JsonMap, memberOf } from './tree.ts';

/** What an API server fills in itself, or has its own rules for. */
const notAsked = new Set(['apiVersion', 'kind', 'metadata', 'status']);

/**
 * The first place, as in `spec.template.spec.containers[0].imagePullPolicy`, that was wanted anew and that the API server
 * made nothing of: one that it does not know, and leaves out without a word where it is older than Kubernetes 1.25 or the
 * object is a custom one. Undefined when all of it was kept. What is empty may be left out, and what was there may go.
 */
export const notKept = (wanted: Manifest, made: Manifest, before: Manifest | undefined): string | undefined =>
  first(
    entriesOf(wanted)
      .filter(([key]) => !notAsked.has(key))
      .map(([key, member]) =>
        lost(member, memberOf(made as JsonMap, key), before && memberOf(before as JsonMap, key), key),
      ),
  );

const first = (found: readonly (string | undefined)[]): string | undefined => found.find((one) => one !== undefined);

const lost = (wanted: Json, made: Json | undefined, before: Json | undefined, place: string): string | undefined => {
  if (made === undefined) return before === undefined && isSomething(wanted) ? place : undefined;
  if (isMap(wanted) && isMap(made))
    return first(
      entriesOf(wanted).map(([key, member]) =>
        lost(member, memberOf(made, key), isMap(before) ? memberOf(before, key) : undefined, `${place}.${key}`),
      ),
    );
  // Of a list with more or fewer items nobody can say which became which.
  if (isList(wanted) && isList(made) && wanted.length === made.length)
    return first(
      wanted.map((item, index) =>
        lost(item, made[index], isList(before) ? before[index] : undefined, `${place}[${index}]`),
      ),
    );
  return undefined;
};

const isSomething = (value: Json): boolean => {
  if (isList(value)) return value.some(isSomething);
  if (isMap(value)) return entriesOf(value).some(([, member]) => isSomething(member));
  return value !== null && value !== '' && value !== 0 && value !== false;
};
