import { quoted } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { containersOf } from './workload.ts';

/** Under a tag there may be another image tomorrow. */
export const workloadDigestRemoved: Rule = {
  name: 'workload-digest-removed',
  severity: 'medium',
  sources: ['https://kubernetes.io/docs/concepts/containers/images/#image-names'],
  between: (before, after) => {
    const held = new Set(containersOf(before).flatMap(({ name, image }) => (isHeld(image) ? [name] : [])));
    return (after === undefined ? [] : containersOf(after))
      .filter(({ name, image }) => held.has(name) && !isHeld(image))
      .map(({ name, image, path }) => ({
        says: `an image that no digest holds any more: ${quoted(image)} for container ${quoted(name)}`,
        path: [...path, 'image'],
      }));
  },
};

const isHeld = (image: string): boolean => /@[a-z0-9+._-]+:[0-9a-f]{32,}$/i.test(image);
