import { setTimeout as pause } from 'node:timers/promises';
import { type Bare, createBare } from './bare.ts';
import { runBare } from './bare-child.ts';
import { colleagues } from './company.ts';
import { type Figure, figure, latencies, percentile } from './figure.ts';
import { countLogged, type Granted, grantMany, lagsOf, planFor } from './many.ts';
import { requester } from './people.ts';
import type { Stage } from './stage.ts';
import { now } from './time.ts';

const bench = 'expiry → denied by the API server';
const second = 1_000;

/** Every twenty-fifth is the one's whose token is here; all others are spread over the whole company. */
const askedBy = (index: number): string =>
  index % 25 === 0 ? requester : (colleagues[index % colleagues.length]?.id ?? requester);

/** How late grants end while a thousand are active (`--long`: ten thousand), by the log's own proof and as seen with a person's token. */
export const benchExpire = async (stage: Stage): Promise<readonly Figure[]> => {
  // In the long form for longer than a minute: the worker then looks once at everything that there is.
  const count = stage.isLong ? 2_000 : stage.size(1_000, 50);
  const over = stage.isLong ? 70 * second : stage.size(25, 5) * second;
  // They stay in force meanwhile, and are what has to be looked through.
  const others = 10_000 - count;
  const began = now();
  const beside = stage.isLong ? await grantMany(stage, 'stays', others, () => now() + 3_600 * second, { askedBy }) : [];
  // Beside so many it takes longer to make one than alone.
  const from = stage.isLong ? planFor(count, (2 * (now() - began)) / others) : planFor(count);
  const granted = await grantMany(stage, 'expire', count, (index) => from + (over * index) / count, { askedBy });
  const first = Math.min(...granted.map(({ expiresAt }) => expiresAt));
  const early = await countLogged(stage, granted, 'ended');
  if (early > 0)
    stage.say(`${early} of ${count} grants ended before all were made; the machine is slower than planned`);

  const bare = runBare({
    mode: 'spread',
    kubeconfig: stage.stand.kubeconfig('hallpass-worker'),
    redisUrl: stage.stand.redis.url,
    namespaces: [...stage.namespaces],
    count: Math.round(count / 10),
    label: 'bare-expire',
    from: Math.max(first, now() + 3 * second),
    over,
  });
  const seen = seenByPerson(
    stage,
    granted.filter(({ by }) => by === requester),
  );
  const last = Math.max(...granted.map(({ expiresAt }) => expiresAt));
  const lags = await lagsOf(stage, granted, last + 60 * second - now(), beside.length);
  const baseline = await bare;
  const delays = await seen;
  return [
    figure(bench, 'grants active when the first ended', 'grants', count - early + beside.length),
    ...latencies(bench, 'lag', lags, baseline).map((one) =>
      one.metric === 'lag p99' ? { ...one, aim: { of: 'value', most: 250 } as const } : one,
    ),
    figure(bench, 'lag max', 'ms', Math.max(...lags), { baseline: Math.max(...baseline) }),
    figure(bench, 'worker held up, longest', 'ms', stage.workerBlocked(first)),
    figure(bench, `lag seen with the person's token p50 (${delays.length} of them)`, 'ms', percentile(delays, 0.5)),
    figure(bench, `lag seen with the person's token min (below 0: cut off early)`, 'ms', Math.min(...delays)),
    figure(bench, `lag seen with the person's token max`, 'ms', Math.max(...delays)),
  ];
};

/** Looks with the person's own token until it is refused: milliseconds after the due time; below zero it was too early. */
const seenByPerson = async (stage: Stage, granted: readonly Granted[]): Promise<readonly number[]> => {
  const person = await createBare(stage.stand.kubeconfig('requester'));
  const delays = await Promise.all(granted.map((one) => untilForbidden(person, one)));
  await person.close();
  return delays;
};

const untilForbidden = async (person: Bare, { namespace, object, expiresAt }: Granted): Promise<number> => {
  await pause(Math.max(0, expiresAt - now() - 20));
  const path = `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies/${object}`;
  while ((await person.send('GET', path)).status !== 403) {
    if (now() > expiresAt + 60 * second) throw new Error(`${path} is still allowed a minute after its end`);
    await pause(2);
  }
  return now() - expiresAt;
};
