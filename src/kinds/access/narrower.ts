import type { AccessProbe } from '#domain/plan.ts';
import type { Use } from '#domain/request/events.ts';
import { allows } from '#domain/request/rights.ts';
import { nameable } from './describe.ts';
import { probesOf } from './plan.ts';
import type { Profile } from './profiles.ts';

/** A profile narrowed to objects; none: all of the namespace. */
export type Extent = { readonly profile: Profile; readonly objects: readonly string[] };

/** So many objects can be named. */
const mostNamed = 20;

/**
 * The least of what can be asked for that allows all of these uses, if it is less than what was asked: fewer objects of the same
 * profile, or another profile that gives nothing beyond it. Undefined where there is none.
 */
export const narrowest = (
  asked: Extent,
  offered: readonly Profile[],
  uses: readonly Use[],
  namespace: string,
): Extent | undefined => {
  const whole = rightsOf(asked, namespace);
  const isCovered = (rights: readonly AccessProbe[], wanted: AccessProbe): boolean =>
    rights.some((held) => allows(held, wanted));
  const isWithin = (less: readonly AccessProbe[], more: readonly AccessProbe[]): boolean =>
    less.every((one) => isCovered(more, one));
  const isLess = (less: readonly AccessProbe[], more: readonly AccessProbe[]): boolean =>
    isWithin(less, more) && !isWithin(more, less);
  // Something was done that was not granted: then what was needed is not known.
  if (!uses.every((one) => isCovered(whole, one))) return undefined;
  const candidates = [asked.profile, ...offered.filter(({ name }) => name !== asked.profile.name)]
    .flatMap((profile) => extentsOf(profile, asked, uses))
    .map((extent) => ({ extent, rights: rightsOf(extent, namespace) }))
    .filter(({ rights }) => isLess(rights, whole) && uses.every((one) => isCovered(rights, one)));
  const [first, ...rest] = candidates;
  return rest.reduce((best, one) => (best !== undefined && isLess(one.rights, best.rights) ? one : best), first)
    ?.extent;
};

/** A profile as it could be asked for: for the objects that were used, for those that were named, or for all. */
const extentsOf = (profile: Profile, asked: Extent, uses: readonly Use[]): readonly Extent[] => {
  const sorts = nameable(profile);
  const names = uses
    .filter(({ group, resource }) => sorts.some((one) => one.group === group && one.resource === resource))
    .flatMap(({ name }) => name ?? []);
  const used = [...new Set(names)].sort();
  const narrowed = sorts.length === 0 ? [] : [used, asked.objects];
  return [...narrowed.filter((objects) => objects.length > 0 && objects.length <= mostNamed), []].map((objects) => ({
    profile,
    objects,
  }));
};

const rightsOf = ({ profile, objects }: Extent, namespace: string): readonly AccessProbe[] =>
  profile.bindings.flatMap((binding) => probesOf(binding, objects, namespace));
