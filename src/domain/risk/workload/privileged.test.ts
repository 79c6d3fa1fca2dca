import { cronJob, deployment, made, object, ruleTest } from '#test/build/risk.ts';
import { workloadPrivileged } from './privileged.ts';

ruleTest(workloadPrivileged, {
  hits: made(
    deployment({}, { securityContext: { privileged: true } }),
    deployment({ initContainers: [{ name: 'init', securityContext: { privileged: true } }] }),
    cronJob({ containers: [{ name: 'job', securityContext: { privileged: true } }] }),
    object('v1', 'Pod', { containers: [{ name: 'x', securityContext: { privileged: true } }] }),
  ),
  misses: made(
    deployment({}, { securityContext: { privileged: false } }),
    deployment({ securityContext: { privileged: true } }),
  ),
});
