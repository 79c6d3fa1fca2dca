import { blocks, made, policy, ruleTest } from '#test/build/risk.ts';
import { policyWideBlock } from './wide-block.ts';

const letting = (...cidrs: string[]) => policy({ ingress: [{ from: blocks(...cidrs) }] });

ruleTest(policyWideBlock, {
  hits: [
    ...made(letting('128.0.0.0/1'), letting('0.0.0.0/1', '128.0.0.0/2'), letting('64.0.0.0/2'), letting('2000::/4')),
    ...made(policy({ egress: [{ to: blocks('0.0.0.0/1'), ports: [{ port: 80 }] }] })),
    [
      policy({ ingress: [{ from: blocks('0.0.0.0/1'), ports: [{ port: 80 }] }] }),
      policy({ ingress: [{ from: blocks('0.0.0.0/1'), ports: [{ port: 80 }, { port: 81 }] }] }),
    ],
  ],
  misses: [
    ...made(letting('0.0.0.0/0'), letting('::/0'), letting('10.0.0.0/8', '100.64.0.0/10'), letting('8000::/1')),
    ...made(letting('52.0.0.0/8', '2001:db8::/32'), letting('224.0.0.0/3')),
    [letting('128.0.0.0/1'), policy({ ingress: [{ from: blocks('128.0.0.0/1'), ports: [{ port: 80 }] }] })],
  ],
});
