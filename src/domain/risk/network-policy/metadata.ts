import { bitsOf, type Cidr, parseAddress } from '#domain/networkpolicy/cidr.ts';
import { covers } from '#domain/networkpolicy/ranges.ts';
import type { Danger, Rule } from '#domain/risk/rule.ts';
import { addressesIn, type Block } from './network-policy.ts';
import { onPorts, openedBy } from './ports.ts';

/**
 * Where clouds hand a machine its credentials, or a pod its own. `least` is how long a block must be to be meant for
 * it: only some clouds have these, in the midst of what is ordinary elsewhere.
 */
const addresses: readonly (readonly [address: string, least: number])[] = [
  ['169.254.169.254', 0],
  ['fd00:ec2::254', 0],
  ['169.254.170.2', 16],
  ['169.254.170.23', 16],
  ['fd00:ec2::23', 32],
  ['100.100.100.200', 16],
  ['fd20:ce::254', 32],
];

export const policyMetadata: Rule = {
  name: 'policy-metadata',
  severity: 'critical',
  sources: [
    'https://kubernetes.io/docs/tasks/administer-cluster/securing-a-cluster/#restricting-cloud-metadata-api-access',
    'https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html',
    'https://cloud.google.com/compute/docs/metadata/querying-metadata',
  ],
  inside: (object) => {
    const opened = openedBy(object, 'egress');
    return addresses.flatMap(([text, least]) =>
      onPorts(opened, ({ ports, blocks }): Danger | undefined => {
        const block = blocks.find((one) => leadsTo(one, text, least));
        const says = `a way out to ${text}, where the cloud hands out credentials${ports.says}`;
        if (block === undefined) return undefined;
        return {
          key: `${text} ${ports.key}`,
          wider: ports.wider.map((one) => `${text} ${one}`),
          says,
          path: block.path,
        };
      }),
    );
  },
};

const leadsTo = ({ cidr, holes }: Block, text: string, least: number): boolean => {
  const address = parseAddress(text);
  if (address === undefined) return false;
  const { family, value } = address;
  if (cidr.length - bitsOf[cidr.family] < least - bitsOf[family]) return false;
  const holds = (one: Cidr): boolean => covers(addressesIn(one, family), [{ first: value, last: value }]);
  return holds(cidr) && !holes.some(holds);
};
