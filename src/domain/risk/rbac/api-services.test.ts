import { granting, made, ruleTest } from '#test/build/risk.ts';
import { rbacApiServices } from './api-services.ts';

const group = 'apiregistration.k8s.io';

ruleTest(rbacApiServices, {
  hits: made(granting('create', 'apiservices', group), granting('patch', '*', group)),
  misses: made(granting('get list delete', 'apiservices', group), granting('create', 'apiservices')),
});
