import type { Manifest } from '#domain/plan.ts';
import type { Danger } from '#domain/risk/rule.ts';
import { few } from '#domain/text.ts';
import { addressesIn, directions, way } from './network-policy.ts';
import { onPorts, openedBy } from './ports.ts';
import { shareOf } from './world.ts';

type Share = ReturnType<typeof shareOf>;

/** The dangers of blocks that together have some share of the internet, each by the ports that they are let to. */
export const dangersOfShare = (object: Manifest, shares: Partial<Record<Share, string>>): readonly Danger[] =>
  directions.flatMap((direction) => {
    const opened = openedBy(object, direction);
    return (['ipv4', 'ipv6'] as const).flatMap((family) => {
      const found = onPorts(opened, ({ ports, blocks }) => {
        const share = shareOf(blocks, family);
        return share === 'little' ? undefined : { share, ports, blocks };
      });
      return found.flatMap(({ share, ports, blocks }): readonly Danger[] => {
        const named = shares[share];
        if (named === undefined) return [];
        const some = blocks.filter(({ cidr }) => addressesIn(cidr, family).length > 0);
        const texts = few([...new Set(some.map(({ text }) => text))].sort(), 5);
        const keyOf = (key: string): string => `${direction} ${family} ${key}`;
        return [
          {
            key: keyOf(ports.key),
            wider: ports.wider.map(keyOf),
            says: `addresses that are ${named} of ${family === 'ipv4' ? 'IPv4' : 'IPv6'}, let ${way(direction)}${ports.says}: ${texts}`,
            path: some[0]?.path ?? [],
          },
        ];
      });
    });
  });
