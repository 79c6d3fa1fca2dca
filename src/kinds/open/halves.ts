import { parseCidr } from '#domain/networkpolicy/cidr.ts';
import type { Pod } from '#domain/networkpolicy/pod.ts';
import type { Direction, NetworkPolicy } from '#domain/networkpolicy/policy.ts';
import { covers } from '#domain/networkpolicy/ranges.ts';
import { blockReaches, isolating, type Network, numbersOf, portsLet } from '#domain/networkpolicy/reach.ts';
import { type Ask, isFromPods } from './ask.ts';
import type { Ends } from './ends.ts';
import type { Sight } from './sight.ts';

/** One direction of an opening: the target's pods that are to let in, or the source's that are to let out. */
export type Half = {
  readonly direction: Direction;
  readonly pods: readonly Pod[];
  /** Whether something of what is asked is held back here now. */
  readonly needed: boolean;
  /** Those that nothing isolates: they are open here, and a policy of ours would cut all their other traffic. */
  readonly open: readonly Pod[];
  /** Names of the policies that isolate the others. */
  readonly by: readonly string[];
};

/** The half at the target, and the one at the source where that is pods. */
export const halvesOf = (asked: Ask, sight: Sight, ends: Ends): readonly Half[] => {
  const network = networkOf(sight, 'others');
  const half = (direction: Direction, pods: readonly Pod[]): Half => ({
    direction,
    pods,
    needed: !lets(asked, network, ends, direction),
    open: pods.filter((pod) => isolating(network.policies, pod, direction).length === 0),
    by: pods.flatMap((pod) => isolating(network.policies, pod, direction).map(({ name }) => name)),
  });
  return [half('ingress', ends.targets), ...(isFromPods(asked.from) ? [half('egress', ends.sources)] : [])];
};

/** Whether all that is asked is let through with Hallpass's own openings counted in. */
export const letByOurs = (asked: Ask, sight: Sight, ends: Ends): boolean => {
  const network = networkOf(sight, 'all');
  return (['ingress', 'egress'] as const).every((direction) => lets(asked, network, ends, direction));
};

/** Whether it is let through where blocks of addresses are taken to hold the pods' own as well. */
export const letByAddress = (asked: Ask, sight: Sight, ends: Ends): boolean => {
  const network = networkOf(sight, 'others');
  return (['ingress', 'egress'] as const).every((direction) => lets(asked, network, ends, direction, true));
};

const networkOf = ({ target, source }: Sight, which: 'others' | 'all'): Network => {
  const sides = source === undefined || source === target ? [target] : [target, source];
  const policies: readonly NetworkPolicy[] = sides.flatMap(({ others, ours }) =>
    which === 'all' ? [...others, ...ours] : others,
  );
  return { policies, namespaces: new Map(sides.map(({ namespace, labels }) => [namespace, labels ?? {}])) };
};

/**
 * Whether a direction lets through every port asked, from every source to every target. Plugins differ in whether a
 * block of addresses holds pods, so by itself it is not believed to.
 */
const lets = (asked: Ask, network: Network, ends: Ends, direction: Direction, byAddress = false): boolean => {
  const { from, ports } = asked;
  if (!isFromPods(from)) {
    if (direction === 'egress') return true;
    const blocks = from.cidrs.flatMap((text) => parseCidr(text) ?? []);
    return ends.targets.every((target) =>
      ports.every((port) =>
        blocks.every((block) => blockReaches(network, block, target, port.protocol, numbersOf(port, target))),
      ),
    );
  }
  return ends.targets.every((target) =>
    ends.sources.every((source) => {
      const [pod, other] = direction === 'ingress' ? [target, source] : [source, target];
      const end = { pod: byAddress ? other : { ...other, addresses: [] } };
      return ports.every((port) =>
        covers(portsLet(network, pod, direction, end, port.protocol), numbersOf(port, target)),
      );
    }),
  );
};
