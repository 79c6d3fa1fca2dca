import type { AccessProbe } from '#domain/plan.ts';
import type { Use } from '#domain/request/events.ts';
import { leastFor } from '#kinds/least.ts';
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
  const candidates = [asked.profile, ...offered.filter(({ name }) => name !== asked.profile.name)]
    .flatMap((profile) => extentsOf(profile, asked, uses))
    .map((extent) => ({ extent, rights: rightsOf(extent, namespace) }));
  return leastFor(rightsOf(asked, namespace), candidates, uses);
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
