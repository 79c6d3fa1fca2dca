import type { Json } from '#domain/json.ts';
import { type Manifest, type Target, targetOf } from '#domain/plan.ts';
import type { Place } from '#domain/risk/finding.ts';
import { isRoute, routeRules } from '#domain/risk/gateway/route.ts';
import { isIngress, pathsOf } from '#domain/risk/ingress/ingress.ts';
import { asText, at, itemsAt, listAt, textAt } from '#domain/risk/read.ts';

/** Traffic that an Ingress or a route takes: of a host, at a path or at all below it, for a Service or nobody in particular. */
export type Route = {
  /** In lower case; "" is every host that no other names. */
  readonly host: string;
  readonly path: string;
  /** All below the path too. */
  readonly below: boolean;
  readonly backend: Backend | undefined;
  readonly at: Place;
};

export type Backend = { readonly namespace: string; readonly service: string };

/** Whether an object takes traffic from outside by hosts and paths. */
export const isRouting = (object: Manifest): boolean => isIngress(object) || isRoute(object);

/** An object that takes traffic, and which. */
export type Routing = { readonly object: Target; readonly routes: readonly Route[] };

export const readRouting = (object: Manifest): Routing => ({ object: targetOf(object), routes: routesOf(object) });

/** All traffic that an object takes, in its order. Of other objects there is none. */
export const routesOf = (object: Manifest): readonly Route[] => {
  if (isIngress(object)) return ofIngress(object);
  return isRoute(object) ? ofRoute(object) : [];
};

const ofIngress = (object: Manifest): readonly Route[] => {
  const namespace = object.metadata.namespace ?? '';
  const fallback = at(object, 'spec', 'defaultBackend') ?? at(object, 'spec', 'backend');
  const all = pathsOf(object).map(({ host, path, type, backend, at: place }) => ({
    host,
    path: path === '' ? '/' : path,
    below: type.toLowerCase() !== 'exact',
    backend: ingressBackend(backend, namespace),
    at: place,
  }));
  // A rule without paths gives all of its host to the default backend.
  const bare = itemsAt(object, 'spec', 'rules')
    .filter(({ item }) => listAt(item, 'http', 'paths').length === 0)
    .map(({ item, path }) => ({ host: textAt(item, 'host').toLowerCase(), at: path }));
  const open = fallback === undefined || fallback === null ? [] : [{ host: '', at: ['spec', 'defaultBackend'] }];
  return [
    ...all,
    ...[...bare, ...open].map((one) => ({
      ...one,
      path: '/',
      below: true,
      backend: ingressBackend(fallback, namespace),
    })),
  ];
};

/** Before networking.k8s.io/v1 it was a name beside a port. */
const ingressBackend = (backend: Json | undefined, namespace: string): Backend | undefined => {
  const service = textAt(backend, 'service', 'name') || textAt(backend, 'serviceName');
  return service === '' ? undefined : { namespace, service };
};

const ofRoute = (object: Manifest): readonly Route[] => {
  const own = object.metadata.namespace ?? '';
  const named = listAt(object, 'spec', 'hostnames').map((name) => asText(name).trim().toLowerCase());
  const hosts = named.length === 0 ? [''] : named;
  return routeRules(object).flatMap(({ item: rule, path: place }) => {
    const refs = listAt(rule, 'backendRefs').filter((ref) => textAt(ref, 'name') !== '');
    const backends = refs.map((ref) => ({
      namespace: textAt(ref, 'namespace') || own,
      service: textAt(ref, 'name'),
    }));
    const matches = itemsAt(rule, 'matches');
    const paths =
      matches.length === 0
        ? [{ path: '/', below: true, at: place }]
        : matches.map(({ item, path }) => ({
            path: textAt(item, 'path', 'value') || '/',
            below: textAt(item, 'path', 'type').toLowerCase() !== 'exact',
            at: [...place, ...path],
          }));
    return hosts.flatMap((host) =>
      paths.flatMap((one) =>
        (backends.length === 0 ? [undefined] : backends).map((backend) => ({ host, ...one, backend })),
      ),
    );
  });
};

/** `shop.test/cart`, and whether all below it is meant too. */
export const sayRoute = ({ host, path, below }: Pick<Route, 'host' | 'path' | 'below'>): string => {
  const where = host === '' ? `every host that no other rule names, ${path}` : `${host}${path}`;
  return below && path !== '/' ? `${where} and below` : where;
};

export const sayBackend = ({ namespace, service }: Backend): string => `${namespace}/${service}`;
