import { isSecret } from '#domain/content/mask.ts';
import { isOfSecret } from '#domain/guard/veil.ts';
import type { Write } from '#domain/guard/write.ts';
import type { HeldWrite } from '#domain/request/events.ts';
import type { Asked } from '#domain/request/request.ts';

type Known = Pick<HeldWrite, 'fingerprint' | 'by'>;

/**
 * Under what a held write is looked up, and attempts at it are counted; `by` is its author's `writerMark`. Of a write to a
 * Secret each author has one: who tries values would else be answered that somebody has written this one.
 */
export const heldIndex = (of: Pick<Write, 'group' | 'resource'> | undefined, { fingerprint, by }: Known): string =>
  of !== undefined && isOfSecret(of) ? authors(fingerprint, by) : fingerprint;

/** The same of a request. */
export const heldIndexOf = ({ content }: Pick<Asked, 'content'>, { fingerprint, by }: Known): string =>
  content?.targets.some(({ apiVersion, kind }) => isSecret(apiVersion, kind)) === true
    ? authors(fingerprint, by)
    : fingerprint;

const authors = (fingerprint: string, by: string): string => `${fingerprint}.${by}`;
