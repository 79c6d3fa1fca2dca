import { made, role, ruleTest, whole } from '#test/build/risk.ts';
import { rbacAddresses } from './addresses.ts';

const to = (...nonResourceURLs: string[]) => role({ verbs: ['get'], nonResourceURLs });

ruleTest(rbacAddresses, {
  hits: made(to('*'), to('/metrics', '/debug/pprof/*'), to('/*'), to('/logs/*')),
  misses: made(
    to('/metrics', '/healthz/*', '/openapi/*'),
    role({ verbs: ['get'], nonResourceURLs: '*' }),
    whole('rbac.authorization.k8s.io/v1', 'Role', { rules: [{ verbs: ['get'], nonResourceURLs: ['*'] }] }),
  ),
});
