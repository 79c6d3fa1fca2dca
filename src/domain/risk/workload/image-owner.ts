import { quoted } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { ownerOf } from './image.ts';
import { containersOf } from './workload.ts';

/** Somebody else's code, though from the same registry. Another registry is another danger, and so is a container that is new. */
export const workloadImageOwner: Rule = {
  name: 'workload-image-owner',
  severity: 'high',
  sources: ['https://kubernetes.io/docs/concepts/containers/images/#image-names'],
  between: (before, after) => {
    const was = Map.groupBy(containersOf(before), ({ name }) => name);
    return (after === undefined ? [] : containersOf(after)).flatMap(({ name, image, path }) => {
      const owner = ownerOf(image);
      const known = (was.get(name) ?? []).map((one) => ownerOf(one.image));
      const registries = known.flatMap((one) => one?.split('/')[0] ?? []);
      if (owner === undefined || known.includes(owner) || !registries.includes(owner.split('/')[0] ?? '')) return [];
      const says = `an image of somebody else, ${quoted(owner)} instead of ${quoted(known[0] ?? '')}, for container ${quoted(name)}`;
      return [{ says, path: [...path, 'image'] }];
    });
  },
};
