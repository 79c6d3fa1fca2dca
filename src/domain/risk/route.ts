import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { listAt } from './read.ts';

/** Routes of the Gateway API: HTTPRoute, GRPCRoute, TLSRoute and their like. */
export const isRoute = ({ apiVersion, kind }: Manifest): boolean =>
  apiVersion.startsWith('gateway.networking.k8s.io/') && kind.endsWith('Route');

export const routeRules = (object: Manifest): readonly Json[] =>
  isRoute(object) ? listAt(object, 'spec', 'rules') : [];

export const backendsOf = (object: Manifest): readonly Json[] =>
  routeRules(object).flatMap((rule) => listAt(rule, 'backendRefs'));

/** Filters of rules and of single backends. */
export const filtersOf = (object: Manifest): readonly Json[] =>
  [...routeRules(object), ...backendsOf(object)].flatMap((place) => listAt(place, 'filters'));
