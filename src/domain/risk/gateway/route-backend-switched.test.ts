import { route, ruleTest } from '#test/build/risk.ts';
import { routeBackendSwitched } from './route-backend-switched.ts';

const to = (...names: string[]) => route({ rules: [{ backendRefs: names.map((name) => ({ name })) }] });
const matching = (...paths: string[]) =>
  route({ rules: [{ matches: paths.map((value) => ({ path: { value } })), backendRefs: [{ name: paths[0] ?? '' }] }] });

ruleTest(routeBackendSwitched, {
  hits: [
    [
      matching('/a'),
      route({
        rules: [{ matches: [{ path: { value: '/a' } }, { path: { value: '/b' } }], backendRefs: [{ name: 'evil' }] }],
      }),
    ],
    [to('a'), route({ rules: [{ matches: [{ path: { value: '/' } }], backendRefs: [{ name: 'b' }] }] })],
    [to('a'), to('b')],
    [to('a'), to('a', 'b')],
    [to('a'), route({ rules: [{ backendRefs: [{ name: 'a', port: 9090 }] }] })],
    [route({ rules: [{ backendRefs: [{ name: 'a' }, { name: 'b', weight: 0 }] }] }), to('a', 'b')],
    [
      matching('/a', '/b'),
      route({
        rules: [{ matches: [{ path: { value: '/b' } }, { path: { value: '/a' } }], backendRefs: [{ name: 'evil' }] }],
      }),
    ],
  ],
  misses: [
    [to('a', 'b'), to('b')],
    [to('a'), route({ rules: [{ backendRefs: [{ name: 'a', namespace: 'shop', kind: 'Service', weight: 7 }] }] })],
    [matching('/a'), matching('/b')],
    [undefined, to('a')],
    [to('a'), undefined],
  ],
});
