import { canonical, type Json } from '#domain/json.ts';
import type { Drafter, DraftInput } from './ports.ts';

/**
 * Many click on one card at once, and each click has it tried anew: those that come while it is being tried share its answer. What
 * somebody asks for newly is tried for them alone, in their turn.
 */
export const shareDrafts = (draft: Drafter): Drafter => {
  const underWay = new Map<string, ReturnType<Drafter>>();
  return (input, by) => {
    if (by !== undefined) return draft(input, by);
    const key = keyOf(input);
    const there = underWay.get(key);
    if (there !== undefined) return there;
    const drafting = draft(input).finally(() => underWay.delete(key));
    underWay.set(key, drafting);
    return drafting;
  };
};

/** All but the moment, which is a little later for each who joins. */
const keyOf = ({ facts, ...input }: DraftInput): string =>
  canonical(JSON.parse(JSON.stringify({ ...input, facts: facts && { ...facts, now: '' } })) as Json);
