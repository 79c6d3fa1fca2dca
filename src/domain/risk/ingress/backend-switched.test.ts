import { host, path, ruleTest, serving } from '#test/build/risk.ts';
import { ingressBackendSwitched } from './backend-switched.ts';

ruleTest(ingressBackendSwitched, {
  hits: [[serving(host('a.test', path('/', 'Prefix', 'web'))), serving(host('a.test', path('/', 'Prefix', 'evil')))]],
  misses: [
    [serving(host('a.test', path('/'))), serving(host('a.test', path('/', 'Exact')))],
    [serving(host('a.test', path('/'))), serving(host('a.test', path('/'), path('/new', 'Prefix', 'other')))],
    [serving(host('a.test', path('/'), path('/b'))), serving(host('a.test', path('/b'), path('/')))],
  ],
});
