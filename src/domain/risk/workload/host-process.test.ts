import { deployment, made, ruleTest } from '#test/build/risk.ts';
import { workloadHostProcess } from './host-process.ts';

ruleTest(workloadHostProcess, {
  hits: made(
    deployment({ securityContext: { windowsOptions: { hostProcess: true } } }),
    deployment({}, { securityContext: { windowsOptions: { hostProcess: true } } }),
  ),
  misses: made(
    deployment({ securityContext: { windowsOptions: { hostProcess: false } } }),
    deployment({ hostProcess: true }),
  ),
});
