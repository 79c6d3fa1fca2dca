import { deployment, made, object, ruleTest } from '#test/build/risk.ts';
import { workloadUnconfined } from './unconfined.ts';

ruleTest(workloadUnconfined, {
  hits: made(
    deployment({ securityContext: { seccompProfile: { type: 'Unconfined' } } }),
    deployment({}, { securityContext: { appArmorProfile: { type: 'unconfined' } } }),
    object('apps/v1', 'Deployment', {
      template: {
        metadata: { annotations: { 'container.apparmor.security.beta.kubernetes.io/main': 'unconfined' } },
        spec: {},
      },
    }),
    object('v1', 'Pod', {}, { 'container.apparmor.security.beta.kubernetes.io/main': 'unconfined' }),
  ),
  misses: made(
    deployment({ securityContext: { seccompProfile: { type: 'RuntimeDefault' } } }),
    deployment({}),
    object('v1', 'Pod', {}, { 'container.apparmor.security.beta.kubernetes.io/main': 'runtime/default' }),
    object(
      'apps/v1',
      'Deployment',
      { template: { spec: {} } },
      { 'container.apparmor.security.beta.kubernetes.io/main': 'unconfined' },
    ),
  ),
});
