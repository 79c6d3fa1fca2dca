import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { RawClient } from '#adapters/kubernetes/raw-client.ts';
import type { Pulse } from '#adapters/redis/pulse.ts';
import type { Author } from '#domain/request/events.ts';
import { defineGauge, onScrape } from './registry.ts';

type Told = ReturnType<typeof onScrape>;
const everybody = ['bot', 'worker', 'guard', 'watcher'] as const;

const build = defineGauge({
  name: 'hallpass_build_info',
  help: 'A process that runs, with its version and that of Node; the value is 1.',
  labels: ['process', 'version', 'node'],
  toldBy: everybody,
});
const redisUp = defineGauge({
  name: 'hallpass_redis_up',
  help: '1 while Redis has answered this process within the last ten seconds.',
  labels: ['process'],
  toldBy: everybody,
});
const clusterUp = defineGauge({
  name: 'hallpass_cluster_up',
  help: '1 while a cluster’s API server has answered this process within the last thirty seconds. The bot asks only when there is something to ask, and does not tell it.',
  labels: ['process', 'cluster'],
  toldBy: ['worker', 'guard'],
});
const answered = defineGauge({
  name: 'hallpass_cluster_last_answer_timestamp_seconds',
  help: 'When a cluster’s API server answered this process last, in Unix time.',
  labels: ['process', 'cluster'],
  toldBy: ['bot', 'worker', 'guard'],
});
const notBefore = defineGauge({
  name: 'hallpass_certificate_not_before_timestamp_seconds',
  help: 'When the certificate begins that a server of this process shows (guard, watcher or api), in Unix time.',
  labels: ['server'],
  toldBy: ['bot', 'guard', 'watcher'],
});
const notAfter = defineGauge({
  name: 'hallpass_certificate_not_after_timestamp_seconds',
  help: 'When that certificate ends, in Unix time.',
  labels: ['server'],
  toldBy: ['bot', 'guard', 'watcher'],
});

const version = (): string => {
  const read: { readonly version: string } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  return read.version;
};

/** Says that a process runs. */
export const markRunning = (process: Author, node = globalThis.process.version): void =>
  build.set({ process, version: version(), node }, 1);

/** Milliseconds for which an answer says that somebody is there. */
const lately = { redis: 10_000, cluster: 30_000 } as const;

/** From now on it can be read whether Redis is there. */
export const tellRedis = (process: Author, pulse: Pulse): Told =>
  onScrape(() => redisUp.set({ process }, pulse.silence() <= lately.redis ? 1 : 0));

/** From now on it can be read which clusters answer. */
export const tellClusters = (process: Author, clients: readonly Pick<RawClient, 'cluster' | 'lastDate'>[]): Told =>
  onScrape(() => {
    for (const { cluster, lastDate } of clients) {
      const silence = performance.now() - (lastDate()?.receivedAt ?? Number.NEGATIVE_INFINITY);
      if (process !== 'bot') clusterUp.set({ process, cluster }, silence <= lately.cluster ? 1 : 0);
      const now = Temporal.Now.instant().epochMilliseconds;
      if (Number.isFinite(silence)) answered.set({ process, cluster }, Math.round(now - silence) / 1_000);
    }
  });

/** From now on it can be read when a certificate ends. `current` says it in PEM; the first in it counts. */
export const tellCertificate = (server: 'guard' | 'watcher' | 'api', current: () => string): Told =>
  onScrape(() => {
    const { validFromDate, validToDate } = new X509Certificate(current());
    notBefore.set({ server }, validFromDate.getTime() / 1_000);
    notAfter.set({ server }, validToDate.getTime() / 1_000);
  });
