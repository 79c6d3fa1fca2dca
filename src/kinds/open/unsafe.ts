import { isolating } from '#domain/networkpolicy/reach.ts';
import type { PlanContext } from '#kinds/kind.ts';
import type { Ask } from './ask.ts';
import { nameOf } from './policies.ts';
import { sayPodNames, them } from './say.ts';
import { readSight, type Side } from './sight.ts';

/**
 * Names the pods that only Hallpass isolates by now: what isolated them is gone, or they came later and nothing else
 * selects them. The opening cuts their other traffic and must end at once. Judged by the live policies, as somebody may have changed ours.
 */
export const whyUnsafe = (asked: Ask, context: PlanContext): string | undefined => {
  const sight = readSight(asked, context.namespace, context.seen);
  if (!sight.ok) return sight.error;
  const { target, source } = sight.value;
  const reasons = (source === undefined || source === target ? [target] : [target, source]).flatMap((side) =>
    (['ingress', 'egress'] as const).flatMap((direction) => {
      const left = leftToUs(side, direction, context);
      if (left.length === 0) return [];
      return [
        `No other NetworkPolicy isolates ${sayPodNames(left)} for ${direction} any more: the opening would cut all other traffic ${direction === 'ingress' ? 'into' : 'out of'} ${them(left)}.`,
      ];
    }),
  );
  return reasons.length === 0 ? undefined : reasons.join(' ');
};

const leftToUs = ({ pods, others, ours }: Side, direction: 'ingress' | 'egress', { request }: PlanContext) => {
  const names = [nameOf(request, 'ingress'), nameOf(request, 'egress')];
  const own = ours.filter(({ name }) => names.includes(name));
  return pods.filter(
    (pod) => isolating(own, pod, direction).length > 0 && isolating(others, pod, direction).length === 0,
  );
};
