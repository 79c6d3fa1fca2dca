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
export const notKept = (wanted: Manifest, made: Manifest, before: Manifest | undefined): string | undefined => {
  for (const [key, member] of entriesOf(wanted)) {
    if (notAsked.has(key)) continue;
    const place = lost(member, memberOf(made as JsonMap, key), before && memberOf(before as JsonMap, key));
    if (place !== undefined) return `${key}${place}`;
  }
  return undefined;
};

/** The place within, as in `.template.spec.containers[0]`; empty for the value itself. */
const lost = (wanted: Json, made: Json | undefined, before: Json | undefined): string | undefined => {
  // Nothing of what was there before is wanted anew, and a change shares most with what it was made from.
  if (wanted === before) return undefined;
  if (made === undefined) return before === undefined && isSomething(wanted) ? '' : undefined;
  if (isMap(wanted) && isMap(made)) return lostIn(entriesOf(wanted), made, before);
  // Of a list with more or fewer items nobody can say which became which.
  if (isList(wanted) && isList(made) && wanted.length === made.length)
    for (const [index, item] of wanted.entries()) {
      const place = lost(item, made[index], isList(before) ? before[index] : undefined);
      if (place !== undefined) return `[${index}]${place}`;
    }
  return undefined;
};

const lostIn = (wanted: ReturnType<typeof entriesOf>, made: JsonMap, before: Json | undefined): string | undefined => {
  for (const [key, member] of wanted) {
    const place = lost(member, memberOf(made, key), isMap(before) ? memberOf(before, key) : undefined);
    if (place !== undefined) return `.${key}${place}`;
  }
  return undefined;
};

const isSomething = (value: Json): boolean => {
  if (isList(value)) return value.some(isSomething);
  if (isMap(value)) return entriesOf(value).some(([, member]) => isSomething(member));
  return value !== null && value !== '' && value !== 0 && value !== false;
};
