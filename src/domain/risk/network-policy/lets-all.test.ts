import { made, policy, ruleTest } from '#test/build/risk.ts';
import { policyLetsAll } from './lets-all.ts';

ruleTest(policyLetsAll, {
  hits: made(
    policy({ ingress: [{}] }),
    policy({ egress: [{}] }),
    policy({ ingress: [{ from: [] }] }),
    policy({ ingress: [{ from: null, ports: [{ port: 80 }] }] }),
    policy({ ingress: [{ from: [{ podSelector: {} }] }, { ports: [{ port: 80 }] }] }),
    policy({ egress: [{ from: [{ podSelector: {} }] }] }),
  ),
  misses: made(policy({ ingress: [] }), policy({}), policy({ ingress: [{ from: [{ podSelector: {} }] }] })),
});
