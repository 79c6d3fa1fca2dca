import { blocks, made, policy, ruleTest } from '#test/build/risk.ts';
import { policyOpenBlock } from './open-block.ts';

ruleTest(policyOpenBlock, {
  hits: [
    [
      policy({ ingress: [{ from: blocks('0.0.0.0/0'), ports: [{ port: 443 }] }] }),
      policy({ ingress: [{ from: blocks('0.0.0.0/0'), ports: [{ port: 443 }, { port: 5432 }] }] }),
    ],
    [
      policy({ ingress: [{ from: blocks('0.0.0.0/0'), ports: [{ port: 443 }] }] }),
      policy({ ingress: [{ from: blocks('0.0.0.0/0') }] }),
    ],
    [
      policy({ ingress: [{ from: blocks('0.0.0.0/1'), ports: [{ port: 1, endPort: 9000 }] }] }),
      policy({
        ingress: [
          { from: blocks('0.0.0.0/1'), ports: [{ port: 1, endPort: 9000 }] },
          { from: blocks('128.0.0.0/1'), ports: [{ port: 443 }] },
        ],
      }),
    ],
    ...made(
      policy({ ingress: [{ from: blocks('0.0.0.0/00') }] }),
      policy({ ingress: [{ from: blocks('0.0.0.0/1', '128.0.0.0/2', '192.0.0.0/3') }] }),
      policy({ egress: [{ to: blocks('2000::/3') }] }),
      policy({ ingress: [{ from: blocks('0.0.0.0/0') }] }),
      policy({ ingress: [{ from: blocks('10.1.2.3/0') }] }),
      policy({ egress: [{ to: blocks('::/0') }] }),
      policy({ ingress: [{ from: blocks('0.0.0.0/1', '128.0.0.0/1') }] }),
      policy({ ingress: [{ from: blocks('128.0.0.0/1') }, { from: blocks('64.0.0.0/2', '0.0.0.0/2') }] }),
      policy({ ingress: [{ from: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] } }] }] }),
      policy({ ingress: [{ from: blocks('::ffff:0:0/96') }] }),
      policy({ ingress: [{ from: blocks('0:0:0:0:0:ffff:0:0/96') }] }),
      policy({ egress: [{ to: blocks('0.0.0.0/1', '0::ffff:128.0.0.0/97') }] }),
      policy({ egress: [{ to: blocks('64:ff9b::/96') }] }),
      policy({ egress: [{ to: blocks('64:ff9b::/95') }] }),
    ),
  ],
  misses: [
    [
      policy({ ingress: [{ from: blocks('0.0.0.0/0') }] }),
      policy({ ingress: [{ from: blocks('0.0.0.0/0'), ports: [{ port: 443 }, { port: 'web', protocol: 'UDP' }] }] }),
    ],
    [
      policy({ ingress: [{ from: blocks('0.0.0.0/0'), ports: [{ protocol: 'UDP' }] }] }),
      policy({ ingress: [{ from: blocks('0.0.0.0/0'), ports: [{ port: 53, protocol: 'UDP' }] }] }),
    ],
    ...made(
      policy({
        ingress: [
          { from: blocks('0.0.0.0/1'), ports: [{ port: 80 }] },
          { from: blocks('128.0.0.0/1'), ports: [{ port: 443 }] },
        ],
      }),
      policy({ ingress: [{ from: blocks('::ffff:10.0.0.0/104', '64:ff9b:1::/48', '2001:db8::/32') }] }),
      policy({ ingress: [{ from: blocks('0.0.0.0/1', '128.0.0.0/2') }] }),
      policy({ ingress: [{ from: blocks('0.0.0.0/1') }], egress: [{ to: blocks('128.0.0.0/1') }] }),
      policy({ ingress: [{ from: blocks('0.0.0.0/1', '8000::/1') }] }),
    ),
  ],
});
