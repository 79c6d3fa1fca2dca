import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { connectRedis, type RedisProfile } from '#adapters/redis/connection.ts';
import { type PersonId, personId, type RequestId, requestIdFrom } from '#domain/ids.ts';
import { type LocalRedis, startRedis } from '#local/parts/redis.ts';
import type { RequestIndex } from '#use-cases/ports.ts';

export const anId = (): RequestId => requestIdFrom(randomBytes(6));
export const ada: PersonId = personId.parse('U0ADA');
export const ben: PersonId = personId.parse('U0BEN');

const noon = Temporal.Instant.from('2026-03-02T12:00:00Z');
export const at = (seconds: number): Temporal.Instant => noon.add({ seconds });

export const index = (parts: Partial<RequestIndex> = {}): RequestIndex => ({
  status: 'pending',
  toReview: false,
  people: [ada],
  submittedAt: noon,
  ...parts,
});

export type TestRedis = {
  readonly server: LocalRedis;
  /** A connection that is ended with the server. `lost` counts the outages it has told of. */
  readonly connect: (profile?: RedisProfile, url?: string) => Redis;
  readonly lost: () => number;
  readonly stop: () => Promise<void>;
};

export const startTestRedis = async (aclFile?: string): Promise<TestRedis> => {
  const server = await startRedis(aclFile === undefined ? {} : { aclFile });
  const connections: Redis[] = [];
  let lost = 0;
  const onLost = (): void => {
    lost += 1;
  };
  return {
    server,
    connect: (profile = 'commit', url = server.url) => {
      const redis = connectRedis({ url, profile, name: 'test', onLost });
      connections.push(redis);
      return redis;
    },
    lost: () => lost,
    stop: async () => {
      for (const redis of connections) redis.disconnect();
      await server.stop();
    },
  };
};
