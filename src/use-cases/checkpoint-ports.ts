import type { RequestId } from '#domain/ids.ts';

/** Where the checkpoints are kept, as lines in the order in which they were written; they are added to, and never changed. */
export type CheckpointStore = {
  /** Requests with entries that no checkpoint has, the longest waiting first. */
  readonly waiting: (
    limit: number,
    skip?: number,
  ) => Promise<readonly { readonly id: RequestId; readonly since: Temporal.Instant }[]>;
  /** The last line of all. */
  readonly latest: () => Promise<string | undefined>;
  readonly count: () => Promise<number>;
  /** So many lines from a place on, which counts from 0. */
  readonly lines: (from: number, many: number) => Promise<readonly string[]>;
  /**
   * Adds a line behind this very last one (none: behind nothing), and takes what it covers, each up to a version, off what
   * waits; false when another line is the last.
   */
  readonly append: (
    expected: string | undefined,
    line: string,
    covered: readonly (readonly [RequestId, number])[],
  ) => Promise<boolean>;
  /** Every request in an index with the length of its log, many at a time. */
  readonly lengths: () => AsyncIterable<readonly (readonly [RequestId, number])[]>;
  /** Lets requests wait that do not. */
  readonly mark: (ids: readonly RequestId[], at: Temporal.Instant) => Promise<void>;
};
