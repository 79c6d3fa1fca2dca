import { isSameJson } from '#domain/json.ts';
import { quoted } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { type IngressPath, ingressDocument, pathsOf, sayHost } from './ingress.ts';

export const ingressBackendSwitched: Rule = {
  name: 'ingress-backend-switched',
  severity: 'high',
  sources: [ingressDocument('ingress-rules')],
  between: (before, after) => {
    const was = Map.groupBy(pathsOf(before), keyOf);
    return (after === undefined ? [] : pathsOf(after)).flatMap((one) => {
      const { host, path, backend, at } = one;
      const old = was.get(keyOf(one)) ?? [];
      if (old.length === 0 || old.some((there) => isSameJson(there.backend ?? null, backend ?? null))) return [];
      return [
        {
          says: `another backend for traffic that has one: ${sayHost(host)}, path ${quoted(path)}`,
          path: [...at, 'backend'],
        },
      ];
    });
  },
};

const keyOf = ({ host, path }: IngressPath): string => JSON.stringify([host, path]);
