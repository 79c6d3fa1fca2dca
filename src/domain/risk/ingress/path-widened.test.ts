import { host, path, ruleTest, serving } from '#test/build/risk.ts';
import { ingressPathWidened } from './path-widened.ts';

ruleTest(ingressPathWidened, {
  hits: [
    [serving(host('a.test', path('/x'))), serving(host('a.test', path('/x'), path('/*', 'ImplementationSpecific')))],
    [serving(host('a.test', path('/x'))), serving(host('a.test', path('/(.*)', 'ImplementationSpecific')))],
    [serving(host('a.test', path('/', 'Exact'))), serving(host('a.test', path('/')))],
    [serving(host('a.test', path('/x', 'Exact'))), serving(host('a.test', path('/')))],
    [serving(host('a.test', path('/x'))), serving(host('a.test', path('/x'), path('/', 'ImplementationSpecific')))],
    [serving(host('a.test', path('/x', 'Exact'))), serving(host('A.test', path('/x')))],
  ],
  misses: [
    [serving(host('a.test', path('/'))), serving(host('a.test', path('/*', 'ImplementationSpecific')))],
    [serving(host('a.test', path('/x'))), serving(host('a.test', path('/y(/|$)(.*)', 'ImplementationSpecific')))],
    [serving(host('a.test', path('/'))), serving(host('a.test', path('/', 'Exact')))],
    [serving(host('a.test', path('/'))), serving(host('a.test', path('/', 'ImplementationSpecific')))],
    [serving(host('a.test', path('/x'))), serving(host('a.test', path('/x'), path('/y')))],
    [serving(host('b.test', path('/x'))), serving(host('a.test', path('/')))],
  ],
});
