import { deployment, made, ruleTest } from '#test/build/risk.ts';
import { workloadExtraCapabilities } from './extra-capabilities.ts';

const adding = (...add: string[]) => deployment({}, { securityContext: { capabilities: { add } } });

ruleTest(workloadExtraCapabilities, {
  hits: [...made(adding('NET_RAW'), adding('cap_syslog', 'CHOWN')), [adding('NET_RAW'), adding('NET_RAW', 'SYS_TIME')]],
  misses: made(adding('CAP_CHOWN', 'net_bind_service'), adding('SYS_ADMIN'), adding()),
});
