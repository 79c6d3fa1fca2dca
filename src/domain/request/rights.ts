import { z } from 'zod';
import type { AccessProbe } from '#domain/plan.ts';

/** What somebody may do, or did, with objects of one sort in one place; without names with any of them, or with none. */
export const right = z.strictObject({
  verbs: z.array(z.string().max(40)).min(1),
  group: z.string().max(100),
  resource: z.string().max(100),
  subresource: z.string().max(100).optional(),
  namespace: z.string().max(63).optional(),
  names: z.array(z.string().max(253)).min(1).optional(),
});
export type Right = z.infer<typeof right>;

/** Entries of one grant's log about what it gives. What a policy gives with more of them is not summed up. */
export const mostRights = 100;

const strength = ['delete', 'deletecollection', 'create', 'update', 'patch', 'get', 'list', 'watch'];
const rank = (verb: string): number => {
  const at = strength.indexOf(verb);
  return at === -1 ? 0 : at;
};

/** The verbs that change something come first, the strongest of them before the others. */
export const byStrength = (one: string, other: string): number =>
  rank(one) - rank(other) || (one < other ? -1 : Number(one > other));

/** Whether a verb changes nothing. */
export const isReading = (verb: string): boolean => ['get', 'list', 'watch'].includes(verb);

const placeOf = ({ group, resource, subresource = '', namespace = '' }: AccessProbe): string =>
  JSON.stringify([group, resource, subresource, namespace]);

/** Probes put together: by sort and place, and in these the names of which the same is said. The strongest come first. */
export const grouped = (probes: readonly AccessProbe[]): readonly Right[] =>
  [...Map.groupBy(probes, placeOf).values()]
    .flatMap((alike) => {
      const byName = Map.groupBy(alike, ({ name }) => name);
      const verbsOf = (some: readonly AccessProbe[]): string => JSON.stringify(sortedVerbs(some));
      return [...Map.groupBy(byName, ([, some]) => verbsOf(some)).values()].flatMap(together);
    })
    .toSorted((one, other) => byStrength(one.verbs[0] ?? '', other.verbs[0] ?? ''));

const sortedVerbs = (probes: readonly AccessProbe[]): string[] =>
  [...new Set(probes.map(({ verb }) => verb))].sort(byStrength);

/** What is said of no name is another thing than what is said of some. */
const together = (same: readonly (readonly [string | undefined, readonly AccessProbe[]])[]): readonly Right[] => {
  const [first] = same[0]?.[1] ?? [];
  if (first === undefined) return [];
  const { verb: _, name: __, ...place } = first;
  const verbs = sortedVerbs(same[0]?.[1] ?? []);
  const names = same.flatMap(([name]) => name ?? []).sort();
  return [
    ...(same.some(([name]) => name === undefined) ? [{ verbs, ...place }] : []),
    ...(names.length === 0 ? [] : [{ verbs, ...place, names }]),
  ];
};

/** Each as one question: what is counted. */
export const probesIn = ({ verbs, names, ...place }: Right): readonly AccessProbe[] =>
  verbs.flatMap((verb) =>
    (names ?? [undefined]).map((name) => ({ verb, ...place, ...(name === undefined ? {} : { name }) })),
  );

/**
 * Whether a right allows something; one without a name allows it by any name, one for the whole cluster in each namespace. All else has
 * to be the same word: a star is one too, and allows nothing more.
 */
export const allows = (held: AccessProbe, wanted: AccessProbe): boolean =>
  held.verb === wanted.verb &&
  held.group === wanted.group &&
  held.resource === wanted.resource &&
  held.subresource === wanted.subresource &&
  (held.namespace === undefined || held.namespace === wanted.namespace) &&
  (held.name === undefined || held.name === wanted.name);
