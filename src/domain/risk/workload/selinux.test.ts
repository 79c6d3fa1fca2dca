import { deployment, made, ruleTest } from '#test/build/risk.ts';
import { workloadSelinux } from './selinux.ts';

const as = (seLinuxOptions: Record<string, string>) => deployment({}, { securityContext: { seLinuxOptions } });

ruleTest(workloadSelinux, {
  hits: [
    ...made(as({ type: 'spc_t' }), as({ role: 'system_r' }), as({ type: 'container_t', user: 'root' })),
    ...made(deployment({ securityContext: { seLinuxOptions: { type: 'unconfined_t' } } })),
    [as({ type: 'other_t' }), as({ type: 'spc_t' })],
  ],
  misses: made(as({ type: 'container_t' }), as({ level: 's0:c1,c2' }), as({ type: '' })),
});
