/**
 * What a command prints, and its exit status: 0 done, 1 there are problems, 2 the command is not understood. `check` has more: 3 to 5
 * for how dangerous the worst is that it found.
 */
export type Answer = {
  readonly status: 0 | 1 | 2 | 3 | 4 | 5;
  readonly out?: readonly string[];
  readonly errors?: readonly string[];
};

export const done = (out: readonly string[]): Answer => ({ status: 0, out });
export const failed = (errors: readonly string[]): Answer => ({ status: 1, errors });
/** What was typed makes no sense, however things stand. */
export const misspelt = (errors: readonly string[]): Answer => ({ status: 2, errors });
