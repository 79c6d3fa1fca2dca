import { canonical } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { entriesAt, type Item, itemsAt, itemsIn, listAt, textAt } from '#domain/risk/read.ts';

/** What the Gateway API says of itself. */
export const gatewayDocument = (page: string): string => `https://gateway-api.sigs.k8s.io/${page}`;

export const isOfGateway = ({ apiVersion }: Manifest): boolean =>
  /^gateway\.networking\.(x-)?k8s\.io\//.test(apiVersion);

/** Routes of the Gateway API: HTTPRoute, GRPCRoute, TLSRoute and their like. */
export const isRoute = (object: Manifest): boolean => isOfGateway(object) && object.kind.endsWith('Route');

export const routeRules = (object: Manifest): readonly Item[] =>
  isRoute(object) ? itemsAt(object, 'spec', 'rules') : [];

export const backendsOf = (object: Manifest): readonly Item[] => itemsIn(routeRules(object), 'backendRefs');

/** Each thing that a rule fits, in one spelling; none is the one that fits every path. */
export const matchKeysOf = ({ item }: Item, { kind }: Manifest): readonly string[] => {
  const matches = listAt(item, 'matches');
  return (matches.length === 0 ? [{}] : matches).map((match) => {
    if (kind !== 'HTTPRoute') return canonical(match);
    const path = { type: textAt(match, 'path', 'type') || 'PathPrefix', value: textAt(match, 'path', 'value') || '/' };
    return canonical({ ...Object.fromEntries(entriesAt(match)), path });
  });
};

/** Filters of rules and of single backends. */
export const filtersOf = (object: Manifest): readonly Item[] =>
  itemsIn([...routeRules(object), ...backendsOf(object)], 'filters');
