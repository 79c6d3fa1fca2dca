import type { z } from 'zod';

/** What is wrong in a file, with the path of keys and indices that leads to it. */
export type Problem = { readonly path: readonly (string | number)[]; readonly message: string };

/** A schema's complaint as problems: each unknown key is one, at its own place. */
export const problemsOfIssue = (issue: z.core.$ZodIssue): readonly Problem[] => {
  const path = issue.path.map((key) => (typeof key === 'number' ? key : String(key)));
  if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }];
  return issue.keys.map((key) => ({ path: [...path, key], message: 'this key is not known here; is it misspelt?' }));
};
