import { z } from 'zod';

/** The last moment that there is, in epoch milliseconds. */
export const lastMoment = 8_640_000_000_000_000;

const instantIn = (text: string): Temporal.Instant | undefined => {
  try {
    return Temporal.Instant.from(text);
  } catch {
    return undefined;
  }
};

/** Whether it is an instant in ISO 8601, however it is spelled. */
export const isInstant = (text: string): boolean => instantIn(text) !== undefined;

/** An instant as `toString` spells it: what is hashed has one spelling only. */
export const exactInstant = z
  .string()
  .refine((text) => instantIn(text)?.toString() === text, 'not an instant in ISO 8601');
