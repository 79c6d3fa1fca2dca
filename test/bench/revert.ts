import { setTimeout as pause } from 'node:timers/promises';
import { type Bare, createBare } from './bare.ts';
import { runBare } from './bare-child.ts';
import { type Figure, figure, latencies, percentile } from './figure.ts';
import { ingressPath, makeIngresses } from './ingresses.ts';
import { countLogged, type Granted, grantMany, lagsOf, nth, planFor } from './many.ts';
import { typedChange } from './people.ts';
import type { Stage } from './stage.ts';
import { now } from './time.ts';

const bench = 'a change’s time is over → taken back';
const second = 1_000;
/** Milliseconds that a change takes to be made when twelve lanes make them. */
const each = 100;

/** How late temporary changes are taken back, by the log's own word and as an administrator sees it. */
export const benchRevert = async (stage: Stage): Promise<readonly Figure[]> => {
  const count = stage.size(300, 30);
  const over = stage.size(25, 5) * second;
  const admin = await createBare(stage.stand.kubeconfig('admin'));
  const all = Array.from({ length: count }, (_, index) => nth(stage.namespaces, 'revert', index));
  await makeIngresses(stage, admin, all);
  const from = planFor(count, each);
  const granted = await grantMany(stage, 'revert', count, (index) => from + (over * index) / count, {
    line: typedChange,
  });
  const first = Math.min(...granted.map(({ expiresAt }) => expiresAt));
  const early = await countLogged(stage, granted, 'ended');
  if (early > 0)
    stage.say(`${early} of ${count} changes ended before all were made; the machine is slower than planned`);

  const bare = runBare({
    mode: 'spread',
    what: 'changes',
    kubeconfig: stage.stand.kubeconfig('admin'),
    redisUrl: stage.stand.redis.url,
    namespaces: [...stage.namespaces],
    count: Math.round(count / 3),
    label: 'bare-revert',
    from: Math.max(first, now() + 3 * second),
    over,
  });
  const watched = granted.filter((_, index) => index % Math.ceil(count / 40) === 0);
  const seen = Promise.all(watched.map((one) => untilAsItWas(admin, one)));
  const lags = await lagsOf(stage, granted, over + 60 * second);
  const [baseline, delays] = await Promise.all([bare, seen]);
  await admin.close();
  const about = `lag seen by an administrator`;
  return [
    figure(bench, 'changes in force when the first ended', 'changes', count - early),
    ...latencies(bench, 'lag', lags, baseline).map((one) =>
      one.metric === 'lag p99' ? { ...one, aim: { of: 'value', most: 1_000 } as const } : one,
    ),
    figure(bench, 'lag max', 'ms', Math.max(...lags), { baseline: Math.max(...baseline) }),
    figure(bench, `${about} p50 (${delays.length} of them)`, 'ms', percentile(delays, 0.5)),
    figure(bench, `${about} min (below 0: taken back early)`, 'ms', Math.min(...delays)),
    figure(bench, `${about} max`, 'ms', Math.max(...delays)),
  ];
};

/** Looks until the path is gone: milliseconds after the due time; below zero it was too early. */
const untilAsItWas = async (admin: Bare, one: Granted): Promise<number> => {
  await pause(Math.max(0, one.expiresAt - now() - 20));
  while ((await admin.send('GET', ingressPath(one))).text.includes('"/beta"')) {
    if (now() > one.expiresAt + 60 * second)
      throw new Error(`${ingressPath(one)} is not as it was a minute after its end`);
    await pause(2);
  }
  return now() - one.expiresAt;
};
