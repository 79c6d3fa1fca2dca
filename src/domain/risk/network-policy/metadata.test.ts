import { blocks, made, policy, ruleTest } from '#test/build/risk.ts';
import { policyMetadata } from './metadata.ts';

ruleTest(policyMetadata, {
  hits: made(
    policy({ egress: [{ to: blocks('169.254.169.254/32') }] }),
    policy({ egress: [{ to: blocks('169.254.0.0/16') }] }),
    policy({ egress: [{ to: blocks('169.254.170.0/24') }] }),
    policy({ egress: [{ to: blocks('100.100.100.200/32') }] }),
    policy({ egress: [{ to: blocks('fd20:ce::/64') }] }),
    policy({ egress: [{ to: blocks('0.0.0.0/0') }] }),
    policy({ egress: [{ to: blocks('fd00:ec2::/32') }] }),
    policy({ egress: [{ to: blocks('0:0:0:0:0:ffff:a9fe:a9fe/128') }] }),
    policy({ egress: [{ to: blocks('64:ff9b::169.254.0.0/112') }] }),
  ),
  misses: made(
    policy({
      egress: [{ to: [{ ipBlock: { cidr: '0::ffff:0:0/96', except: ['::ffff:169.254.169.254/128'] } }] }],
    }),
    policy({ egress: [{ to: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['169.254.169.254/32'] } }] }] }),
    policy({ egress: [{ to: blocks('169.254.171.0/24', '100.64.0.0/10', 'fd20:ce:1::/48') }] }),
    policy({ ingress: [{ from: blocks('169.254.169.254/32') }] }),
  ),
});
