import { z } from 'zod';
import { err, ok, type Result } from '#domain/result.ts';

/** Nobody looks at more of them one by one. */
export const most = 20;

const podName = z.string({ error: 'a pod has a name' }).regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, {
  error: ({ input }) => `${JSON.stringify(String(input).slice(0, 80))} is not the name of a pod, as "web-0" is`,
});

/** Whether a pod can be called so. */
export const isPodName = (name: string): boolean => podName.safeParse(name).success;

/** ISO 8601 in UTC, with seconds. */
const moment = z.iso.datetime({ error: 'that is not a moment, as "2026-11-20T12:00:00Z" is' });

/** Each once, and in order. */
export const podNames = z
  .array(podName)
  .min(1, 'name at least one pod')
  .max(most, `a request is for at most ${most} pods; split it`)
  .transform((names) => [...new Set(names)].sort());

const ask = z.strictObject({
  profile: z.string(),
  pods: podNames,
  /** Only those that were made before this are meant: one that came later has nothing of what was open then. */
  madeBefore: moment.exactOptional(),
});
export type Ask = z.infer<typeof ask>;

export const readAsk = (json: unknown): Result<Ask, string> => {
  const read = ask.safeParse(json);
  if (read.success) return ok(read.data);
  return err(`Not understood: ${[...new Set(read.error.issues.map(({ message }) => message))].join('; ')}.`);
};
