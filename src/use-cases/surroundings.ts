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
const services = core('services', 'Service');
const ingresses: Sort = {
  group: 'networking.k8s.io',
  version: 'v1',
  resource: 'ingresses',
  kind: 'Ingress',
  namespaced: true,
};
const policies: Sort = { ...ingresses, resource: 'networkpolicies', kind: 'NetworkPolicy' };
const routes = (['HTTPRoute', 'GRPCRoute'] as const).map(
  (kind): Sort => ({
    group: 'gateway.networking.k8s.io',
    version: 'v1',
    resource: `${kind.toLowerCase()}s`,
    kind,
    namespaced: true,
  }),
);

/** By what these kinds may change: which objects that take traffic there may be others of. */
const routingOf = (isWritten: (sort: Sort) => boolean): readonly Sort[] =>
  [ingresses, ...routes].some(isWritten) ? [ingresses, ...routes.filter(isWritten)] : [];

/** What is looked at around changes, in the whole cluster, by what these kinds may change. */
export const surroundingsOf = (kinds: readonly Kind[]): readonly Sort[] => {
  const isWritten = writtenBy(kinds);
  const routing = routingOf(isWritten);
  return [
    ...routing,
    ...(routing.length === 0 ? [] : [services]),
    ...(isWritten(policies) ? [policies] : []),
    ...(routing.length === 0 && !isWritten(policies) ? [] : [pods]),
  ];
};

const writtenBy = (kinds: readonly Kind[]): ((sort: Sort) => boolean) => {
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

/** What was found, and what could not be looked at. */
export type Seen = { readonly sight: Sight; readonly unseen: readonly string[] };

/**
 * Looks at what stands around changes. What the API server does not let us see in the whole cluster is looked for where we
 * manage, and said to be unseen elsewhere. Throws when it does not answer.
 */
export const lookAround = async (
  cluster: ClusterWriter,
  { managed, kinds }: { readonly managed: readonly string[]; readonly kinds: readonly Kind[] },
  { behind, routes: wantsRoutes, network }: Wanted,
): Promise<Seen> => {
  const unseen = new Set<string>();
  const everywhere = async (of: Sort): Promise<readonly Manifest[]> => {
    const all = await permitted(cluster, of);
    if (all !== 'forbidden') return all;
    unseen.add(`${of.resource} outside of ${managed.join(', ')} were not looked at: the worker may not list them`);
    return within(of, managed);
  };
  const within = async (of: Sort, namespaces: readonly string[]): Promise<readonly Manifest[]> => {
    const found = await Promise.all(
      namespaces.map(async (namespace) => {
        const some = await permitted(cluster, of, namespace);
        if (some !== 'forbidden') return some;
        unseen.add(`${of.resource} in ${namespace} were not looked at: the worker may not list them`);
        return [];
      }),
    );
    return found.flat();
  };
  const nothing: readonly Manifest[] = [];
  const [routing, behindServices, running, restricting, places] = await Promise.all([
    wantsRoutes ? Promise.all(routingOf(writtenBy(kinds)).map(everywhere)) : [nothing],
    within(services, behind),
    network ? everywhere(pods) : within(pods, behind),
    network ? everywhere(policies) : nothing,
    network ? cluster.namespaces() : [],
  ]);
  const readAll = <T>(all: readonly Manifest[], read: (manifest: Manifest) => Result<T, string>): readonly T[] =>
    all.flatMap((manifest) => {
      const one = read(manifest);
      if (one.ok) return [one.value];
      unseen.add(one.error);
      return [];
    });
  const sight: Sight = {
    routes: routing.flat().map(readRouting),
    services: behindServices.map(readService),
    pods: readAll(running, seePod),
    policies: readAll(restricting, readPolicy),
    namespaces: new Map(places.map(({ name, labels }) => [name, labels])),
  };
  return { sight, unseen: [...unseen] };
};

/** A sort that the cluster does not have has no objects. */
const permitted = async (
  cluster: ClusterWriter,
  of: Sort,
  namespace?: string,
): Promise<readonly Manifest[] | 'forbidden'> => {
  try {
    return await cluster.list(of, namespace);
  } catch (cause) {
    if (isClusterRefusal(cause) && cause.refused.status === 403) return 'forbidden';
    if (isClusterRefusal(cause) && cause.refused.status === 404) return [];
    throw cause;
  }
};
