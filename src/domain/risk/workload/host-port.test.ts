import { deployment, made, ruleTest } from '#test/build/risk.ts';
import { workloadHostPort } from './host-port.ts';

ruleTest(workloadHostPort, {
  hits: made(deployment({}, { ports: [{ containerPort: 80 }, { containerPort: 80, hostPort: 8080 }] })),
  misses: made(deployment({}, { ports: [{ containerPort: 80 }, { containerPort: 80, hostPort: 0 }, 'hostPort'] })),
});
