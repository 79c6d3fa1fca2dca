import { blocks, made, policy, ruleTest } from '#test/build/risk.ts';
import { policyUnreadable } from './unreadable.ts';

const letting = (ipBlock: Record<string, string | string[]>) => policy({ ingress: [{ from: [{ ipBlock }] }] });

ruleTest(policyUnreadable, {
  hits: [
    ...made(
      letting({ cidr: '010.0.0.0/8' }),
      letting({ cidr: '0.0.0.0/00' }),
      letting({ cidr: 'everybody' }),
      letting({}),
    ),
    ...made(policy({ egress: [{ to: blocks('10.0.0.0') }] })),
    [letting({ cidr: '10.0.0.0/8' }), letting({ cidr: '10.0.0.0/8', except: ['10.1.0.0/016'] })],
  ],
  misses: [
    ...made(letting({ cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] }), letting({ cidr: '::ffff:10.0.0.0/104' })),
    ...made(policy({ ingress: [{ from: [{ podSelector: {} }] }] })),
    [letting({ cidr: 'x' }), letting({ cidr: 'x' })],
  ],
});
