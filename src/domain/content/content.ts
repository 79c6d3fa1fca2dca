import { z } from 'zod';
import { target } from '#domain/plan.ts';
import { reachLine } from '#domain/radius/radius.ts';
import { finding, severities, severity } from '#domain/risk/finding.ts';

export const operation = z.enum(['create', 'update', 'delete']);
export type Operation = z.infer<typeof operation>;

/**
 * What approvers are shown of what a request does in the cluster. It is kept beside the log under its digest, which is in
 * the signed event: whoever edits it there makes it unreadable, not different.
 */
export const content = z.strictObject({
  schema: z.literal(1),
  changes: z.array(
    z.strictObject({
      op: operation,
      target,
      /** Of the live object; absent for one that is created. */
      uid: z.string().optional(),
      /** Unified, with a header of two lines; secret values masked; lines of visible characters, joined by line feeds. */
      diff: z.string(),
      added: z.int().min(0),
      removed: z.int().min(0),
      /** Where an object is changed, which a diff's few lines need not tell: at most ten, and then how many more. */
      places: z.array(z.string()).optional(),
    }),
  ),
  /** Facts about how things stand now, such as the pods concerned; plain text. */
  notes: z.array(z.string()),
  /** What the rules of risk found: what is new first, of that the worst. */
  findings: z.array(finding).default([]),
  /** How many more there are of what is to beware of, which are not listed: they come behind those. */
  moreFindings: z.record(severity, z.int().min(0)).default({ critical: 0, high: 0, medium: 0 }),
  /** What it reaches, and what it reaches no more; what matters most first. */
  reach: z.array(reachLine).default([]),
  /** What opens, part by part, each always in the same words: by these it is told whether there is more of it later. */
  openings: z.array(z.string()).default([]),
  /** What to beware of besides, the worst first; plain text. */
  cautions: z.array(z.string()),
});
export type Content = z.infer<typeof content>;

/** What the log holds of a content: its digest, and what must be known without reading it. */
export const contentRef = z.strictObject({
  /** SHA-256 over the content's stored text. */
  digest: z.string(),
  targets: z.array(z.strictObject({ op: operation, ...target.shape })),
  /** Lines of all diffs together. */
  lines: z.int().min(0),
  added: z.int().min(0),
  removed: z.int().min(0),
  /** Whether a card shows all of it; otherwise an approval needs a look at the whole first. */
  fits: z.boolean(),
  /** The worst that was found in what it introduces; absent where it was filed before that was written down. */
  risk: z.enum(['none', ...severities]).optional(),
});
export type ContentRef = z.infer<typeof contentRef>;

/** What a card has room for: diffs of so many characters and lines together. Its other parts share the rest of a message. */
export const cardRoom = { characters: 4_000, lines: 80 } as const;

export const fitsOnCard = (changes: readonly { readonly diff: string }[]): boolean => {
  const lines = changes.reduce((sum, { diff }) => sum + diff.split('\n').length, 0);
  const characters = changes.reduce((sum, { diff }) => sum + diff.length + 1, 0);
  return lines <= cardRoom.lines && characters <= cardRoom.characters;
};
