import type { Redis } from 'ioredis';
import { createRedisClock } from '#adapters/redis/clock.ts';
import { connectRedis } from '#adapters/redis/connection.ts';
import { lastWatched } from '#adapters/redis/watching.ts';
import { formatDuration } from '#domain/duration.ts';
import { caution, type Finding, fine } from '#domain/finding.ts';
import type { Config } from '#src/config.ts';
import { redisAt } from '#src/redis-settings.ts';
import { type Check, sayCause } from './checks.ts';

/** Watchers say every 5 s that events come; a cluster in which nobody does anything for so long is hardly one. */
const silent = Temporal.Duration.from({ minutes: 5 });

/**
 * Says of each cluster whether its audit events come to a watcher. That none do is no error: nobody has to have a watcher, and the
 * API servers of managed clusters send to none. Nothing is said where Redis does not answer, which has been said already.
 */
export const checkWatching = (config: Config, redisAhead: Promise<number | undefined>): Check => ({
  about: 'Audit events',
  look: async (onEnd) => {
    if ((await redisAhead) === undefined) return [];
    const redis = connectRedis({ ...redisAt(config), profile: 'commit', name: 'hallpass-doctor', onLost: () => {} });
    onEnd(() => redis.disconnect());
    const { role, clusters, workerClusters } = config;
    const names = (role === 'worker' ? workerClusters : clusters).map(({ name }) => name).filter((name) => name !== '');
    return Promise.all(names.map((name) => lookAt(redis, name)));
  },
});

const lookAt = async (redis: Redis, cluster: string): Promise<Finding> => {
  try {
    const last = await lastWatched(redis, cluster);
    return sayWatching(cluster, await createRedisClock(redis).now(), last);
  } catch (cause) {
    return caution(`Whether audit events come from cluster ${cluster} cannot be told. ${sayCause(cause)}`);
  }
};

/** What it means that the last audit events of a cluster came then; both by Redis' clock. */
export const sayWatching = (cluster: string, now: Temporal.Instant, last: Temporal.Instant | undefined): Finding => {
  const ago = last === undefined ? undefined : Math.abs(now.since(last).total('seconds'));
  if (ago !== undefined && ago <= silent.total('seconds'))
    return fine(`They come from cluster ${cluster}: the use of grants is watched there.`);
  const not = `No audit events come from cluster ${cluster}: the use of grants is not watched there.`;
  return caution(
    ago === undefined
      ? `${not} Run a watcher for it and have its API server send to it (docs/setup.md, "The watcher"). A managed API server cannot; then this stays so.`
      : `${not} The last came ${formatDuration(Temporal.Duration.from({ seconds: Math.round(ago) }))} ago. Look whether its watcher runs (\`hallpass doctor\` with its environment), and whether its API server reaches it.`,
  );
};
