import { quoted } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { registryOf } from './image.ts';
import { containersOf } from './workload.ts';

/** Code from somewhere else than before; a container that is new is compared with all there were. */
export const workloadRegistry: Rule = {
  name: 'workload-registry',
  severity: 'high',
  sources: ['https://kubernetes.io/docs/concepts/containers/images/#image-names'],
  between: (before, after) => {
    const was = containersOf(before);
    return (after === undefined || was.length === 0 ? [] : containersOf(after)).flatMap(({ name, image, path }) => {
      const old = was.filter((one) => one.name === name);
      const known = (old.length > 0 ? old : was).map((one) => registryOf(one.image));
      const registry = registryOf(image);
      const says = `an image of another registry, ${quoted(registry)}, for container ${quoted(name)}`;
      return known.includes(registry) ? [] : [{ says, path: [...path, 'image'] }];
    });
  },
};
