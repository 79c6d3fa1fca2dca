import { nearest } from '#domain/nearest.ts';
import { few } from '#domain/text.ts';
import type { PlainRule } from './rules.ts';

/** A resource as an API server's discovery names it: `pods`, `pods/log`. */
export type ServedResource = { readonly name: string; readonly kind: string; readonly namespaced: boolean };

/** What a cluster serves: of each group each version that was looked at, and what is in it. The core group is `''`. */
export type Served = {
  /** All groups there are. */
  readonly groups: readonly string[];
  /** Undefined for one that could not be looked at: nothing is said of what may be in it. */
  readonly versions: ReadonlyMap<string, ReadonlyMap<string, readonly ServedResource[]> | undefined>;
};

/** One sort of objects in one version. */
export type WantedSort = {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: boolean;
};

/** Versions, and places, that are named in one line. */
const most = 5;

/** Kubelets judge these by RBAC, and no API server serves them. */
const ofKubelets = /^nodes\//;

const resourcesIn = (served: Served, group: string): readonly ServedResource[] =>
  [...(served.versions.get(group)?.values() ?? [])].flat();

const isUnseen = (served: Served, group: string): boolean =>
  served.versions.has(group) && served.versions.get(group) === undefined;

/** What of some rules no API server of this cluster knows: what they give there is nothing. Each in words, with what to do. */
export const unservedOf = (served: Served, rules: readonly PlainRule[]): readonly string[] => [
  ...new Set(
    rules.flatMap(({ apiGroups, resources }) => {
      const there = apiGroups.filter((group) => served.groups.includes(group));
      return [
        ...apiGroups.filter((group) => !there.includes(group)).map((group) => withoutGroup(served, group)),
        ...(there.length === 0 || there.some((group) => isUnseen(served, group))
          ? []
          : resources
              .filter((one) => !ofKubelets.test(one))
              .filter((one) => !there.some((group) => resourcesIn(served, group).some(({ name }) => name === one)))
              .map((one) => withoutResource(served, there, one))),
      ];
    }),
  ),
];

/** Why a sort of objects cannot be worked with in this cluster, and what to do; undefined where it can. */
export const unservedSort = (served: Served, sort: WantedSort): string | undefined => {
  const { group, version, resource, kind, namespaced } = sort;
  if (!served.groups.includes(group)) return withoutGroup(served, group);
  if (isUnseen(served, group)) return undefined;
  const named = [...(served.versions.get(group) ?? [])].flatMap(([of, resources]) =>
    resources.filter(({ name }) => name === resource).map((found) => ({ ...found, version: of })),
  );
  if (named.length === 0) return withoutResource(served, [group], resource);
  const found = named.find((one) => one.version === version);
  if (found === undefined)
    return `${sayGroup(group)} has ${resource} in ${few(
      named.map((one) => one.version),
      most,
    )}, and not in ${version}. Write one of these under "version".`;
  if (found.kind !== kind) return `the kind of ${resource} is ${found.kind}, not ${kind}. Correct "kind".`;
  if (namespaced && !found.namespaced)
    return `${resource} belong to the whole cluster, and a request is for one namespace. Take it out.`;
  return undefined;
};

const sayGroup = (group: string): string => (group === '' ? 'the core group' : group);

const withoutGroup = (served: Served, group: string): string => {
  const meant = nearest(group, served.groups);
  const remedy =
    meant === undefined
      ? 'Install what brings it (its CustomResourceDefinitions), or take it out.'
      : `Is it "${meant}" that you mean?`;
  return `there is no API group "${group}" in this cluster. ${remedy}`;
};

const withoutResource = (served: Served, groups: readonly string[], resource: string): string => {
  const names = groups.flatMap((group) => resourcesIn(served, group).map(({ name }) => name));
  const meant = nearest(resource, names);
  const elsewhere = served.groups.filter((group) => resourcesIn(served, group).some(({ name }) => name === resource));
  const what = `${few(groups.map(sayGroup), most)} has no "${resource}" in this cluster.`;
  if (elsewhere.length > 0) return `${what} It is in ${few(elsewhere.map(sayGroup), most)}.`;
  return `${what} ${meant === undefined ? 'Correct it, install what brings it, or take it out.' : `Is it "${meant}" that you mean?`}`;
};
