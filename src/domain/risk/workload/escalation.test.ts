import { deployment, made, ruleTest } from '#test/build/risk.ts';
import { workloadEscalation } from './escalation.ts';

ruleTest(workloadEscalation, {
  hits: made(deployment({}, { securityContext: { allowPrivilegeEscalation: true } })),
  misses: made(
    deployment({}, { securityContext: { allowPrivilegeEscalation: false } }),
    deployment({}),
    deployment({}, { securityContext: 'allowPrivilegeEscalation' }),
  ),
});
