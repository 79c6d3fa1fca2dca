import { quoted } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { pathsOf, sayHost } from './ingress.ts';

/** Characters that end or open something in the controller's configuration. */
export const ingressPathCharacters: Rule = {
  name: 'ingress-path-characters',
  severity: 'critical',
  sources: ['CVE-2021-25745', 'CVE-2026-24512'],
  inside: (object) =>
    pathsOf(object)
      .filter(({ path }) => /[;{}"'#$`\s]/.test(path))
      .map(({ host, path, at }) => ({
        key: `${host} ${path}`,
        says: `a path of ${sayHost(host)} with characters that can inject configuration into the ingress controller: ${quoted(path)}`,
        path: [...at, 'path'],
      })),
};
