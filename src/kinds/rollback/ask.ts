import { z } from 'zod';
import type { Json } from '#domain/json.ts';
import type { Result } from '#domain/result.ts';
import { readBy, workloadName } from '#kinds/workloads/ask.ts';

/** One workload: each has revisions of its own. */
const ask = z.strictObject({
  profile: z.string(),
  name: workloadName,
  revision: z
    .int({ error: 'a revision is a whole number from 1 on, as "kubectl rollout history" shows them' })
    .min(1, 'a revision is a whole number from 1 on, as "kubectl rollout history" shows them'),
});
export type Ask = z.infer<typeof ask>;

export const readAsk = (json: unknown): Result<Ask, string> => readBy(ask, json);

export const asJson = ({ profile, name, revision }: Ask): Json => ({ profile, name, revision });
