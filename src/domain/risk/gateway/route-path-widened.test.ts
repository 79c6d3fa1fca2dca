import type { Json } from '#domain/json.ts';
import { object, route, ruleTest } from '#test/build/risk.ts';
import { routePathWidened } from './route-path-widened.ts';

const on = (...matches: Json[]) => route({ rules: [{ matches }] });
const at = (value: string, type = 'PathPrefix', more: Record<string, Json> = {}) => ({
  path: { type, value },
  ...more,
});
const grpc = (...matches: Json[]) => route({ rules: [{ matches }] }, 'GRPCRoute');
const header = { headers: [{ name: 'x', value: 'y' }] };

ruleTest(routePathWidened, {
  hits: [
    [on(at('/cart', 'Exact')), on(at('/'))],
    [on(at('/cart')), on(at('/cart'), {})],
    [on(at('/cart')), route({ rules: [{}] })],
    [on(at('/cart')), on(at('/.*', 'RegularExpression'))],
    [on(at('/cart', 'Exact')), on(at('/cart'))],
    [on(at('/', 'PathPrefix', header)), on(at('/'))],
    [on(at('/cart')), on(at('/', 'PathPrefix', { method: 'GET' }))],
    [grpc({ method: { service: 'a.B', method: 'Get' } }), grpc({ method: { service: 'a.B' } }, {})],
  ],
  misses: [
    [on(at('/')), on({})],
    [on(at('/')), on(at('/', 'PathPrefix', header))],
    [on(at('/', 'PathPrefix', header)), on(at('/', 'PathPrefix', { headers: [{ name: 'x', value: 'z' }] }))],
    [on(at('/cart')), on(at('/cart'), at('/pay'))],
    [on(at('/cart')), on(at('/cart', 'Exact'), at('/', 'Exact'))],
    [route({}), on(at('/'))],
    [undefined, on(at('/'))],
    [on(at('/cart')), undefined],
    [object('gateway.networking.k8s.io/v1', 'TLSRoute', { rules: [{}] }), route({ rules: [{}] }, 'TLSRoute')],
  ],
});
