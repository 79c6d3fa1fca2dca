import { canonical } from '#domain/json.ts';
import { pathsOf, sayHost } from './ingress.ts';
import { quoted } from './read.ts';
import type { Rule } from './rule.ts';

export const ingressBackendSwitched: Rule = {
  name: 'ingress-backend-switched',
  severity: 'high',
  between: (before, after) => {
    const was = pathsOf(before);
    return (after === undefined ? [] : pathsOf(after)).flatMap(({ host, path, backend }) => {
      const old = was.filter((one) => one.host === host && one.path === path);
      if (old.length === 0 || old.some((one) => canonical(one.backend ?? null) === canonical(backend ?? null)))
        return [];
      return [`another backend for traffic that has one: ${sayHost(host)}, path ${quoted(path)}`];
    });
  },
};
