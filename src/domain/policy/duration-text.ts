import { z } from 'zod';
import { parseDuration } from '#domain/duration.ts';

/** A duration as people write it in the files of the policy, like `1h30m`. */
export const durationText = z
  .string({ error: 'not a duration. Write it like "30m", "1h30m" or "2h".' })
  .transform((text, context) => {
    const parsed = parseDuration(text);
    if (parsed.ok) return parsed.value;
    context.issues.push({ code: 'custom', input: text, message: parsed.error });
    return z.NEVER;
  });
