import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import { freePort } from '#local/parts/daemon.ts';
import { createHealth, serveHealth } from '#src/health.ts';
import { defineCounter, defineGauge, defineHistogram, metricsText, onScrape } from '#src/metrics/registry.ts';
import { answersInOneBreath } from '#test/build/one-breath.ts';

const quiet = (): void => {};
const serve = async (parts: readonly string[]) => {
  const [port, health] = [await freePort(), createHealth(parts)];
  const served = await serveHealth(port, health, quiet);
  if (!served.ok) throw new Error(served.error);
  const ask = async (path: string, method = 'GET'): Promise<string> => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method });
    return `${answer.status} ${(await answer.text()).trim()}`;
  };
  return { port, health, ask, stop: served.value.stop };
};

describe('health', () => {
  test('is alive at once, and ready when each of its parts is; what is missing is said line by line', async () => {
    const { ask, health, stop } = await serve(['bot', 'worker']);
    expect(await ask('/livez')).toBe('200 ok');
    expect(await ask('/readyz')).toBe('503 The bot has not started yet.\nThe worker has not started yet.');
    health.watch('worker', () => undefined);
    expect(await ask('/readyz')).toBe('503 The bot has not started yet.');
    let isUp = false;
    health.watch('bot', () => (isUp ? undefined : 'Redis does not answer.'));
    expect(await ask('/readyz')).toBe('503 Redis does not answer.');
    isUp = true;
    expect(await ask('/readyz')).toBe('200 ready');
    health.end();
    expect(await ask('/readyz')).toBe('503 The process is ending.');
    expect(await ask('/livez')).toBe('200 ok');
    await stop();
  });

  test('says nothing else, and takes nothing', async () => {
    const { ask, port, stop } = await serve([]);
    for (const path of ['/', '/metrics', '/livez/', '/readyz/x', '/..%2flivez'])
      expect(await ask(path)).toBe('404 Here are GET /livez and GET /readyz.');
    for (const method of ['POST', 'PUT', 'DELETE'])
      expect(await ask('/readyz', method)).toBe('404 Here are GET /livez and GET /readyz.');
    expect(await ask('/readyz?verbose')).toBe('200 ready');
    expect(await answersInOneBreath(port, '/livez')).toBeLessThan(10);
    expect(await ask('/livez')).toBe('200 ok');
    await stop();
  });

  test('on a port that is taken is said, with the setting', async () => {
    const { port, stop } = await serve([]);
    const again = await serveHealth(port, createHealth([]), quiet);
    expect(again.ok ? '' : again.error).toMatch(
      new RegExp(
        `^HALLPASS_HEALTH_PORT: The probes cannot listen on port ${port} \\(.*EADDRINUSE.*\\)\\. Take another`,
      ),
    );
    await stop();
  });

  test('whose look throws answers 500 and lives on', async () => {
    const { ask, health, stop } = await serve([]);
    health.watch('bot', () => {
      throw new Error('broken');
    });
    expect(await ask('/readyz')).toMatch(/^500 /);
    expect(await ask('/livez')).toBe('200 ok');
    await stop();
  });

  test('ends within a second though somebody holds a connection open and says nothing', async () => {
    const { port, stop } = await serve([]);
    const held = request({ port, path: '/livez', headers: { 'content-length': '5' }, method: 'POST' });
    held.on('error', quiet);
    held.flushHeaders();
    await new Promise((resolve) => held.once('socket', (socket) => socket.once('connect', resolve)));
    const started = performance.now();
    await stop();
    expect(performance.now() - started).toBeLessThan(1_500);
  });
});

describe('counting', () => {
  const words = (name: string) => ({ name: `test_${name}`, help: 'Of a test.', toldBy: ['bot'] as const });
  const lines = async (name: string) =>
    (await metricsText()).split('\n').filter((line) => line.startsWith(`test_${name}`));

  test('never throws into what is counted, whatever is counted', async () => {
    const counter = defineCounter({ ...words('counter_total'), labels: ['why'] }, [{ why: 'known' }]);
    const gauge = defineGauge({ ...words('gauge'), labels: [] });
    const histogram = defineHistogram({ ...words('seconds'), labels: ['why'] }, [1, 2]);
    counter.add({ why: 'known' }, -1);
    counter.add({ why: 'known' }, Number.NaN);
    counter.add({ other: 'label' } as unknown as { why: string });
    gauge.set({}, 'much' as unknown as number);
    histogram.observe({ why: 'x' }, Number.NaN);
    histogram.observe({ why: 'early' }, -3);
    histogram.observe({ other: 'label' } as unknown as { why: string }, 1);
    counter.add({ why: 'known' });
    expect(await lines('counter_total')).toEqual(['test_counter_total{why="known"} 1']);
    expect(await lines('gauge')).toEqual([]);
    // What is before its time took none.
    expect((await lines('seconds')).filter((line) => line.includes('_sum'))).toEqual([
      'test_seconds_sum{why="early"} 0',
    ]);
  });

  test('what is not known is not told, also where there are no labels', async () => {
    const gauge = defineGauge({ ...words('known'), labels: [] });
    expect(await lines('known')).toEqual([]);
    gauge.set({}, 3);
    expect(await lines('known')).toEqual(['test_known 3']);
    gauge.forgetAll();
    expect(await lines('known')).toEqual([]);
  });

  test('a look that fails keeps nothing from being read', async () => {
    const stops = [
      onScrape(() => {
        throw new Error('at once');
      }),
      onScrape(() => Promise.reject(new Error('later'))),
    ];
    expect(await metricsText()).toContain('test_counter_total');
    for (const { stop } of stops) await stop();
  });
});
