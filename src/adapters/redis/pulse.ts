import type { Redis } from 'ioredis';

/** Whether Redis still answers, felt again and again. */
export type Pulse = {
  /** Asks once. Rejects when there is no answer within two seconds, over a connection of the `commit` profile. */
  readonly beat: () => Promise<void>;
  /** Milliseconds since it answered last; without end before it has. */
  readonly silence: () => number;
};

/** Milliseconds between two beats. */
export const beatEvery = 2_000;

export const createPulse = (redis: Pick<Redis, 'ping'>): Pulse => {
  let answeredAt = Number.NEGATIVE_INFINITY;
  return {
    beat: async () => {
      await redis.ping();
      answeredAt = performance.now();
    },
    silence: () => performance.now() - answeredAt,
  };
};
