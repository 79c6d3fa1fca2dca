import type { Manifest } from '#domain/plan.ts';
import type { Change } from '#domain/risk/assess.ts';
import { cut, few, oneLine } from '#domain/text.ts';
import { podsBehind } from './pods.ts';
import type { Radius, ReachLine } from './radius.ts';
import { type Backend, isRouting, type Route, routesOf, sayBackend, sayRoute } from './routes.ts';
import type { Sight } from './sight.ts';

/** What is served newly, or by another Service than before, and how many pods are ready there. */
export type Exposure = {
  readonly facts: Pick<Radius, 'hosts' | 'paths' | 'backends' | 'unready'>;
  readonly lines: readonly ReachLine[];
  /** What is served newly, part by part. */
  readonly openings: readonly string[];
};

type Served = { readonly route: Route; readonly before: readonly (Backend | undefined)[] };

export const exposureOf = (changes: readonly Change[], sight: Pick<Sight, 'services' | 'pods'>): Exposure => {
  const served = changes
    .filter(({ after }) => after !== undefined && isRouting(after))
    .flatMap(({ before, after }) => servedNewly(before, after));
  const fresh = served.filter(({ before }) => before.length === 0).map(({ route }) => route);
  const backends = unique(served.flatMap(({ route }) => route.backend ?? []));
  const ready = new Map(backends.map((one) => [sayBackend(one), readiness(one, sight)]));
  return {
    facts: {
      hosts: [...new Set(fresh.map(({ host }) => host))],
      paths: new Set(fresh.map(placeOf)).size,
      backends: backends.map(sayBackend),
      unready: backends.map(sayBackend).filter((name) => ready.get(name)?.ready === 0),
    },
    openings: [
      ...new Set(
        served.map(
          ({ route }) => `${sayRoute(route)} by ${route.backend === undefined ? 'none' : sayBackend(route.backend)}`,
        ),
      ),
    ],
    lines: linesOf(served, (backend) => ready.get(sayBackend(backend))?.says ?? ''),
  };
};

const placeOf = ({ host, path }: Route): string => JSON.stringify([host, path]);
const keyOf = ({ host, path, below }: Route): string => JSON.stringify([host, path, below]);
const unique = (all: readonly Backend[]): readonly Backend[] => [
  ...new Map(all.map((one) => [sayBackend(one), one])).values(),
];

/** Traffic that nothing of the object took before, or that went to others. */
const servedNewly = (before: Manifest | undefined, after: Manifest | undefined): readonly Served[] => {
  const was = Map.groupBy(before === undefined ? [] : routesOf(before), keyOf);
  return (after === undefined ? [] : routesOf(after)).flatMap((route) => {
    const old = (was.get(keyOf(route)) ?? []).map(({ backend }) => backend);
    return old.some((one) => isSame(one, route.backend)) ? [] : [{ route, before: old }];
  });
};

const isSame = (one: Backend | undefined, other: Backend | undefined): boolean =>
  one?.namespace === other?.namespace &&
  one?.service === other?.service &&
  one?.port === other?.port &&
  one?.copy === other?.copy;

/** So many places are named where one Service has them all. */
const mostPlaces = 3;

const linesOf = (served: readonly Served[], ready: (backend: Backend) => string): readonly ReachLine[] => {
  const alike = Map.groupBy(served, ({ route, before }) => JSON.stringify([route.backend ?? null, before]));
  return [...alike.values()].flatMap((same): readonly ReachLine[] => {
    const [one] = same;
    if (one === undefined) return [];
    const where = few([...new Set(same.map(({ route }) => cut(oneLine(sayRoute(route)), 120)))], mostPlaces);
    return [{ change: 'opens', text: sayServed(one, where, ready) }];
  });
};

const sayServed = (
  { route: { backend }, before }: Served,
  where: string,
  ready: (backend: Backend) => string,
): string => {
  if (backend?.copy === true) return `Copied newly to Service ${sayBackend(backend)} (${ready(backend)}): ${where}`;
  const old = before.flatMap((each) => (each === undefined || each.copy === true ? [] : [each]));
  const isOfPort = backend !== undefined && old.some((each) => sayBackend(each) === sayBackend(backend));
  const named = (each: Backend): string =>
    `${sayBackend(each)}${isOfPort && each.port !== undefined ? `:${each.port}` : ''}`;
  const by = backend === undefined ? 'by no Service' : `by Service ${named(backend)} (${ready(backend)})`;
  return before.length === 0
    ? `Served newly: ${where}, ${by}`
    : `Served ${by}, before by ${old.map(named).join(', ') || 'none'}: ${where}`;
};

/** How many of the pods that a Service selects now take traffic; undefined where that cannot be counted. */
const readiness = (
  { namespace, service }: Backend,
  { services, pods }: Pick<Sight, 'services' | 'pods'>,
): { readonly ready: number | undefined; readonly says: string } => {
  const found = services.find((one) => one.name === service && one.namespace === namespace);
  if (found === undefined) return { ready: undefined, says: 'not there or not seen' };
  const { selector, externalName } = found;
  if (externalName !== undefined) return { ready: undefined, says: `it stands for ${cut(oneLine(externalName), 80)}` };
  if (Object.keys(selector).length === 0)
    return { ready: undefined, says: 'it selects no pods: its addresses are written by hand' };
  const behind = podsBehind(found, pods);
  const ready = behind.filter((one) => one.ready).length;
  return { ready, says: `${ready} of ${behind.length} ${behind.length === 1 ? 'pod' : 'pods'} ready` };
};
