import { made, policy, ruleTest } from '#test/build/risk.ts';
import { policyLetsAll } from './lets-all.ts';

ruleTest(policyLetsAll, {
  hits: [
    [policy({ ingress: [{ ports: [{ port: 80 }] }] }), policy({ ingress: [{ ports: [{ port: 80 }, { port: 81 }] }] })],
    [policy({ ingress: [{ ports: [{ port: 80 }] }] }), policy({ ingress: [{}] })],
    ...made(
      policy({ ingress: [{}] }),
      policy({ egress: [{}] }),
      policy({ ingress: [{ from: [] }] }),
      policy({ ingress: [{ from: null, ports: [{ port: 80 }] }] }),
      policy({ ingress: [{ from: [{ podSelector: {} }] }, { ports: [{ port: 80 }] }] }),
      policy({ egress: [{ from: [{ podSelector: {} }] }] }),
    ),
  ],
  misses: [
    [policy({ ingress: [{}] }), policy({ ingress: [{ ports: [{ port: 80 }] }] })],
    [
      policy({ ingress: [{ ports: [{ port: 80 }, { port: 81 }] }] }),
      policy({ ingress: [{ ports: [{ port: 81, protocol: 'TCP' }] }] }),
    ],
    ...made(policy({ ingress: [] }), policy({}), policy({ ingress: [{ from: [{ podSelector: {} }] }] })),
  ],
});
