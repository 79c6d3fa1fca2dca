import { readCheckpoint } from '#domain/audit/checkpoint.ts';
import type { FoundCheckpoint } from '#domain/audit/judge-checkpoints.ts';
import type { Trust } from '#domain/request/chain.ts';

/** A line of the stored checkpoints, as it is judged. */
export const foundInLine = (line: string, trust: Trust): FoundCheckpoint => {
  const seen = readCheckpoint(line, trust);
  return seen === undefined ? { isGenuine: false } : seen;
};
