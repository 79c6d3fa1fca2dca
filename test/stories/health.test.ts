import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '#local/parts/daemon.ts';
import type { SocketLink } from '#local/slack/socket-link.ts';
import type { Stand } from '#local/stand.ts';
import { serveMetrics } from '#src/metrics/serve.ts';
import { overSocketApart } from '#test/stories/parts/bot-process.ts';
import type { OwnProcess } from '#test/stories/parts/own-process.ts';
import { startWorkerProcess } from '#test/stories/parts/worker-process.ts';
import { companyFor } from './company.ts';
import { front, frontIngress, handsOf, heldAs } from './guard-story.ts';
import { storyOf, typed } from './story.ts';

const ports = {
  bot: { metrics: 0, health: 0 },
  worker: { metrics: 0, health: 0 },
  guard: { metrics: 0 },
};
const settingsOf = ({ metrics, health }: { readonly metrics: number; readonly health: number }) => ({
  HALLPASS_METRICS_PORT: String(metrics),
  HALLPASS_HEALTH_PORT: String(health),
});

const guardOf = (stand: Stand): string => {
  const { guardAt } = stand.config('worker');
  if (guardAt === undefined || !('url' in guardAt)) throw new Error('The stand has no guard.');
  return guardAt.url;
};

/** What a kubelet is answered. */
const probe = async (who: 'bot' | 'worker', path: 'livez' | 'readyz'): Promise<string> => {
  const answer = await fetch(`http://127.0.0.1:${ports[who].health}/${path}`);
  return `${answer.status} ${(await answer.text()).trim()}`;
};

/** A figure as Prometheus reads it; undefined where there is none. */
const figure = async (who: keyof typeof ports, series: string): Promise<number | undefined> => {
  const text = await (await fetch(`http://127.0.0.1:${ports[who].metrics}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
};

describe('bot, worker and guard, each a process of its own, asked by Kubernetes and Prometheus', () => {
  let link: SocketLink | undefined;
  let worker: OwnProcess | undefined;
  const isStarted = (_: OwnProcess, way: SocketLink): void => {
    link = way;
  };
  // The guard is the only one of them in this process, whose metrics are served below.
  const company = companyFor(
    overSocketApart(isStarted, () => settingsOf(ports.bot)),
    {
      guard: true,
      worker: 'none',
      prepare: async (stand) => {
        for (const one of [ports.bot, ports.worker]) {
          one.metrics = await freePort();
          one.health = await freePort();
        }
        worker = await startWorkerProcess(stand, {
          more: { ...settingsOf(ports.worker), HALLPASS_GUARD: guardOf(stand) },
        });
      },
    },
  );
  const story = storyOf(company);
  const alice = handsOf(company, 'local-alice@acme.test');
  const stops: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    ports.guard.metrics = await freePort();
    const served = await serveMetrics(ports.guard.metrics);
    if (!served.ok) throw new Error(served.error);
    stops.push(served.value.stop);
  });
  afterAll(async () => {
    for (const stop of stops) await stop();
    await worker?.kill();
  });
  const until = (what: string, look: () => Promise<boolean>) => story.until(what, look, 60_000);
  const reads = (who: keyof typeof ports, series: string, value: number | undefined) =>
    until(`${who} to tell ${series} ${value}`, async () => (await figure(who, series)) === value);

  it('they are alive and ready, and say nothing else there', async () => {
    for (const who of ['bot', 'worker'] as const) {
      expect(await probe(who, 'livez')).toBe('200 ok');
      await until(`${who} to be ready`, async () => (await probe(who, 'readyz')) === '200 ready');
      const other = await fetch(`http://127.0.0.1:${ports[who].health}/metrics`);
      expect([other.status, await other.text()]).toEqual([404, 'Here are GET /livez and GET /readyz.\n']);
      expect((await fetch(`http://127.0.0.1:${ports[who].health}/readyz`, { method: 'POST' })).status).toBe(404);
    }
  });

  it('after one request was asked for, approved and ended, one withdrawn and one write held, the figures are true', async () => {
    expect(await figure('worker', 'hallpass_revocation_lag_seconds_count{cluster="shop"}')).toBe(0);
    const id = await story.ask(typed('3s'));
    await story.approve(id);
    await story.reaches(id, 'revoked');
    const taken = await story.ask(typed('30m'));
    await reads('bot', 'hallpass_requests{state="pending"}', 1);
    await story.press('U0ALICE', 'withdraw', taken);
    await story.reaches(taken, 'withdrawn');
    await until('the guard to be asked', async () =>
      (await alice('PATCH', `${front}/shop`, { spec: { tls: null } }, 'merge')).message.includes('Hallpass'),
    );
    heldAs(await alice('POST', front, frontIngress('held')));

    await reads('bot', 'hallpass_requests{state="revoked"}', 1);
    await reads('bot', 'hallpass_requests{state="active"}', 0);
    expect(await figure('bot', 'hallpass_overdue_grants')).toBe(0);
    expect(await figure('bot', 'hallpass_decision_seconds_count{decision="approved"}')).toBe(1);
    expect(await figure('bot', 'hallpass_decision_seconds_count{decision="denied"}')).toBe(0);
    expect(await figure('bot', 'hallpass_decision_seconds_sum{decision="approved"}')).toBeLessThan(60);
    expect(await figure('bot', 'hallpass_events_total{type="voted"}')).toBe(2);
    expect(await figure('bot', 'hallpass_events_total{type="approved"}')).toBe(1);
    expect(await figure('bot', 'hallpass_events_total{type="withdrawn"}')).toBe(1);
    expect(await figure('bot', 'hallpass_events_total{type="ended"}')).toBe(0);
    expect(await figure('bot', 'hallpass_slack_connected')).toBe(1);
    expect(await figure('bot', 'hallpass_redis_up{process="bot"}')).toBe(1);
    expect(await figure('bot', 'hallpass_slack_calls_total{method="chat.postMessage",result="ok"}')).toBeGreaterThan(2);
    expect(await figure('bot', 'hallpass_slack_calls_total{method="apps.connections.open",result="ok"}')).toBe(2);
    expect(await figure('bot', 'hallpass_queue_jobs{queue="cluster",state="active"}')).toBeDefined();

    expect(await figure('worker', 'hallpass_events_total{type="ended"}')).toBe(1);
    expect(await figure('worker', 'hallpass_revocation_lag_seconds_count{cluster="shop"}')).toBe(1);
    const { lagMilliseconds } = await story.reaches(id, 'revoked');
    expect(await figure('worker', 'hallpass_revocation_lag_seconds_sum{cluster="shop"}')).toBe(lagMilliseconds / 1_000);
    expect(await figure('worker', 'hallpass_cluster_up{process="worker",cluster="shop"}')).toBe(1);
    // Who tells what Redis has is the bot alone.
    expect(await figure('worker', 'hallpass_overdue_grants')).toBeUndefined();
    expect(await figure('worker', 'hallpass_requests{state="revoked"}')).toBeUndefined();

    expect(await figure('guard', 'hallpass_guard_decisions_total{decision="refused"}')).toBeGreaterThan(0);
    expect(await figure('guard', 'hallpass_guard_decisions_total{decision="failed"}')).toBe(0);
    expect(await figure('guard', 'hallpass_cluster_up{process="guard",cluster="shop"}')).toBe(1);
    expect(await figure('guard', 'hallpass_certificate_not_after_timestamp_seconds{server="guard"}')).toBeGreaterThan(
      Temporal.Now.instant().epochMilliseconds / 1_000,
    );
    for (const who of ['bot', 'worker', 'guard'] as const) {
      const text = await (await fetch(`http://127.0.0.1:${ports[who].metrics}/metrics`)).text();
      expect(text).not.toContain(id);
      expect(text).not.toMatch(/U0[A-Z]{3}|acme\.test|shop-payments|ledger|checkout/);
    }
  });

  it('Slack away: the bot says that it is not ready and why, the worker goes on, and the bot comes back by itself', async () => {
    const { slack } = company();
    slack.faults.down();
    link?.drop();
    await until('the bot to say so', async () =>
      (await probe('bot', 'readyz')).startsWith('503 Slack does not reach the bot: it has no connection.'),
    );
    await reads('bot', 'hallpass_slack_connected', 0);
    expect(await probe('bot', 'livez')).toBe('200 ok');
    expect([await probe('worker', 'livez'), await probe('worker', 'readyz')]).toEqual(['200 ok', '200 ready']);
    await until('calls without an answer to be counted', async () => {
      const series = 'hallpass_slack_calls_total{method="apps.connections.open",result="no-answer"}';
      return ((await figure('bot', series)) ?? 0) > 0;
    });
    slack.faults.up();
    await until('the bot to be ready again', async () => (await probe('bot', 'readyz')) === '200 ready');
    await reads('bot', 'hallpass_slack_connected', 1);
  });

  it('Redis killed: the bot says so after some seconds, the worker stays alive and ready, old figures are not told, and all comes back', async () => {
    const { redis } = company().stand;
    await redis.kill();
    await until('the bot to say so', async () =>
      (await probe('bot', 'readyz')).startsWith('503 Redis does not answer: nothing can be decided.'),
    );
    await reads('bot', 'hallpass_redis_up{process="bot"}', 0);
    await reads('worker', 'hallpass_redis_up{process="worker"}', 0);
    await reads('guard', 'hallpass_redis_up{process="guard"}', 0);
    await reads('bot', 'hallpass_overdue_grants', undefined);
    await reads('bot', 'hallpass_requests{state="revoked"}', undefined);
    expect(await probe('bot', 'livez')).toBe('200 ok');
    expect([await probe('worker', 'livez'), await probe('worker', 'readyz')]).toEqual(['200 ok', '200 ready']);
    const before = (await figure('guard', 'hallpass_guard_decisions_total{decision="undecided"}')) ?? 0;
    const refused = await alice('POST', front, frontIngress('without-redis'));
    expect(refused.status).toBe(403);
    await until('that to be counted', async () => {
      const now = (await figure('guard', 'hallpass_guard_decisions_total{decision="undecided"}')) ?? 0;
      return now > before;
    });
    await redis.start();
    await until('the bot to be ready again', async () => (await probe('bot', 'readyz')) === '200 ready');
    await reads('worker', 'hallpass_redis_up{process="worker"}', 1);
    await reads('bot', 'hallpass_requests{state="revoked"}', 1);
  });

  it('a cluster away: its worker says since when, and stays alive and ready; the guard does too', async () => {
    const { plane } = company().stand;
    const up = 'hallpass_cluster_up{process="worker",cluster="shop"}';
    const answered = 'hallpass_cluster_last_answer_timestamp_seconds{process="worker",cluster="shop"}';
    await reads('worker', up, 1);
    await plane.kill();
    const killed = Temporal.Now.instant().epochMilliseconds / 1_000;
    await reads('worker', up, 0);
    await reads('guard', 'hallpass_cluster_up{process="guard",cluster="shop"}', 0);
    expect([await probe('worker', 'livez'), await probe('worker', 'readyz')]).toEqual(['200 ok', '200 ready']);
    expect(await probe('bot', 'readyz')).toBe('200 ready');
    const last = (await figure('worker', answered)) ?? 0;
    expect(Math.abs(killed - last)).toBeLessThan(10);
    await plane.start();
    await reads('worker', up, 1);
  });

  it('a worker that is told to end says so until it has ended', async () => {
    const ending = worker;
    const redis = company().stand.redis.pid();
    if (ending === undefined || redis === undefined) throw new Error('No worker or no Redis runs.');
    // It waits for what it has begun.
    process.kill(redis, 'SIGSTOP');
    try {
      await setTimeout(1_500);
      expect(await probe('worker', 'readyz')).toBe('200 ready');
      process.kill(ending.pid, 'SIGTERM');
      await until('it to say so', async () => (await probe('worker', 'readyz')) === '503 The process is ending.');
      expect(await probe('worker', 'livez')).toBe('200 ok');
    } finally {
      process.kill(redis, 'SIGCONT');
    }
    await until('its end', async () => !ending.isRunning());
  });
});
