import { type Cidr, parseAddress } from '#domain/networkpolicy/cidr.ts';
import { covers } from '#domain/networkpolicy/ranges.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { addressesIn, blocksOf } from './network-policy.ts';

/** Where clouds hand a machine its credentials. */
const addresses = ['169.254.169.254', 'fd00:ec2::254'];

export const policyMetadata: Rule = {
  name: 'policy-metadata',
  severity: 'critical',
  sources: [
    'https://kubernetes.io/docs/tasks/administer-cluster/securing-a-cluster/#restricting-cloud-metadata-api-access',
  ],
  inside: (object) =>
    addresses.flatMap((text) => {
      const address = parseAddress(text);
      if (address === undefined) return [];
      const { family, value } = address;
      const holds = (cidr: Cidr): boolean => covers(addressesIn(cidr, family), [{ first: value, last: value }]);
      const block = blocksOf(object, 'egress').find(({ cidr, holes }) => holds(cidr) && !holes.some(holds));
      const says = `a way out to ${text}, where the cloud hands out credentials of the node`;
      return block === undefined ? [] : [{ key: text, says, path: block.path }];
    }),
};
