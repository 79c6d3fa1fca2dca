import type { Redis } from 'ioredis';
import { beatEvery, createPulse, type Pulse } from '#adapters/redis/pulse.ts';
import type { Author } from '#domain/request/events.ts';
import { tellRedis } from '#src/metrics/processes.ts';
import { every } from './every.ts';
import type { Stops } from './stops.ts';

/** Feels from now on whether Redis answers a process, over a connection of the `commit` profile. */
export const startPulse = (process: Author, redis: Redis, onStop: Stops['onStop']): Pulse => {
  const pulse = createPulse(redis);
  // That it is away is said by its connections.
  const beating = every(beatEvery, pulse.beat, () => {});
  const telling = tellRedis(process, pulse);
  onStop(async () => {
    // The beat that is under way ends with the connection; nobody waits for it.
    void beating.stop();
    await telling.stop();
  });
  return pulse;
};
