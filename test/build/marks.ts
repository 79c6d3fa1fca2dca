import { createMark } from '#adapters/keys/shared.ts';

/** As guards and workers mark values of Secrets, by a key of this name. */
export const markBy = (key: string) => createMark(Buffer.alloc(32, key));

/** By the key that all of a world share. */
export const mark = markBy('ours');
