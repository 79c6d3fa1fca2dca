import { z } from 'zod';
import type { Json } from '#domain/json.ts';
import type { Result } from '#domain/result.ts';
import { readBy, workloadNames } from '#kinds/workloads/ask.ts';

const ask = z.strictObject({
  profile: z.string(),
  names: workloadNames,
  /** When it was asked, ISO 8601 in UTC with seconds: what is written into the templates. Absent before it is filed. */
  at: z.iso.datetime({ error: 'that is not a moment, as "2026-11-20T12:00:00Z" is' }).exactOptional(),
});
export type Ask = z.infer<typeof ask>;

export const readAsk = (json: unknown): Result<Ask, string> => readBy(ask, json);

export const asJson = ({ profile, names, at }: Ask): Json => ({
  profile,
  names,
  ...(at === undefined ? {} : { at }),
});
