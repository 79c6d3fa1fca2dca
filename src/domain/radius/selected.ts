import type { Change } from '#domain/risk/assess.ts';
import { isService } from '#domain/risk/service/service.ts';
import { podsBehind } from './pods.ts';
import type { ReachLine } from './radius.ts';
import { sayPods } from './say-flow.ts';
import { readService } from './services.ts';
import type { Sight } from './sight.ts';

/** To which pods Services send their traffic that did not, and how many of these are ready. */
export const selectedNewly = (changes: readonly Change[], { pods }: Pick<Sight, 'pods'>): readonly ReachLine[] =>
  changes.flatMap(({ before, after }): readonly ReachLine[] => {
    if (after === undefined || !isService(after)) return [];
    const [was, is] = [
      before === undefined ? [] : podsBehind(readService(before), pods),
      podsBehind(readService(after), pods),
    ];
    const added = is.filter((one) => !was.includes(one));
    const lost = was.filter((one) => !is.includes(one));
    const name = `Service ${after.metadata.namespace ?? ''}/${after.metadata.name}`;
    const ready = added.filter((one) => one.ready).length;
    return [
      ...(added.length === 0
        ? []
        : [
            {
              change: 'opens' as const,
              text: `${name} sends traffic to ${sayPods(added.map(({ pod }) => pod))} newly (${ready} of ${added.length} ready)`,
            },
          ]),
      ...(lost.length === 0
        ? []
        : [
            {
              change: 'closes' as const,
              text: `${name} sends traffic to ${sayPods(lost.map(({ pod }) => pod))} no longer`,
            },
          ]),
    ];
  });
