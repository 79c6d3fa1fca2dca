import { deployment, made, ruleTest } from '#test/build/risk.ts';
import { workloadProcMount } from './proc-mount.ts';

ruleTest(workloadProcMount, {
  hits: made(deployment({}, { securityContext: { procMount: 'Unmasked' } })),
  misses: made(deployment({}, { securityContext: { procMount: 'Default' } }), deployment({})),
});
