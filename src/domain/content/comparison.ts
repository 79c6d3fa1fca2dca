import { z } from 'zod';
import type { Json } from '#domain/json.ts';
import { isJson } from './tree.ts';

/**
 * A way into an object: keys of maps, and items of keyed lists by what identifies them, as in
 * `["spec", "rules", {"by": {"host": "shop.acme.test"}}, "http"]`. Lists without a key are taken as one value.
 */
const step = z.union([z.string(), z.strictObject({ by: z.record(z.string(), z.string()) })]);
export const path = z.array(step);
export type Path = z.infer<typeof path>;

const value = z.custom<Json>(isJson, 'not JSON');

/** What one place in an object was and is; absent means that it was not, or is not, there. */
export const pathEdit = z.strictObject({
  path,
  before: value.exactOptional(),
  after: value.exactOptional(),
  /** For an item of a keyed list: where it stood before, or stands after. */
  at: z.int().min(0).exactOptional(),
});
export type PathEdit = z.infer<typeof pathEdit>;

/** Two states of one object, compared after normalising; `undefined` on either side means that it is not there. */
export type Comparison = {
  /** In a fixed order; none when the two are the same to Hallpass. Whole objects for creation and deletion: one edit with an empty path. */
  readonly edits: readonly PathEdit[];
  /** Digest over the canonical edits, without their positions. */
  readonly delta: string;
  /** Digests over the canonical normalised states; absent for the side that is not there. */
  readonly before?: string;
  readonly after?: string;
  /** Unified diff of both as key-sorted YAML, three lines of context, secrets masked; empty when nothing differs. */
  readonly diff: string;
  readonly added: number;
  readonly removed: number;
};
