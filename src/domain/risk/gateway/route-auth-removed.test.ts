import type { Json } from '#domain/json.ts';
import { route, ruleTest } from '#test/build/risk.ts';
import { routeAuthRemoved } from './route-auth-removed.ts';

const auth = (name = 'auth'): Json => ({
  type: 'ExternalAuth',
  externalAuth: { protocol: 'HTTP', backendRef: { name } },
});
const own: Json = { type: 'ExtensionRef', extensionRef: { group: 'traefik.io', kind: 'Middleware', name: 'auth' } };
const rule = (value: string, ...filters: Json[]): Json => ({ matches: [{ path: { value } }], filters });
const on = (...rules: Json[]) => route({ rules });

ruleTest(routeAuthRemoved, {
  hits: [
    [on(rule('/', auth())), on(rule('/'))],
    [on(rule('/', auth())), on({})],
    [on(rule('/', auth())), on(rule('/', auth('mine')))],
    [on(rule('/', own)), on(rule('/'))],
    [on(rule('/a', auth())), on(rule('/b'))],
  ],
  misses: [
    [on(rule('/', auth())), on(rule('/', auth()), rule('/healthz'))],
    [on(rule('/a', auth()), rule('/b')), on(rule('/b'), rule('/a', auth()))],
    [on(rule('/a', own)), on(rule('/b'))],
    [on(rule('/')), on(rule('/', auth()))],
    [on(rule('/', { type: 'URLRewrite' })), on(rule('/'))],
    [on(rule('/', auth())), undefined],
  ],
});
