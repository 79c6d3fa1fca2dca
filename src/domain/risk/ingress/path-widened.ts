import { quoted } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { type IngressPath, ingressDocument, isPrefix, pathsOf, sayHost } from './ingress.ts';

/** More of a host than before: all of it, or all below a path that was one page. */
export const ingressPathWidened: Rule = {
  name: 'ingress-path-widened',
  severity: 'high',
  sources: [ingressDocument('path-types')],
  between: (before, after) => {
    const was = Map.groupBy(pathsOf(before), ({ host }) => host);
    const served = new Map([...was].map(([host, paths]) => [host, servedBy(paths)]));
    return (after === undefined ? [] : pathsOf(after)).filter(isPrefix).flatMap(({ host, path, at }) => {
      const there = served.get(host);
      if (there === undefined || there.prefixes.has(spelled(path))) return [];
      if (spelled(path) === '/')
        return [{ says: `all paths of ${sayHost(host)}, where single ones were served before`, path: at }];
      return there.all.has(path)
        ? [
            {
              says: `all paths of ${sayHost(host)} below ${quoted(path)}, where only that one was served before`,
              path: at,
            },
          ]
        : [];
    });
  },
};

/** Of whatever holds every path as of one: nothing, `/`, a star, or a pattern of nothing but such signs, as in `/(.*)`. */
const spelled = (path: string): string => (/^[/^$()*.+?|]*$/.test(path) ? '/' : path);

const servedBy = (paths: readonly IngressPath[]) => ({
  all: new Set(paths.map(({ path }) => path)),
  prefixes: new Set(paths.filter(isPrefix).map(({ path }) => spelled(path))),
});
