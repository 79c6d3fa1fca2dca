import type { Json } from '#domain/json.ts';
import { type Manifest, type Target, targetOf } from '#domain/plan.ts';
import { isOn } from '#domain/risk/annotations.ts';
import type { Place } from '#domain/risk/finding.ts';
import { isRoute, routeRules } from '#domain/risk/gateway/route.ts';
import { annotationsOf, isIngress, pathsOf } from '#domain/risk/ingress/ingress.ts';
import { asText, at, itemsAt, listAt, textAt } from '#domain/risk/read.ts';

/** Traffic that an Ingress or a route takes: of a host, at a path or at all below it, for a Service or nobody in particular. */
export type Route = {
  /** In lower case; "" is every host that no other names. */
  readonly host: string;
  readonly path: string;
  /** All below the path too: `parts` by what is between slashes, `letters` by how it begins, `pattern` by what it may mean. */
  readonly below: 'no' | 'parts' | 'letters' | 'pattern';
  readonly backend: Backend | undefined;
  readonly at: Place;
};

/** `copy`: it only gets a copy of the traffic. */
export type Backend = {
  readonly namespace: string;
  readonly service: string;
  readonly port?: string;
  readonly copy?: true;
};

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
  const isPattern = annotationsOf(object).some(({ name, value }) => name === 'use-regex' && isOn(value));
  const all = pathsOf(object).map(({ host, path, type, backend, at: place }) => ({
    host,
    path: path === '' ? '/' : path,
    below: reachOfPath(type, isPattern),
    backend: ingressBackend(backend, namespace),
    at: place,
  }));
  // A rule without paths gives all of its host to the default backend.
  const bare = itemsAt(object, 'spec', 'rules')
    .filter(({ item }) => listAt(item, 'http', 'paths').length === 0)
    .map(({ item, path }) => ({ host: textAt(item, 'host').toLowerCase(), at: path }));
  const open = fallback === undefined || fallback === null ? [] : [{ host: '', at: ['spec', 'defaultBackend'] }];
  const whole = (place: Pick<Route, 'host' | 'at'>, backend: Backend | undefined): Route => ({
    ...place,
    path: '/',
    below: 'parts',
    backend,
  });
  return [
    ...all,
    ...[...bare, ...open].map((place) => whole(place, ingressBackend(fallback, namespace))),
    ...furtherHosts(object).map((place) => whole(place, all[0]?.backend ?? ingressBackend(fallback, namespace))),
  ];
};

const reachOfPath = (type: string, isPattern: boolean): Route['below'] => {
  if (type.toLowerCase() === 'exact') return 'no';
  if (isPattern) return 'pattern';
  return type.toLowerCase() === 'prefix' ? 'parts' : 'letters';
};

/** Hosts that no rule names: further names of its servers, and names that the DNS is told to lead here. */
const furtherHosts = (object: Manifest): readonly Pick<Route, 'host' | 'at'>[] =>
  annotationsOf(object)
    .filter(({ key, name }) => name === 'server-alias' || (name === 'hostname' && key.startsWith('external-dns.')))
    .flatMap(({ value, path }) => value.split(/[\s,]+/).map((host) => ({ host: host.toLowerCase(), at: path })))
    .filter(({ host }) => host !== '');

/** Before networking.k8s.io/v1 it was a name beside a port. */
const ingressBackend = (backend: Json | undefined, namespace: string): Backend | undefined => {
  const service = textAt(backend, 'service', 'name') || textAt(backend, 'serviceName');
  const port =
    at(backend, 'service', 'port', 'number') ?? at(backend, 'service', 'port', 'name') ?? at(backend, 'servicePort');
  return service === '' ? undefined : { namespace, service, ...portOf(port) };
};

const portOf = (port: Json | undefined): Pick<Backend, 'port'> =>
  port === undefined || port === null ? {} : { port: asText(port) };

const ofRoute = (object: Manifest): readonly Route[] => {
  const own = object.metadata.namespace ?? '';
  const named = listAt(object, 'spec', 'hostnames').map((name) => asText(name).trim().toLowerCase());
  const hosts = named.length === 0 ? [''] : named;
  return routeRules(object).flatMap(({ item: rule, path: place }) => {
    const backends = routeBackends(rule, own);
    const matches = itemsAt(rule, 'matches');
    const paths =
      matches.length === 0
        ? [{ path: '/', below: 'parts' as const, at: place }]
        : matches.map(({ item, path }) => ({
            path: textAt(item, 'path', 'value') || '/',
            below: reachOfMatch(textAt(item, 'path', 'type')),
            at: [...place, ...path],
          }));
    return hosts.flatMap((host) =>
      paths.flatMap((one) =>
        (backends.length === 0 ? [undefined] : backends).map((backend) => ({ host, ...one, backend })),
      ),
    );
  });
};

const reachOfMatch = (type: string): Route['below'] => {
  if (type.toLowerCase() === 'exact') return 'no';
  return type.toLowerCase() === 'regularexpression' ? 'pattern' : 'parts';
};

/** Those that get traffic, and those that get a copy of it. */
const routeBackends = (rule: Json, own: string): readonly Backend[] => {
  const read = (ref: Json | undefined, copy: Pick<Backend, 'copy'>): readonly Backend[] => {
    const service = textAt(ref, 'name');
    const isNobody = service === '' || at(ref, 'weight') === 0;
    return isNobody
      ? []
      : [{ namespace: textAt(ref, 'namespace') || own, service, ...portOf(at(ref, 'port')), ...copy }];
  };
  const refs = listAt(rule, 'backendRefs');
  const filters = [rule, ...refs].flatMap((place) => listAt(place, 'filters'));
  return [
    ...refs.flatMap((ref) => read(ref, {})),
    ...filters.flatMap((filter) => read(at(filter, 'requestMirror', 'backendRef'), { copy: true })),
  ];
};

/** `shop.test/cart`, and whether all below it is meant too. */
export const sayRoute = ({ host, path, below }: Pick<Route, 'host' | 'path' | 'below'>): string => {
  const where = host === '' ? `every host that no other rule names, ${path}` : `${host}${path}`;
  if (below === 'pattern') return `${where} (a pattern)`;
  return below !== 'no' && path !== '/' ? `${where} and below` : where;
};

export const sayBackend = ({ namespace, service }: Pick<Backend, 'namespace' | 'service'>): string =>
  `${namespace}/${service}`;
