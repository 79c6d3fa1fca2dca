import { pathsOf, sayHost } from './ingress.ts';
import { quoted } from './read.ts';
import type { Rule } from './rule.ts';

/** Characters that end or open something in the controller's configuration. */
export const ingressPathCharacters: Rule = {
  name: 'ingress-path-characters',
  severity: 'critical',
  inside: (object) =>
    pathsOf(object)
      .filter(({ path }) => /[;{}"'#$`\s]/.test(path))
      .map(({ host, path }) => ({
        key: `${host} ${path}`,
        says: `a path of ${sayHost(host)} with characters that can inject configuration into the ingress controller: ${quoted(path)} (CVE-2021-25745, CVE-2026-24512)`,
      })),
};
