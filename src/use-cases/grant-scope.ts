import type { Right } from '#domain/request/rights.ts';
import { mostSummed, type NotCompared } from '#domain/request/summary.ts';
import { comparedSorts } from '#kinds/compared-sorts.ts';
import type { Kind, Sort } from '#kinds/kind.ts';

/** Objects that a grant gives rights over: those named, or all of a sort in a namespace. */
export type Place = { readonly of: Sort; readonly namespace: string; readonly names?: readonly string[] | undefined };

/** What is looked at when a grant begins, and again when it has ended; and what of its scope is not, with why. */
export type Scope = { readonly places: readonly Place[]; readonly left: readonly NotCompared[] };

/** Places of one grant that are looked at. */
const mostPlaces = 20;

/** Where to look for what becomes of the objects that somebody gets rights over. What could be changed comes first. */
export const scopeOf = (kinds: readonly Kind[], rights: readonly Right[]): Scope => {
  const sorts = comparedSorts(kinds);
  const places = new Map<string, Place>();
  const left = new Map<string, NotCompared>();
  // A part of an object, as its log or its scale, is in scope with the object, where that is.
  for (const right of rights.filter(({ subresource }) => subresource === undefined)) {
    const { group, resource, namespace, names } = right;
    const of = sorts.find((one) => one.group === group && one.resource === resource);
    const why = whyNot(right, of);
    const key = JSON.stringify([group, resource, namespace]);
    if (of === undefined || namespace === undefined || why !== undefined) {
      left.set(key, { what: sayPlace(right), why: why ?? '' });
      continue;
    }
    const known = places.get(key);
    const all = names === undefined || (known !== undefined && known.names === undefined);
    places.set(key, {
      of,
      namespace,
      ...(all ? {} : { names: [...new Set([...(known?.names ?? []), ...(names ?? [])])].sort() }),
    });
  }
  const [looked, more] = [[...places.values()].slice(0, mostPlaces), [...places.values()].slice(mostPlaces)];
  const beyond = more.map(({ of, namespace }) => ({
    what: sayPlace({ ...of, namespace }),
    why: 'it is too much for one summary',
  }));
  return { places: looked, left: [...left.values(), ...beyond].slice(0, mostSummed.notCompared) };
};

const whyNot = ({ group, resource, namespace }: Right, of: Sort | undefined): string | undefined => {
  if (group === '' && resource === 'secrets') return 'Hallpass does not look into Secrets';
  if (namespace === undefined) return 'it is granted in the whole cluster';
  return of === undefined ? 'Hallpass compares no objects of this sort' : undefined;
};

/** `ingresses.networking.k8s.io in shop`. */
export const sayPlace = ({
  group,
  resource,
  namespace,
}: Pick<Sort, 'group' | 'resource'> & { readonly namespace?: string | undefined }): string =>
  `${group === '' ? resource : `${resource}.${group}`} ${namespace === undefined ? 'in the whole cluster' : `in ${namespace}`}`;
