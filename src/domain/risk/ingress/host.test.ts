import { host, made, path, ruleTest, serving } from '#test/build/risk.ts';
import { ingressHost } from './host.ts';

ruleTest(ingressHost, {
  hits: made(serving(host(undefined, path('/'))), serving(host('', path('/'))), serving(host('*.test', path('/')))),
  misses: made(serving(host('a.test', path('/'))), serving()),
});
