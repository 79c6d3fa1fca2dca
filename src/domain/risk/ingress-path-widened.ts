import { type IngressPath, pathsOf, sayHost } from './ingress.ts';
import { quoted } from './read.ts';
import type { Rule } from './rule.ts';

/** More of a host than before: all of it, or all below a path that was one page. */
export const ingressPathWidened: Rule = {
  name: 'ingress-path-widened',
  severity: 'high',
  between: (before, after) => {
    const was = pathsOf(before);
    return (after === undefined ? [] : pathsOf(after)).filter(isPrefix).flatMap(({ host, path }) => {
      const there = was.filter((one) => one.host === host);
      if (there.length === 0 || there.some((one) => one.path === path && isPrefix(one))) return [];
      if (path === '/' || path === '') return [`all paths of ${sayHost(host)}, where single ones were served before`];
      return there.some((one) => one.path === path)
        ? [`all paths of ${sayHost(host)} below ${quoted(path)}, where only that one was served before`]
        : [];
    });
  },
};

const isPrefix = ({ type }: IngressPath): boolean => type.toLowerCase() !== 'exact';
