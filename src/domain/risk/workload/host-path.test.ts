import { deployment, made, ruleTest } from '#test/build/risk.ts';
import { workloadHostPath } from './host-path.ts';

ruleTest(workloadHostPath, {
  hits: made(deployment({ volumes: [{ name: 'x', hostPath: { path: '/' } }] })),
  misses: made(deployment({ volumes: [{ name: 'hostPath', emptyDir: {} }] })),
});
