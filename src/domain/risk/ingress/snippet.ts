import type { Rule } from '#domain/risk/rule.ts';
import { dangersOf } from './ingress.ts';

/** As haproxy-ingress calls it, which has a section of its configuration behind that. */
const raw = /^config-(backend|defaults|frontend|global|peers|proxy|sections|tcp)/;

/** Configuration of the controller's own, which reads every TLS Secret. */
export const ingressSnippet: Rule = {
  name: 'ingress-snippet',
  severity: 'critical',
  sources: ['CVE-2021-25742'],
  inside: (object) =>
    dangersOf(
      object,
      ({ name }) => /(^|-)snippets?$/.test(name) || raw.test(name),
      ({ key }) => `a snippet that runs inside the ingress controller, where it can read every TLS secret: ${key}`,
    ),
};
