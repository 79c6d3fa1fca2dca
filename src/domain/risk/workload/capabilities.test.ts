import { cronJob, deployment, made, ruleTest } from '#test/build/risk.ts';
import { workloadCapabilities } from './capabilities.ts';

const adding = (...add: string[]) => deployment({}, { securityContext: { capabilities: { add } } });

ruleTest(workloadCapabilities, {
  hits: made(
    adding('SYS_ADMIN'),
    adding('cap_net_admin'),
    adding('CAP_Sys_Ptrace', 'CHOWN'),
    adding('all'),
    cronJob({ initContainers: [{ name: 'x', securityContext: { capabilities: { add: ['BPF'] } } }] }),
  ),
  misses: made(
    adding('NET_BIND_SERVICE', 'CHOWN'),
    deployment({}, { securityContext: { capabilities: { drop: ['ALL'] } } }),
    deployment({ securityContext: { capabilities: { add: ['SYS_ADMIN'] } } }),
    deployment({}, { securityContext: { capabilities: { add: 'SYS_ADMIN' } } }),
  ),
});
