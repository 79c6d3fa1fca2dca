import type { From } from '#domain/policy/policy.ts';
import type { Asked } from '#domain/request/request.ts';
import { sourceOf } from '#domain/source.ts';

/** By which way something was asked, and by which pipeline or agent, as rules see it. */
export const fromOf = (asked: Pick<Asked, 'source' | 'caller'>): From => ({
  source: sourceOf(asked),
  ...(asked.caller === undefined ? {} : { caller: asked.caller.name }),
});
