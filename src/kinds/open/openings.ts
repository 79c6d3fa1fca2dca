import { z } from 'zod';
import type { Problem } from '#domain/problem.ts';

const named = {
  name: z.string().regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'not a name; names are in lower case, with - between'),
  title: z.string().min(1).max(70),
  caution: z.string().max(300).optional().describe('What an approver should know beside what Hallpass says itself.'),
};

/**
 * Settings name what may be opened to whom. `widest` are prefix lengths: all addresses of a request together may not be
 * more than one such block, so that neither `0.0.0.0/0` nor its two halves can be asked for.
 */
const opening = z.discriminatedUnion('from', [
  z.strictObject({ ...named, from: z.literal('same-namespace') }),
  z.strictObject({ ...named, from: z.literal('another-namespace') }),
  z.strictObject({
    ...named,
    from: z.literal('addresses'),
    widest: z.strictObject({
      ipv4: z.int().min(8, 'nothing wider than 8 can be opened').max(32),
      ipv6: z.int().min(32, 'nothing wider than 32 can be opened').max(128),
    }),
  }),
]);
export type Opening = z.infer<typeof opening>;

export const openingsFile = z
  .strictObject({ openings: z.array(opening).min(1) })
  .describe('What may be opened in the network for a time, and to whom.');

/** An opening from another namespace may need a policy there. */
export const reachesFurther = ({ from }: Opening): boolean => from === 'another-namespace';

export const problemsOf = (openings: readonly Opening[]): readonly Problem[] =>
  openings.flatMap(({ name }, index) =>
    openings.findIndex((other) => other.name === name) < index
      ? [{ path: ['openings', index, 'name'], message: `opening "${name}" is there twice; give each its own name` }]
      : [],
  );
