import type { GuardPorts } from './guard-ports.ts';

/** By the clock that is further: whoever moves that of Redis back makes nothing good again. */
export const latest = async ({ clock, cluster }: Pick<GuardPorts, 'clock' | 'cluster'>): Promise<Temporal.Instant> => {
  const [now, there] = await Promise.all([clock.now(), cluster.time()]);
  return Temporal.Instant.compare(now, there) > 0 ? now : there;
};
