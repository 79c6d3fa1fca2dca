import type { z } from 'zod';

/** Waits for Redis and says what was asked of it when that fails; the cause says why. */
export const asking = async <T>(what: string, answer: Promise<T>): Promise<T> => {
  try {
    return await answer;
  } catch (cause) {
    throw new Error(`Redis did not ${what}`, { cause });
  }
};

/** Of a list with a hundred thousand foreign members each is wrong: so many are looked at, and so many characters said. */
const mostIssues = 20;
const mostSaid = 500;

/** Reads what Redis gave back; what Hallpass cannot have written is a fault that names the key. */
export const readAs = <S extends z.ZodType>(schema: S, key: string, value: unknown): z.output<S> => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const shown = JSON.stringify(value)?.slice(0, 120);
  const said = new Set(parsed.error.issues.slice(0, mostIssues).map(({ message }) => message));
  const why = [...said].join('; ').slice(0, mostSaid);
  throw new Error(
    `Redis key "${key}" holds what Hallpass did not write: ${shown} (${why}). Look who else writes there.`,
  );
};
