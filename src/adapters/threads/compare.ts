import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { compareStates } from '#domain/content/compare.ts';
import type { Comparison, PathEdit } from '#domain/content/comparison.ts';
import type { Manifest } from '#domain/plan.ts';
import type { Compare } from '#use-cases/ports.ts';
import { createThread } from './thread.ts';
import { outweighs } from './weight.ts';

/** As JSON; absent for what is not there. */
export type States = { readonly before?: string; readonly after?: string };
/** A comparison with its edits as JSON lists, to be put together in several turns. */
export type Compared = { readonly rest: Omit<Comparison, 'edits'>; readonly edits: readonly string[] };

/** What both states may weigh together to be compared at once: some milliseconds' work. */
const light = 16_000;
const limits = { mostWaiting: 64, longest: 30_000 };

/**
 * Compares on this thread what is small, and on another one what is not. Throws when that breaks, takes longer than thirty
 * seconds, or too many comparisons wait; nothing is lost by comparing again.
 */
export const createCompare = (): { readonly compare: Compare; readonly close: () => Promise<void> } => {
  const thread = createThread<States, Compared>(new URL('./compare-thread.ts', import.meta.url), limits);
  const compare: Compare = async (before, after) => {
    if (!outweighs([before ?? null, after ?? null], light)) return compareStates(before, after, digest);
    return assemble(await thread.ask(await asText(before, after)));
  };
  return { compare, close: thread.close };
};

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

const asText = async (before: Manifest | undefined, after: Manifest | undefined): Promise<States> => {
  const first = before === undefined ? {} : { before: JSON.stringify(before) };
  await nextTurn();
  return after === undefined ? first : { ...first, after: JSON.stringify(after) };
};

const assemble = async ({ rest, edits: chunks }: Compared): Promise<Comparison> => {
  const edits: PathEdit[] = [];
  for (const chunk of chunks) {
    await nextTurn();
    const some: readonly PathEdit[] = JSON.parse(chunk);
    edits.push(...some);
  }
  return { edits, ...rest };
};
