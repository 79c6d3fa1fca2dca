import { type Cidr, parseAddress } from '#domain/networkpolicy/cidr.ts';
import { covers } from '#domain/networkpolicy/ranges.ts';
import { addressesIn, blocksOf } from './network-policy.ts';
import type { Rule } from './rule.ts';

/** Where clouds hand a machine its credentials. */
const addresses = ['169.254.169.254', 'fd00:ec2::254'];

export const policyMetadata: Rule = {
  name: 'policy-metadata',
  severity: 'critical',
  inside: (object) =>
    addresses.flatMap((text) => {
      const address = parseAddress(text);
      if (address === undefined) return [];
      const { family, value } = address;
      const holds = (cidr: Cidr): boolean => covers(addressesIn(cidr, family), [{ first: value, last: value }]);
      return blocksOf(object, 'egress').some(({ cidr, holes }) => holds(cidr) && !holes.some(holds))
        ? [{ key: text, says: `a way out to ${text}, where the cloud hands out credentials of the node` }]
        : [];
    }),
};
