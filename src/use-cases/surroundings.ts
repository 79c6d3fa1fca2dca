import { readPolicy } from '#domain/networkpolicy/policy.ts';
import type { Manifest } from '#domain/plan.ts';
import { seePod } from '#domain/radius/pods.ts';
import { readRouting } from '#domain/radius/routes.ts';
import { readService } from '#domain/radius/services.ts';
import type { Sight, Wanted } from '#domain/radius/sight.ts';
import type { Result } from '#domain/result.ts';
import type { Kind, Sort } from '#kinds/kind.ts';
import { type ClusterWriter, isClusterRefusal } from './ports.ts';

const core = (resource: string, kind: string): Sort => ({ group: '', version: 'v1', resource, kind, namespaced: true });
const pods = core('pods', 'Pod');
const servicesSort = core('services', 'Service');
const ingresses: Sort = {
  group: 'networking.k8s.io',
  version: 'v1',
  resource: 'ingresses',
  kind: 'Ingress',
  namespaced: true,
};
const policies: Sort = { ...ingresses, resource: 'networkpolicies', kind: 'NetworkPolicy' };
const routes = (['HTTPRoute', 'GRPCRoute', 'TLSRoute'] as const).map(
  (kind): Sort => ({
    group: 'gateway.networking.k8s.io',
    version: 'v1',
    resource: `${kind.toLowerCase()}s`,
    kind,
    namespaced: true,
  }),
);

/** Whose pods policies know by labels that a change of these may change. */
const workloads: readonly Pick<Sort, 'group' | 'resource'>[] = [
  ...['deployments', 'statefulsets', 'daemonsets', 'replicasets'].map((resource) => ({ group: 'apps', resource })),
  ...['jobs', 'cronjobs'].map((resource) => ({ group: 'batch', resource })),
  ...['pods', 'replicationcontrollers'].map((resource) => ({ group: '', resource })),
];

/** By what these kinds may change: which objects that take traffic there may be others of. */
const routingOf = (isWritten: Written): readonly Sort[] =>
  [ingresses, ...routes].some(isWritten) ? [ingresses, ...routes.filter(isWritten)] : [];

/** What is looked at around changes, in the whole cluster, by what these kinds may change. */
export const surroundingsOf = (kinds: readonly Kind[]): readonly Sort[] => {
  const isWritten = writtenBy(kinds);
  const routing = routingOf(isWritten);
  const behind = routing.length > 0 || isWritten(servicesSort);
  return [
    ...routing,
    ...(behind ? [servicesSort] : []),
    ...(isWritten(policies) || workloads.some(isWritten) ? [policies] : []),
    ...(behind || isWritten(policies) ? [pods] : []),
  ];
};

type Written = (sort: Pick<Sort, 'group' | 'resource'>) => boolean;

const writtenBy = (kinds: readonly Kind[]): Written => {
  const written = new Set(
    kinds
      .flatMap(({ permissions }) => permissions.namespaced)
      .filter(({ verbs }) => verbs.some((verb) => verb === 'create' || verb === 'update'))
      .flatMap(({ apiGroups, resources }) =>
        apiGroups.flatMap((group) => resources.map((resource) => `${group}/${resource}`)),
      ),
  );
  return ({ group, resource }) => written.has(`${group}/${resource}`);
};

/** Who looks: where they manage, what their kinds change, and how many milliseconds old an answer may be. */
export type Reader = {
  readonly managed: readonly string[];
  readonly kinds: readonly Kind[];
  readonly atMostOld: number;
};

/** What was found, and what could not be looked at. */
export type Seen = { readonly sight: Sight; readonly unseen: readonly string[] };

/**
 * Looks at what stands around changes. What the API server does not let us see in the whole cluster is looked for where we
 * manage, and said to be unseen elsewhere. Throws when it does not answer.
 */
export const lookAround = async (
  cluster: ClusterWriter,
  { managed, kinds, atMostOld }: Reader,
  { behind, routes: wantsRoutes, policies: wantsPolicies, network }: Wanted,
): Promise<Seen> => {
  const unseen = new Set<string>();
  const everywhere = async <T>(of: Sort, read: Read<T>): Promise<readonly T[]> => {
    const all = await permitted(cluster, of, undefined, read, atMostOld);
    if (all !== 'forbidden') return all;
    unseen.add(`${of.resource} outside of ${managed.join(', ')} were not looked at: the worker may not list them`);
    return within(of, managed, read);
  };
  const within = async <T>(of: Sort, namespaces: readonly string[], read: Read<T>): Promise<readonly T[]> => {
    const found = await Promise.all(
      namespaces.map(async (namespace) => {
        const some = await permitted(cluster, of, namespace, read, atMostOld);
        if (some !== 'forbidden') return some;
        unseen.add(`${of.resource} in ${namespace} were not looked at: the worker may not list them`);
        return [];
      }),
    );
    return found.flat();
  };
  const routing = wantsRoutes.length === 0 ? [] : withVersions(routingOf(writtenBy(kinds)), wantsRoutes);
  const [others, services, running, restricting, places] = await Promise.all([
    Promise.all(routing.map((of) => everywhere(of, readRouting))),
    within(servicesSort, behind, readService),
    network ? everywhere(pods, seePod) : within(pods, behind, seePod),
    wantsPolicies ? everywhere(policies, readPolicy) : [],
    network ? cluster.namespaces() : [],
  ]);
  const known = <T>(all: readonly Result<T, string>[]): readonly T[] =>
    all.flatMap((one) => {
      if (one.ok) return [one.value];
      unseen.add(one.error);
      return [];
    });
  const sight: Sight = {
    routes: others.flat(),
    services,
    pods: known(running),
    policies: known(restricting),
    namespaces: new Map(places.map(({ name, labels }) => [name, labels])),
  };
  return { sight, unseen: [...unseen] };
};

/** Each sort in its own version, and in those in which objects are changed: not every cluster has every version. */
const withVersions = (sorts: readonly Sort[], changed: Wanted['routes']): readonly Sort[] => [
  ...new Map(
    sorts
      .flatMap((sort) => [
        sort,
        ...changed
          .filter(({ kind }) => kind === sort.kind)
          .map(({ apiVersion }) => ({ ...sort, version: apiVersion.split('/').at(-1) ?? sort.version })),
      ])
      .map((sort) => [`${sort.group}/${sort.version}/${sort.resource}`, sort]),
  ).values(),
];

type Read<T> = (object: Manifest) => T;

/** A sort that the cluster does not have has no objects. */
export const permitted = async <T>(
  cluster: ClusterWriter,
  of: Sort,
  namespace: string | undefined,
  read: Read<T>,
  atMostOld: number,
): Promise<readonly T[] | 'forbidden'> => {
  try {
    return await cluster.scan(of, namespace, read, atMostOld);
  } catch (cause) {
    if (isClusterRefusal(cause) && cause.refused.status === 403) return 'forbidden';
    if (isClusterRefusal(cause) && cause.refused.status === 404) return [];
    throw cause;
  }
};
