import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import type { Place } from '#domain/risk/finding.ts';
import { at, entriesAt, itemsAt, quoted, textAt } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { gatewayDocument, routeRules } from './route.ts';

/** More than before: all paths, or all methods of all services, or all below what was one page. */
export const routePathWidened: Rule = {
  name: 'route-path-widened',
  severity: 'high',
  sources: [gatewayDocument('reference/api-types/httproute/#matches')],
  between: (before, after) => {
    const was = matchesOf(before);
    if (after === undefined || was.length === 0) return [];
    const served = new Set(was.map(keyOf));
    const pages = new Set(was.filter(({ isExact }) => isExact).map(({ path }) => path));
    return matchesOf(after).flatMap((one) => {
      const { path, isExact, isFree, at: place } = one;
      // What fits always holds what fits only with some header, whatever else there was.
      if (isExact || served.has(keyOf(one)) || served.has(keyOf({ ...one, isFree: true }))) return [];
      if (path === '') {
        const says = `everything that comes to the hosts of this route${isFree ? '' : ', on some conditions'}, where parts were served before`;
        return [{ says, path: place }];
      }
      const says = `all paths below ${quoted(path)}, where only that one was served before`;
      return pages.has(path) ? [{ says, path: place }] : [];
    });
  },
};

type Match = {
  /** Empty for all there are. */
  readonly path: string;
  readonly isExact: boolean;
  /** Whether it asks for nothing else: no header, no method, no parameter. */
  readonly isFree: boolean;
  readonly at: Place;
};

const keyOf = ({ path, isExact, isFree }: Match): string => JSON.stringify([path, isExact, isFree]);

const matchesOf = (object: Manifest): readonly Match[] => {
  if (!/^(HTTP|GRPC)Route$/.test(object.kind)) return [];
  return routeRules(object).flatMap(({ item, path }): readonly Match[] => {
    const matches = itemsAt(item, 'matches');
    if (matches.length === 0) return [{ path: '', isExact: false, isFree: true, at: path }];
    return matches.map((match) => ({
      ...(object.kind === 'GRPCRoute' ? methodOf(match.item) : pathOf(match.item)),
      at: [...path, ...match.path],
    }));
  });
};

const pathOf = (match: Json) => {
  const type = textAt(match, 'path', 'type').toLowerCase();
  const value = textAt(match, 'path', 'value');
  const isFree = ['headers', 'queryParams', 'method'].every((field) => isNothing(at(match, field)));
  // Nothing, `/`, or a pattern of nothing but such signs, as in `/.*`.
  const isAll = type === 'regularexpression' ? /^[/^$()*.+?|]*$/.test(value) : value === '' || value === '/';
  const isExact = type === 'exact';
  return { path: isAll && !isExact ? '' : value, isExact, isFree };
};

const methodOf = (match: Json) => ({
  path: ['service', 'method']
    .map((field) => textAt(match, 'method', field))
    .join('/')
    .replace(/^\/$/, ''),
  isExact: textAt(match, 'method', 'method') !== '',
  isFree: isNothing(at(match, 'headers')),
});

const isNothing = (value: Json | undefined): boolean =>
  value === undefined ||
  value === null ||
  (Array.isArray(value) && value.length === 0) ||
  (typeof value === 'object' && entriesAt(value).length === 0 && !Array.isArray(value));
