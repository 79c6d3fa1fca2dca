import { quoted } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { annotationDocument, dangersOf } from './ingress.ts';

/** Annotations of ingress-nginx whose values go into its configuration. Snippets hold such on purpose, and have their own rule. */
const written =
  /^(affinity|app-root$|auth-|backend-protocol$|canary|client-body-|connection-proxy-header$|cors-|custom-|default-backend$|(allow|deny|white)list-source-range$|enable-|fastcgi-|limit-|load-balance$|permanent-redirect|proxy-|rewrite-|satisfy$|secure-|server-alias$|session-cookie-|ssl-|temporal-redirect|upstream-|use-|x-forwarded-prefix$)/;
const isSnippet = (name: string): boolean => /(^|-)snippets?$/.test(name);

/** Where attributes of cookies are listed, a semicolon is nothing unusual. */
const ends = (name: string): RegExp =>
  name === 'proxy-cookie-path' || name === 'proxy-cookie-domain'
    ? /[\n\r\u0085\u2028\u2029{}]/
    : /[\n\r\u0085\u2028\u2029;]/;

/** A value that ends its line or its statement goes on as configuration of the controller's own. */
export const ingressAnnotationCharacters: Rule = {
  name: 'ingress-annotation-characters',
  severity: 'critical',
  sources: ['CVE-2021-25746', 'CVE-2023-5044', annotationDocument('permanent-redirect')],
  inside: (object) =>
    dangersOf(
      object,
      ({ name, value }) => written.test(name) && !isSnippet(name) && ends(name).test(value),
      ({ key, value }) =>
        `an annotation whose value can go on as configuration of the ingress controller: ${key} is ${quoted(value)}`,
    ),
};
