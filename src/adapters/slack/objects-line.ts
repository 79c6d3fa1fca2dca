import { cut, oneLine } from '#domain/text.ts';
import type { Description } from '#kinds/kind.ts';
import { fitting, more } from './excerpt.ts';

/** The named objects in a few words, `web, api and 3 more objects`, or that it is for all; not escaped. */
export const brieflyObjects = ({ objects }: Description, characters: number): string => {
  if (objects.length === 0) return 'all';
  const { kept, left } = fitting(
    objects.map((name) => cut(oneLine(name), characters - 2)),
    characters,
  );
  return left === 0 ? kept.join(', ') : `${kept.join(', ')} and ${more(left, 'object')}`;
};
