import { quoted } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { containersOf } from './workload.ts';

/** What runs may be something else tomorrow, and on each node. */
export const workloadImageFloating: Rule = {
  name: 'workload-image-floating',
  severity: 'medium',
  sources: ['https://kubernetes.io/docs/concepts/containers/images/#image-names'],
  inside: (object) =>
    containersOf(object)
      .filter(({ image }) => image !== '' && isFloating(image))
      .map(({ name, image, path }) => ({
        key: `${name} ${image}`,
        says: `an image that may change under its name: ${quoted(image)} for container ${quoted(name)}`,
        path: [...path, 'image'],
      })),
};

/** A colon before the last slash is a registry's port. */
const isFloating = (image: string): boolean => {
  if (image.includes('@')) return false;
  const [, tag = ''] = (image.split('/').at(-1) ?? '').split(':');
  return tag === '' || tag.toLowerCase() === 'latest';
};
