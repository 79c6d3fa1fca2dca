import { type Manifest, sayTarget, type Target, targetKey, targetOf } from '#domain/plan.ts';
import type { Change } from '#domain/risk/assess.ts';
import type { Finding } from '#domain/risk/finding.ts';
import { quoted } from '#domain/risk/read.ts';
import { isRouting, type Route, type Routing, routesOf, sayRoute } from './routes.ts';

/** A finding, and whose traffic it is, as `namespace/name`. */
export type Taken = { readonly finding: Finding; readonly owners: readonly string[] };

type Owned = { readonly route: Route; readonly of: Target };

/**
 * Traffic that a change takes newly of what an Ingress or a route of another namespace serves: the same host, and one path within
 * the other. With ingress-nginx the longer path wins, and of equal ones the object that is older.
 */
export const takenElsewhere = (changes: readonly Change[], others: readonly Routing[]): readonly Taken[] => {
  const routing = changes.filter(({ after }) => after !== undefined && isRouting(after));
  if (routing.length === 0) return [];
  const changed = new Set(
    changes
      .flatMap(({ before, after }) => [before, after].flatMap((one) => (one === undefined ? [] : [targetOf(one)])))
      .map(keyOf),
  );
  const owned = others
    .filter(({ object }) => !changed.has(keyOf(object)))
    .flatMap(({ object: of, routes }) => routes.map((route) => ({ route, of })));
  const byHost = Map.groupBy(owned, ({ route }) => route.host);
  return routing.flatMap(({ before, after }) => {
    if (after === undefined) return [];
    const foreign = (route: Route): readonly Owned[] =>
      hostsOver(route.host)
        .flatMap((host) => byHost.get(host) ?? [])
        .filter(({ of, route: there }) => of.namespace !== after.metadata.namespace && overlaps(route, there));
    const was = new Set(before === undefined ? [] : routesOf(before).map(spelled));
    return routesOf(after).flatMap((route) => {
      // What was so before may as well have been there first.
      const theirs = was.has(spelled(route)) ? [] : foreign(route);
      const [first] = theirs;
      if (first === undefined) return [];
      const owners = [...new Set(theirs.map(({ of }) => `${of.namespace ?? ''}/${of.name}`))];
      return [{ finding: say(after, route, first, owners.length - 1), owners }];
    });
  });
};

const say = (object: Manifest, route: Route, { route: there, of }: Owned, more: number): Finding => ({
  rule: 'route-elsewhere',
  severity: 'high',
  change: 'introduces',
  says: `a takeover of another namespace’s traffic: ${quoted(sayRoute(route))} is taken from ${sayTarget(of)} (${quoted(sayRoute(there))})${more > 0 ? ` and ${more} more` : ''}`,
  object: sayTarget(targetOf(object)),
  path: [...route.at],
  sources: ['https://kubernetes.github.io/ingress-nginx/how-it-works/#building-the-nginx-model'],
});

const keyOf = (object: Target): string => targetKey({ ...object, apiVersion: '' });
const spelled = ({ host, path, below }: Route): string => JSON.stringify([host, path, below]);

/** A host and the wildcards that it falls under, however deep; one that names none takes of every other only what is left. */
const hostsOver = (host: string): readonly string[] => {
  if (host === '') return [host];
  const parts = host.split('.');
  return [host, ...parts.slice(1, mostParts).map((_, index) => `*.${parts.slice(index + 1).join('.')}`)];
};
/** Far more than a name of the DNS has. */
const mostParts = 127;

const overlaps = (one: Route, other: Route): boolean => holds(one, other) || holds(other, one);

/** Whether the first path takes the second. */
const holds = (outer: Route, inner: Route): boolean => {
  if (inner.path === outer.path) return true;
  switch (outer.below) {
    case 'no':
      return false;
    case 'pattern':
      return true;
    case 'letters':
      return inner.path.startsWith(outer.path);
    case 'parts': {
      const base = withoutSlashes(outer.path);
      return base === '' || inner.path === base || inner.path.startsWith(`${base}/`);
    }
  }
};

const withoutSlashes = (path: string): string => {
  let end = path.length;
  while (end > 0 && path[end - 1] === '/') end -= 1;
  return path.slice(0, end);
};
