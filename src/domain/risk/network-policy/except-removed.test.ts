import { blocks, policy, ruleTest } from '#test/build/risk.ts';
import { policyExceptRemoved } from './except-removed.ts';

ruleTest(policyExceptRemoved, {
  hits: [
    [
      policy({ ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }] }] }),
      policy({ ingress: [{ from: blocks('10.0.0.0/8') }] }),
    ],
    [
      policy({ egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16', '10.2.0.0/16'] } }] }] }),
      policy({ egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16', '10.2.0.0/17'] } }] }] }),
    ],
  ],
  misses: [
    [
      policy({ ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }] }] }),
      policy({ ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.0.0.0/15'] } }] }] }),
    ],
    [
      policy({ ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }] }] }),
      policy({ ingress: [] }),
    ],
  ],
});
