import { quoted } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { annotationDocument, dangersOf } from './ingress.ts';

const sending = ['permanent-redirect', 'temporal-redirect'];

/** To another place of the same host is nothing; two slashes begin another host, and browsers read a backslash as one. */
export const ingressRedirect: Rule = {
  name: 'ingress-redirect',
  severity: 'high',
  sources: [annotationDocument('permanent-redirect'), annotationDocument('temporal-redirect')],
  inside: (object) =>
    dangersOf(
      object,
      ({ name, value }) => sending.includes(name) && value !== '' && !/^\/(?![/\\])/.test(value),
      ({ key, value }) => `everybody who comes sent to ${quoted(value)}: ${key}`,
    ),
};
