import { isSameJson } from '#domain/json.ts';
import { type IngressPath, pathsOf, sayHost } from './ingress.ts';
import { quoted } from './read.ts';
import type { Rule } from './rule.ts';

export const ingressBackendSwitched: Rule = {
  name: 'ingress-backend-switched',
  severity: 'high',
  between: (before, after) => {
    const was = Map.groupBy(pathsOf(before), keyOf);
    return (after === undefined ? [] : pathsOf(after)).flatMap((one) => {
      const { host, path, backend } = one;
      const old = was.get(keyOf(one)) ?? [];
      if (old.length === 0 || old.some((there) => isSameJson(there.backend ?? null, backend ?? null))) return [];
      return [`another backend for traffic that has one: ${sayHost(host)}, path ${quoted(path)}`];
    });
  },
};

const keyOf = ({ host, path }: IngressPath): string => JSON.stringify([host, path]);
