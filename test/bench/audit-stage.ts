import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { generateKeys } from '#adapters/keys/generate.ts';
import { createKeys } from '#adapters/keys/keys.ts';
import { keys as redisKeys } from '#adapters/redis/keys.ts';
import {
  type Checkpoint,
  checkpointLine,
  type Head,
  headOf,
  mostHeads,
  writeCheckpoint,
} from '#domain/audit/checkpoint.ts';
import { requestIdFrom } from '#domain/ids.ts';
import { startRedis } from '#local/parts/redis.ts';
import { longLog } from '#test/build/long-log.ts';
import type { Options } from './options.ts';

/** A Redis with so many entries in logs of ten, and checkpoints of all of them. */
export type AuditStage = {
  readonly entries: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Lines of some of the logs. */
  readonly some: readonly string[];
  readonly stop: () => Promise<void>;
};

const perLog = 10;

export const startAuditStage = async ({ small }: Options, say: (text: string) => void): Promise<AuditStage> => {
  const folder = mkdtempSync(join(tmpdir(), 'hallpass-bench-audit-'));
  generateKeys(folder);
  const keys = createKeys(folder);
  if (!keys.ok) throw new Error(keys.error.join('\n'));
  const server = await startRedis();
  const redis = new Redis(server.url);
  const logs = small ? 200 : 10_000;
  say(`signing ${logs * perLog} entries …`);
  const heads: Head[] = [];
  const some: string[] = [];
  for (let number = 0; number < logs; number += 1) {
    const id = requestIdFrom(
      Uint8Array.from([0, 0, 0, 0, 0, 0].map((_, place) => Math.floor(number / 31 ** place) % 31)),
    );
    const { lines, chain } = longLog(keys.value, perLog, id);
    if (some.length < 10_000) some.push(...lines);
    heads.push(headOf(id, perLog, chain.head));
    const written = redis.pipeline().rpush(redisKeys.log(id), ...lines);
    await written.zadd(redisKeys.status('active'), number, id).exec();
  }
  let latest: Checkpoint | undefined;
  for (let first = 0; first < heads.length; first += mostHeads) {
    const now = Temporal.Instant.from('2026-11-20T10:00:00Z');
    latest = writeCheckpoint(
      latest,
      heads.slice(first, first + mostHeads),
      now,
      keys.value.signer('bot'),
      keys.value.trust,
    );
    await redis.rpush(redisKeys.checkpoints, checkpointLine(latest));
  }
  return {
    entries: logs * perLog,
    environment: { REDIS_URL: server.url, HALLPASS_KEYS: folder },
    some,
    stop: async () => {
      redis.disconnect();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
