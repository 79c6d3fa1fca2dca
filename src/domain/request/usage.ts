import type { AccessProbe } from '#domain/plan.ts';
import type { Use } from './events.ts';
import { allows, byStrength, grouped, isReading, mostRights, probesIn, type Right } from './rights.ts';
import type { Used } from './summary.ts';

/** A direct write that was let through under a grant, by the sort that its object is of. */
export type Admitted = {
  readonly operation: 'create' | 'update' | 'delete';
  readonly group: string;
  readonly resource: string;
  readonly namespace?: string;
  readonly name: string;
};

/** What of a grant was used, and what of it nobody was seen to use. */
export type Usage = {
  readonly used: readonly Used[];
  readonly unused: readonly Right[];
  readonly rights: { readonly granted: number; readonly used: number };
  /** Of what admission let through, what no observed use tells: then not all uses were observed. */
  readonly unobserved: readonly Admitted[];
};

/** What a write may have been to RBAC. */
const verbsOf: Readonly<Record<Admitted['operation'], readonly string[]>> = {
  create: ['create', 'update', 'patch'],
  update: ['update', 'patch'],
  delete: ['delete', 'deletecollection'],
};

/** Holds what was seen to be done against what was granted. The most important first. Pure. */
export const usageOf = (granted: readonly Right[], observed: readonly Use[], admitted: readonly Admitted[]): Usage => {
  const unobserved = admitted.filter((write) => !observed.some((use) => tells(use, write)));
  const rights = granted.flatMap(probesIn);
  const byUse = (held: AccessProbe): boolean => observed.some((use) => allows(held, use));
  const byWrite = (held: AccessProbe, write: Admitted): boolean =>
    verbsOf[write.operation].some((verb) => allows(held, probeOf(write, verb)));
  const isUsed = (held: AccessProbe): boolean => byUse(held) || unobserved.some((write) => byWrite(held, write));
  // An update and a patch are two rights of which a write that only admission saw has used one.
  const counted = new Set(
    unobserved.flatMap((write) => rights.find((held) => byWrite(held, write)) ?? []).filter((held) => !byUse(held)),
  );
  return {
    used: [...usesIn(observed), ...writesIn(unobserved)].toSorted(byImportance),
    unused: grouped(rights.filter((held) => !isUsed(held))),
    rights: { granted: rights.length, used: rights.filter(byUse).length + counted.size },
    unobserved,
  };
};

/** Whether an observed use is what admission let through. */
const tells = (use: Use, { operation, group, resource, namespace, name }: Admitted): boolean =>
  verbsOf[operation].includes(use.verb) &&
  use.group === group &&
  use.resource === resource &&
  use.namespace === namespace &&
  // A creation and a deletion of many name nothing.
  (use.name === undefined || use.name === name);

const probeOf = ({ operation: _, ...place }: Admitted, verb: string): AccessProbe => ({ verb, ...place });

const usesIn = (observed: readonly Use[]): readonly Used[] =>
  [...Map.groupBy(observed, ({ allowedBy }) => allowedBy)].flatMap(([allowedBy, some]) =>
    grouped(some.map(({ allowedBy: _, stream: __, ...probe }) => probe)).map((one) =>
      allowedBy === undefined ? one : { ...one, allowedBy },
    ),
  );

const writesIn = (writes: readonly Admitted[]): readonly Used[] =>
  grouped(writes.map((write) => probeOf(write, write.operation))).map((one) => ({ ...one, admitted: true }));

/** Writes before reads, and of each the strongest first. */
const byImportance = (one: Used, other: Used): number => {
  const [first = '', second = ''] = [one.verbs[0], other.verbs[0]];
  return Number(isReading(first)) - Number(isReading(second)) || byStrength(first, second);
};

/** What a log has room for of what a grant gives; undefined where it has none, or where it gives nothing. */
export const rightsOf = (probes: readonly AccessProbe[]): Right[] | undefined => {
  const rights = grouped(probes);
  const isSmall = rights.length <= most.entries && JSON.stringify(rights).length <= most.characters;
  return rights.length > 0 && isSmall ? [...rights] : undefined;
};

const most = { entries: mostRights, characters: 30_000 } as const;
