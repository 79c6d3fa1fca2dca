import { setTimeout as pause } from 'node:timers/promises';
import type { Keys } from '#adapters/keys/keys.ts';
import { createAlarmBox } from '#adapters/redis/alarm-box.ts';
import { createRedisClock, type RedisClockOptions } from '#adapters/redis/clock.ts';
import { connectRedis } from '#adapters/redis/connection.ts';
import { createRedisEventStore } from '#adapters/redis/event-store.ts';
import { createHeads } from '#use-cases/heads.ts';
import { createRememberedLogs } from '#use-cases/remembered-logs.ts';
import { createAlarm } from './alarm.ts';
import type { Config } from './config.ts';
import { createLog } from './log.ts';
import { startPulse } from './pulse.ts';
import { redisProblems } from './redis-at-start.ts';
import { redisAt } from './redis-settings.ts';
import { createStops } from './stops.ts';

/**
 * What guard and watcher stand on, which answer an API server and leave word for the bot. `away` is what is logged while there is no
 * Redis. Whoever opens it ends it, also when the start fails behind it.
 */
export const openOutpost = (
  config: Config,
  author: 'guard' | 'watcher',
  { signer, trust }: Keys,
  away: string,
  time: RedisClockOptions = {},
) => {
  const { onStop, stop } = createStops();
  const { info, error } = createLog();
  const { alarm, tell, tellThrough } = createAlarm(error);
  const redis = connectRedis({
    ...redisAt(config),
    profile: 'commit',
    name: `hallpass-${author}`,
    onLost: (cause) => error(away, { cause: String(cause) }),
    onBack: () => info('Redis is back', {}),
  });
  onStop(async () => redis.disconnect());
  startPulse(author, redis, onStop);
  tellThrough(createAlarmBox(redis).put);
  // Beside everything else: whoever asks is answered meanwhile.
  const looked = redisProblems(config, redis, author, { info, error, alarm });
  const clock = createRedisClock(redis, time);
  const ports = {
    clock,
    store: createRedisEventStore(redis, clock),
    signer: signer(author),
    trust,
    alarm,
    heads: createHeads(),
    readLog: createRememberedLogs(),
    home: config.home,
    // Whoever stops it does not wait for what it would do later.
    pause: (milliseconds: number) => pause(milliseconds, undefined, { ref: false }),
  };
  return { ports, redis, looked, info, error, tell, onStop, stop };
};
