import type { Redis } from 'ioredis';
import { prefix } from './queues.ts';

/** `waiting`: to be done now. `delayed`: to be done at their time, as the end of each grant is. */
export type Depth = {
  readonly queue: string;
  readonly state: 'waiting' | 'active' | 'delayed';
  readonly count: number;
};

const queues = ['cluster', 'slack', 'drafts'] as const;

/**
 * How many jobs each queue has, over a connection of the `commit` profile: three counts each, as BullMQ 6.7 keeps them. Its own way to ask
 * runs a script, through a queue that waits for Redis without end.
 */
export const queueDepths = async (redis: Redis): Promise<readonly Depth[]> => {
  const depths = await Promise.all(
    queues.map(async (queue) => {
      const at = (state: string): string => `${prefix}:${queue}:${state}`;
      const counts = await Promise.all([redis.llen(at('wait')), redis.llen(at('active')), redis.zcard(at('delayed'))]);
      return (['waiting', 'active', 'delayed'] as const).map((state, nth) => ({
        queue,
        state,
        count: counts[nth] ?? 0,
      }));
    }),
  );
  return depths.flat();
};
