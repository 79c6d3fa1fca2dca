import { z } from 'zod';
import type { Json } from '#domain/json.ts';
import type { Result } from '#domain/result.ts';
import { readBy, workloadNames } from '#kinds/workloads/ask.ts';

const ask = z.strictObject({
  profile: z.string(),
  names: workloadNames,
  replicas: z
    .int({ error: 'how many pods is a whole number from 0 on, as 5 is' })
    .min(0, 'there are no fewer than 0 pods')
    .max(999_999_999, 'so many pods nobody has'),
});
export type Ask = z.infer<typeof ask>;

export const readAsk = (json: unknown): Result<Ask, string> => readBy(ask, json);

export const asJson = ({ profile, names, replicas }: Ask): Json => ({ profile, names, replicas });
