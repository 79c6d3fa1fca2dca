import { longestRetention, retentionText, shortestRetention } from '#domain/policy/retention.ts';
import { err, ok, type Result } from '#domain/result.ts';

/** `--retention`: days of the shortest that was ever in force; undefined where nothing is said. */
export const readShortestRetention = (text: string | undefined): Result<number | undefined, string> => {
  const read = retentionText.optional().safeParse(text);
  return read.success
    ? ok(read.data)
    : err(
        `--retention ${text} is not a retention. Write the shortest that was ever in force, in whole days from ${shortestRetention}d to ${longestRetention}d, like 90d.`,
      );
};
