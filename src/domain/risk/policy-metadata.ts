import { meets, parseAddress } from '#domain/networkpolicy/cidr.ts';
import { blocksOf } from './network-policy.ts';
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
      const one = { family, first: value, last: value };
      return blocksOf(object, 'egress').some(
        ({ cidr, holes }) => meets(cidr, one) && !holes.some((hole) => meets(hole, one)),
      )
        ? [{ key: text, says: `a way out to ${text}, where the cloud hands out credentials of the node` }]
        : [];
    }),
};
