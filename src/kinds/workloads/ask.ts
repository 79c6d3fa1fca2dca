import { z } from 'zod';
import { err, ok, type Result } from '#domain/result.ts';

/** Nobody looks at more of them one by one. */
export const most = 20;

/** A workload's name; a DNS subdomain (kubernetes.io/docs/concepts/overview/working-with-objects/names). */
export const workloadName = z
  .string({ error: 'a workload has a name' })
  .regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, {
    error: ({ input }) => `${JSON.stringify(String(input).slice(0, 80))} is not the name of a workload, as "web" is`,
  });

/** Each once, in order. */
export const workloadNames = z
  .array(workloadName)
  .min(1, 'name at least one workload')
  .max(most, `a request is for at most ${most} workloads; split it`)
  .transform((names) => [...new Set(names)].sort());

/** A whole number as it is typed: digits and nothing else. */
export const readNumber = (text: string): number | undefined =>
  /^[0-9]{1,9}$/.test(text) ? Number.parseInt(text, 10) : undefined;

/** The problems of a schema as one sentence. */
export const readBy = <T>(schema: z.ZodType<T>, json: unknown): Result<T, string> => {
  const read = schema.safeParse(json);
  if (read.success) return ok(read.data);
  return err(`Not understood: ${[...new Set(read.error.issues.map(({ message }) => message))].join('; ')}.`);
};
