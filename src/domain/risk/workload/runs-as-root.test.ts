import { deployment, made, ruleTest } from '#test/build/risk.ts';
import { workloadRunsAsRoot } from './runs-as-root.ts';

ruleTest(workloadRunsAsRoot, {
  hits: made(
    deployment({ securityContext: { runAsUser: 0 } }),
    deployment({}, { securityContext: { runAsNonRoot: false } }),
  ),
  misses: made(
    deployment({ securityContext: { runAsUser: 1000, runAsNonRoot: true } }),
    deployment({}),
    deployment({ securityContext: { runAsGroup: 0 } }),
  ),
});
