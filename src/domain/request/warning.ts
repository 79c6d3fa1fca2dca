import type { Active } from './request.ts';

/** Nobody has to be warned of the end of what is shorter. */
const shortest = Temporal.Duration.from({ minutes: 5 });
const atLeast = Temporal.Duration.from({ minutes: 2 });
const atMost = Temporal.Duration.from({ minutes: 10 });

/** When the people of a grant are told that it ends soon: the last quarter of it, of at least 2 and at most 10 minutes. */
export const warningOf = ({
  startedAt,
  expiresAt,
}: Pick<Active, 'startedAt' | 'expiresAt'>): Temporal.Instant | undefined => {
  const seconds = expiresAt.since(startedAt).total('seconds');
  if (seconds < shortest.total('seconds')) return undefined;
  const before = Math.min(Math.max(Math.floor(seconds / 4), atLeast.total('seconds')), atMost.total('seconds'));
  return expiresAt.subtract({ seconds: before });
};
