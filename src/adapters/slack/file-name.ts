import type { Asked } from '#domain/request/request.ts';

/** The file that holds the whole of a revision's diffs, in the card's thread. */
export const fileNameOf = ({ id, revision }: Pick<Asked, 'id' | 'revision'>): string => `${id}-r${revision}.diff`;
