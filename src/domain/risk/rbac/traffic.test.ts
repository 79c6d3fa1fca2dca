import { granting, made, ruleTest } from '#test/build/risk.ts';
import { rbacTraffic } from './traffic.ts';

ruleTest(rbacTraffic, {
  hits: made(
    granting('patch', 'endpointslices', 'discovery.k8s.io'),
    granting('create', 'endpoints'),
    granting('update', 'services/status'),
    granting('patch', '*/status'),
  ),
  misses: made(
    granting('get list watch', 'endpoints services services/status'),
    granting('create update patch', 'services'),
    granting('patch', 'endpointslices'),
  ),
});
