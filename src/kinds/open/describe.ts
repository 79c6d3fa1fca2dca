import { meets, parseAddress, parseCidr } from '#domain/networkpolicy/cidr.ts';
import { covers } from '#domain/networkpolicy/ranges.ts';
import { cut } from '#domain/text.ts';
import type { Description } from '#kinds/kind.ts';
import { type Ask, isFromPods } from './ask.ts';
import { type Opening, reachesFurther } from './openings.ts';
import { sayFrom, sayLabels, sayPods, sayPorts } from './say.ts';

export const describeOpening = (opening: Opening, { to, from, ports }: Ask): Description => ({
  profiles: [opening.name],
  noun: 'opening',
  reachesFurther: reachesFurther(opening),
  title: cut(`Let ${briefly(from)} reach ${sayLabels(to.labels)}`, 150),
  objects: [],
  powers: [`${sayPorts(ports)} from ${sayFrom(from)} to pods ${sayLabels(to.labels)}`],
  cautions: cautions(opening, from, ports),
});

const briefly = (from: Ask['from']): string => {
  if (isFromPods(from)) return sayPods(from);
  const more = from.cidrs.length - 1;
  return `${from.cidrs[0]}${more > 0 ? ` and ${more} more` : ''}`;
};

/** RFC 1918 and RFC 4193. */
const privateRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'].flatMap(
  (text) => parseCidr(text) ?? [],
);
/** Where clouds tell a machine its credentials. */
const metadata = ['169.254.169.254', 'fd00:ec2::254'].flatMap((text) => parseAddress(text) ?? []);

/** What is true of the ask whatever the cluster looks like, the worst first. */
const cautions = (opening: Opening, from: Ask['from'], ports: Ask['ports']): readonly string[] => [
  ...(isFromPods(from) ? ofPods(from) : ofAddresses(from.cidrs)),
  ...(opening.caution === undefined ? [] : [opening.caution]),
  ...(ports.some(({ endPort }) => endPort !== undefined)
    ? [
        'A range of ports needs Kubernetes 1.22 or later, and a network plugin that knows it; others open its first port only.',
      ]
    : []),
  'Pods that get these labels later are concerned too, for as long as it is open.',
  'Connections that are open at the end may go on: most network plugins do not cut what is established.',
];

const ofPods = ({ namespace, labels }: Extract<Ask['from'], { labels: object }>): readonly string[] =>
  Object.keys(labels).length === 0 ? [`Every pod of namespace ${namespace} gets through, whatever it runs.`] : [];

const ofAddresses = (texts: readonly string[]): readonly string[] => {
  const blocks = texts.flatMap((text) => {
    const cidr = parseCidr(text);
    return cidr === undefined ? [] : [{ text, ...cidr }];
  });
  const out = blocks.filter(
    (block) => !privateRanges.some((range) => range.family === block.family && covers([range], [block])),
  );
  const meta = blocks.filter((block) =>
    metadata.some(({ family, value }) => meets(block, { family, first: value, last: value })),
  );
  const say = (some: typeof blocks): string => some.map(({ text }) => text).join(', ');
  return [
    ...(out.length === 0 ? [] : [`Lets in addresses beyond private ranges, which may be the internet: ${say(out)}.`]),
    ...(meta.length === 0
      ? []
      : [`The address of the cloud’s metadata, which hands out credentials, is among them: ${say(meta)}.`]),
    'A load balancer or a node may put its own address in the place of the caller’s: then these addresses are not what a pod sees.',
  ];
};
