import { z } from 'zod';

/** Days. Less than a month would take away what people still look into; a hundred years are for ever. */
export const shortestRetention = 30;
export const longestRetention = 36_500;

const spelling = `Write whole days from ${shortestRetention}d to ${longestRetention}d, like "400d", or leave it out: then nothing is removed.`;

/** How long the log of a finished request is kept, as `rules.yaml` says it: read into days. */
export const retentionText = z
  .string({ error: `not a number of days. ${spelling}` })
  .regex(/^\d{1,5}d$/, `not a number of days. ${spelling}`)
  .transform((text, context) => {
    const days = Number(text.slice(0, -1));
    if (days >= shortestRetention && days <= longestRetention) return days;
    const why = days < shortestRetention ? 'shorter than a month' : 'longer than a hundred years';
    context.issues.push({ code: 'custom', input: text, message: `${why}. ${spelling}` });
    return z.NEVER;
  });
