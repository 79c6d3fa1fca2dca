import { dangersOf } from './ingress.ts';
import type { Rule } from './rule.ts';

/** Configuration of the controller's own, which reads every TLS Secret (CVE-2021-25742). */
export const ingressSnippet: Rule = {
  name: 'ingress-snippet',
  severity: 'critical',
  inside: (object) =>
    dangersOf(
      object,
      ({ name }) => /(^|-)snippets?$/.test(name),
      ({ key }) =>
        `a snippet that runs inside the ingress controller, where it can read every TLS secret: ${key} (CVE-2021-25742)`,
    ),
};
