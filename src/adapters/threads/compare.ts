import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import { compareStates } from '#domain/content/compare.ts';
import { type Comparison, type PathEdit, pathEdit } from '#domain/content/comparison.ts';
import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import type { Compare } from '#use-cases/ports.ts';
import { createThread } from './thread.ts';
import { outweighs } from './weight.ts';

/** As JSON; absent for what is not there. */
export type States = { readonly before?: string; readonly after?: string };

const comparedParts = z.object({
  comparison: z.object({
    delta: z.string(),
    before: z.string().exactOptional(),
    after: z.string().exactOptional(),
    diff: z.string(),
    added: z.int(),
    removed: z.int(),
  }),
  parts: z.array(
    z.object({ place: z.string(), before: z.string().exactOptional(), after: z.string().exactOptional() }),
  ),
});
/** A comparison with the edits in pieces of JSON: where, and the values there. */
export type ComparedParts = z.infer<typeof comparedParts>;

const place = pathEdit.pick({ path: true, at: true });

/** What both states may weigh together to be compared at once: some milliseconds' work. */
const light = 16_000;
/** Characters of JSON that are read or written in one turn of the event loop: about five milliseconds' work. */
const perTurn = 1_000_000;
const limits = { mostWaiting: 64, longest: 30_000 };

/**
 * Compares on this thread what is small, and on another one what is not. Throws when that breaks, takes longer than thirty
 * seconds, or too many comparisons wait; nothing is lost by comparing again.
 */
export const createCompare = (): { readonly compare: Compare; readonly close: () => Promise<void> } => {
  const thread = createThread(new URL('./compare-thread.ts', import.meta.url), limits);
  const compare: Compare = async (before, after) => {
    if (!outweighs([before ?? null, after ?? null], light)) return compareStates(before, after, digest);
    return assemble(comparedParts.parse(await thread.ask(await asText(before, after))));
  };
  return { compare, close: thread.close };
};

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

const asText = async (before: Manifest | undefined, after: Manifest | undefined): Promise<States> => {
  const first = before === undefined ? {} : { before: JSON.stringify(before) };
  await nextTurn();
  return after === undefined ? first : { ...first, after: JSON.stringify(after) };
};

const assemble = async ({ comparison, parts }: ComparedParts): Promise<Comparison> => {
  let read = 0;
  const parse = async (text: string): Promise<Json> => {
    read += text.length;
    if (read > perTurn) {
      await nextTurn();
      read = text.length;
    }
    return JSON.parse(text);
  };
  const edits: PathEdit[] = [];
  for (const { place: where, before, after } of parts)
    edits.push({
      ...placeFrom(await parse(where)),
      ...(before === undefined ? {} : { before: await parse(before) }),
      ...(after === undefined ? {} : { after: await parse(after) }),
    });
  return { edits, ...comparison };
};

const placeFrom = (where: Json): Pick<PathEdit, 'path' | 'at'> => {
  const { path, at } = place.parse(where);
  return { path, ...(at === undefined ? {} : { at }) };
};
