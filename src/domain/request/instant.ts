import { z } from 'zod';

/** A moment, as logs write it: ISO 8601 in UTC. */
export const instant = z.codec(z.string(), z.instanceof(Temporal.Instant), {
  decode: (text, context) => {
    try {
      return Temporal.Instant.from(text);
    } catch {
      context.issues.push({ code: 'custom', input: text, message: 'not an instant in ISO 8601' });
      return z.NEVER;
    }
  },
  encode: (value) => value.toString(),
});
