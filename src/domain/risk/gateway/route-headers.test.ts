import { made, route, ruleTest } from '#test/build/risk.ts';
import { routeHeaders } from './route-headers.ts';

const writing = (name: string, value = 'x', how = 'set') =>
  route({
    rules: [{ filters: [{ type: 'RequestHeaderModifier', requestHeaderModifier: { [how]: [{ name, value }] } }] }],
  });

ruleTest(routeHeaders, {
  hits: [
    ...made(writing('X-Forwarded-User', 'admin'), writing('Authorization', 'Bearer x', 'add'), writing('host')),
    [writing('x-user-id', '1'), writing('x-user-id', '2')],
  ],
  misses: [
    ...made(writing('x-forwarded-proto', 'https'), writing('x-request-id'), writing('authorization', 'x', 'remove')),
    ...made(route({ rules: [{ filters: [{ type: 'RequestHeaderModifier' }] }] })),
    [writing('x-user-id'), writing('X-User-Id')],
  ],
});
