import { host, path, ruleTest, serving } from '#test/build/risk.ts';
import { ingressBackendSwitched } from './backend-switched.ts';

ruleTest(ingressBackendSwitched, {
  hits: [
    [
      serving(host('a.test', path('/cart'))),
      serving(host('a.test', path('/cart'), path('/cart/pay', 'Exact', 'other'))),
    ],
    [
      serving(host('a.test', path('/b', 'Prefix', 'web'), path('/b', 'Exact', 'admin'))),
      serving(host('a.test', path('/b', 'Prefix', 'admin'), path('/b', 'Exact', 'web'))),
    ],
    [serving(host('a.test', path('/', 'Prefix', 'web'))), serving(host('a.test', path('/', 'Prefix', 'evil')))],
  ],
  misses: [
    [
      serving(host('a.test', path('/cart', 'Exact'))),
      serving(host('a.test', path('/cart', 'Exact'), path('/cart/pay', 'Prefix', 'other'))),
    ],
    [
      serving(host('a.test', path('/cart'))),
      serving(host('a.test', path('/cart'), path('/cartoons', 'Prefix', 'other'), path('/cart/pay'))),
    ],
    [serving(host('a.test', path('/'))), serving(host('a.test', path('/', 'Exact')))],
    [serving(host('a.test', path('/'))), serving(host('a.test', path('/'), path('/new', 'Prefix', 'other')))],
    [serving(host('a.test', path('/'), path('/b'))), serving(host('a.test', path('/b'), path('/')))],
  ],
});
