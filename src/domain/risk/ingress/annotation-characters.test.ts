import { ingress, made, noted, ruleTest } from '#test/build/risk.ts';
import { ingressAnnotationCharacters } from './annotation-characters.ts';

ruleTest(ingressAnnotationCharacters, {
  hits: made(
    noted('permanent-redirect', `https://a.test;}location ~* "^/x" {content_by_lua 'x'`),
    noted('Temporal-Redirect', 'https://a.test\n}'),
    noted('auth-realm', 'a";\u2028 proxy_pass http://evil.test'),
    noted('proxy-cookie-path', '/ "/; secure"}'),
    ingress({}, { 'x-forwarded-prefix': '/a;return 200' }),
  ),
  misses: made(
    noted('permanent-redirect', 'https://a.test/{x}'),
    noted('permanent-redirect', 'https://a.test\n'),
    noted('proxy-cookie-path', '/ "/; secure; HttpOnly"'),
    noted('configuration-snippet', 'deny all;\nallow all;'),
    ingress({}, { 'acme.test/notes': 'ask first; then\nclick' }),
  ),
});
