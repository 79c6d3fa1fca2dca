import type { Manifest } from '#domain/plan.ts';
import { type Item, itemsAt, itemsIn } from '#domain/risk/read.ts';

/** What the Gateway API says of itself. */
export const gatewayDocument = (page: string): string => `https://gateway-api.sigs.k8s.io/${page}`;

export const isOfGateway = ({ apiVersion }: Manifest): boolean =>
  /^gateway\.networking\.(x-)?k8s\.io\//.test(apiVersion);

/** Routes of the Gateway API: HTTPRoute, GRPCRoute, TLSRoute and their like. */
export const isRoute = (object: Manifest): boolean => isOfGateway(object) && object.kind.endsWith('Route');

export const routeRules = (object: Manifest): readonly Item[] =>
  isRoute(object) ? itemsAt(object, 'spec', 'rules') : [];

export const backendsOf = (object: Manifest): readonly Item[] => itemsIn(routeRules(object), 'backendRefs');

/** Filters of rules and of single backends. */
export const filtersOf = (object: Manifest): readonly Item[] =>
  itemsIn([...routeRules(object), ...backendsOf(object)], 'filters');
