import { z } from 'zod';

/** What the baseline's process is to do. */
export const order = z.object({
  /** `flood`: ends all at once; `spread`: each at its time, by a bare BullMQ job. */
  mode: z.enum(['flood', 'spread']),
  /** What it makes and ends: access as `bare.ts` grants it, or Ingresses as `bare-change.ts` changes them. */
  what: z.enum(['grants', 'changes']).default('grants'),
  kubeconfig: z.string(),
  redisUrl: z.string(),
  namespaces: z.array(z.string()).min(1),
  count: z.int(),
  label: z.string(),
  /** Of `spread`: the first due time (epoch milliseconds), and over how many milliseconds they are spread. */
  from: z.number().default(0),
  over: z.number().default(0),
});
export type Order = z.input<typeof order>;

/** `flood`: milliseconds for all; `spread`: milliseconds of lateness of each. */
export const answer = z.object({ milliseconds: z.array(z.number()) });
export type Answer = z.infer<typeof answer>;
