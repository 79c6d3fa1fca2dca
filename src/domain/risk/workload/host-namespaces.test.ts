import { cronJob, deployment, made, ruleTest } from '#test/build/risk.ts';
import { workloadHostNamespaces } from './host-namespaces.ts';

ruleTest(workloadHostNamespaces, {
  hits: made(deployment({ hostNetwork: true }), deployment({ hostPID: true }), cronJob({ hostIPC: true })),
  misses: made(deployment({ hostNetwork: false, hostUsers: true })),
});
