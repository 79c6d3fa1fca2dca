import { within } from '#adapters/redis/within.ts';
import { type Finding, wrong } from '#domain/finding.ts';

/** A look at one part. It may throw; what it opens it hands to `onEnd`. */
export type Check = {
  readonly about: string;
  readonly look: (onEnd: (end: () => unknown) => void) => Promise<readonly Finding[]>;
};
export type Checked = { readonly about: string; readonly finding: Finding };

/**
 * Milliseconds for a check. Each call within it has a deadline of seconds, and the first that is not answered ends it: only
 * thousands of answers take longer, of a cluster with hundreds of managed namespaces.
 */
const deadline = 120_000;

/** Does all checks at the same time; none keeps another from being done. In the order of the checks. */
export const runChecks = async (checks: readonly Check[]): Promise<readonly Checked[]> => {
  const ends: (() => unknown)[] = [];
  const run = async ({ about, look }: Check): Promise<readonly Checked[]> => {
    const findings = await within(
      deadline,
      look((end) => void ends.push(end)),
    ).catch((cause: unknown) => [wrong(`It could not be looked at: ${sayCause(cause)}`)]);
    return findings.map((finding) => ({ about, finding }));
  };
  const checked = await Promise.all(checks.map(run));
  await Promise.allSettled(ends.map(async (end) => end()));
  return checked.flat();
};

/** A fault with what caused it, down to the first. */
export const sayCause = (cause: unknown): string => {
  if (!(cause instanceof Error)) return String(cause);
  return cause.cause === undefined ? cause.message : `${cause.message}: ${sayCause(cause.cause)}`;
};
