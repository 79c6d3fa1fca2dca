import type { Rule } from '#domain/risk/rule.ts';
import { dangersOf } from './ingress.ts';

/** Configuration of the controller's own, which reads every TLS Secret. */
export const ingressSnippet: Rule = {
  name: 'ingress-snippet',
  severity: 'critical',
  sources: ['CVE-2021-25742'],
  inside: (object) =>
    dangersOf(
      object,
      ({ name }) => /(^|-)snippets?$/.test(name),
      ({ key }) => `a snippet that runs inside the ingress controller, where it can read every TLS secret: ${key}`,
    ),
};
