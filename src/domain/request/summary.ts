import { z } from 'zod';
import { target } from '#domain/plan.ts';
import { instant } from './instant.ts';
import { right } from './rights.ts';

/** How much of a grant's end one entry of its log tells. */
export const mostSummed = {
  /** Of what was used, and of what was not. */
  lines: 40,
  objects: 20,
  places: 5,
  /** Of all places together. */
  characters: 12_000,
  notCompared: 10,
} as const;

/** What became of a place in an object; values as short visible text, secrets masked. */
const changedPlace = z.strictObject({
  /** As people read it: `spec.rules[host=shop.acme.test].http.paths`. */
  path: z.string().max(200),
  before: z.string().max(100),
  now: z.string().max(100),
});
export type ChangedPlace = z.infer<typeof changedPlace>;

/** An object that is not as it was when the grant began; by whom is not known. */
const difference = z.strictObject({
  target,
  /** `replaced`: another object has its name now. */
  how: z.enum(['created', 'changed', 'deleted', 'replaced']),
  /** Of what was changed; none where it was too large to be kept. */
  places: z.array(changedPlace).max(mostSummed.places),
  morePlaces: z.int().min(1).optional(),
});
export type Difference = z.infer<typeof difference>;

const notCompared = z.strictObject({ what: z.string().max(300), why: z.string().max(300) });
export type NotCompared = z.infer<typeof notCompared>;

const used = right.extend({
  /** Another binding than the grant's own allowed it as well. */
  allowedBy: z.string().max(300).optional(),
  /** Known by admission alone, which does not tell an update from a patch. */
  admitted: z.literal(true).optional(),
});
export type Used = z.infer<typeof used>;

export const summedUp = z.strictObject({
  type: z.literal('summed-up'),
  /** By what it is known what was done with it. `until`: audit events came no longer than that, and it lasted longer. */
  seen: z.strictObject({ by: z.enum(['audit', 'admission', 'nothing']), until: instant.optional() }),
  /** The log holds no more uses of one grant: there may have been others. */
  full: z.literal(true).optional(),
  used: z.array(used).max(mostSummed.lines),
  moreUsed: z.int().min(1).optional(),
  /** Only where audit events would have told. */
  unused: z.array(right).max(mostSummed.lines),
  moreUnused: z.int().min(1).optional(),
  /** How much it gave, and how much of that was used: each verb on each name, or on all of a sort, counts once. */
  rights: z.strictObject({ granted: z.int().min(0), used: z.int().min(0) }),
  /** When the objects in scope were looked at first; absent where what was seen then is lost. */
  from: instant.optional(),
  /** So many were compared. */
  compared: z.int().min(0),
  objects: z.array(difference).max(mostSummed.objects),
  moreObjects: z.int().min(1).optional(),
  notCompared: z.array(notCompared).max(mostSummed.notCompared),
  /** What would have been enough, as the kind of request asks for it; absent where that is not certain. */
  narrower: z.json().optional(),
});
export type SummedUp = z.infer<typeof summedUp>;
