import { z } from 'zod';
import { err, ok, type Result } from '#domain/result.ts';
import { podNames } from '#kinds/delete-pod/ask.ts';
import type { Profile } from './profiles.ts';

const ask = z.strictObject({ profile: z.string(), pods: podNames });
export type Ask = z.infer<typeof ask>;

/** Reads an ask, with the profile that it names. */
export const readAsk = (
  json: unknown,
  profiles: readonly Profile[],
): Result<{ readonly asked: Ask; readonly profile: Profile }, string> => {
  const read = ask.safeParse(json);
  if (!read.success)
    return err(`Not understood: ${[...new Set(read.error.issues.map(({ message }) => message))].join('; ')}.`);
  const profile = profiles.find(({ name }) => name === read.data.profile);
  if (profile !== undefined) return ok({ asked: read.data, profile });
  const name = JSON.stringify(read.data.profile.slice(0, 80));
  return err(`There is no profile ${name}. The form behind /jit shows what you may ask for.`);
};
