/**
 * What a command prints, and its exit status: 0 done, 1 there are problems, 2 the command is not understood. `check` has more, for how
 * dangerous the worst is that it found, and so have the commands that ask (`outcomes` of request-status.ts).
 */
export type Answer = {
  readonly status: 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 130;
  readonly out?: readonly string[];
  readonly errors?: readonly string[];
};

export const done = (out: readonly string[]): Answer => ({ status: 0, out });
export const failed = (errors: readonly string[]): Answer => ({ status: 1, errors });
/** What was typed makes no sense, however things stand. */
export const misspelt = (errors: readonly string[]): Answer => ({ status: 2, errors });
