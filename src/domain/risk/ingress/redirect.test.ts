import { made, noted, ruleTest } from '#test/build/risk.ts';
import { ingressRedirect } from './redirect.ts';

ruleTest(ingressRedirect, {
  hits: [
    ...made(noted('permanent-redirect', 'https://evil.test/'), noted('Temporal-Redirect', '//evil.test/')),
    ...made(noted('temporal-redirect', '/\\evil.test')),
    [noted('permanent-redirect', 'https://a.test/'), noted('permanent-redirect', 'https://b.test/')],
  ],
  misses: [
    ...made(noted('permanent-redirect', ''), noted('permanent-redirect', '/new'), noted('permanent-redirect', '/')),
    ...made(noted('permanent-redirect-code', '308'), noted('from-to-www-redirect', 'true')),
    [noted('permanent-redirect', 'https://a.test/'), noted('permanent-redirect', 'https://a.test/')],
  ],
});
