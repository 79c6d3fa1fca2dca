import { setTimeout as pause } from 'node:timers/promises';
import { type Bare, createBare } from './bare.ts';
import { type BareChange, changeBare, tryBare } from './bare-change.ts';
import { type Figure, figure, latencies, percentile } from './figure.ts';
import { type Hop, openHop } from './hop.ts';
import { makeIngresses, untilSeen } from './ingresses.ts';
import { nth } from './many.ts';
import { approve, ask, requester, typedChange, untilLogged, type Wanted } from './people.ts';
import type { Stage } from './stage.ts';

const bench = 'Approve click → the object is changed';
const warmUp = 10;

/**
 * From the click until an administrator sees the Ingress in its new state. The click itself is agreed to only after a
 * worker has tried the change once more: what that takes, and what is left from there, are figures of their own.
 */
export const benchChange = async (stage: Stage): Promise<readonly Figure[]> => {
  const rounds = Array.from({ length: stage.size(150, 10) + warmUp }, (_, index) => ({
    wanted: nth(stage.namespaces, 'change', index),
    bare: nth(stage.namespaces, 'bare-change', index),
  }));
  const [worker, admin] = await Promise.all(
    ['hallpass-worker', 'admin'].map((name) => createBare(stage.stand.kubeconfig(name))),
  );
  if (worker === undefined || admin === undefined) throw new Error('No clients');
  const all = rounds.flatMap(({ wanted, bare }) => [wanted, bare]);
  await makeIngresses(stage, admin, all);
  const { url } = stage.stand.redis;
  const trying = await openHop<BareChange>(url, 'bench-try', async (one) => void (await tryBare(worker, one)));
  const changing = await openHop<BareChange>(url, 'bench-change', async (one) => void (await changeBare(worker, one)));

  const samples: (Parts & Baseline)[] = [];
  for (const [index, { wanted, bare }] of rounds.entries()) {
    const product = await throughProduct(stage, admin, wanted);
    const baseline = await throughHops(trying, changing, admin, bare);
    if (index >= warmUp) samples.push({ ...product, ...baseline });
  }
  await Promise.all([trying.close(), changing.close(), worker.close(), admin.close()]);

  const all50 = (pick: (one: Parts & Baseline) => number): readonly number[] => samples.map(pick);
  const bareSeen = all50(({ bareChanged }) => bareChanged);
  const aim = { of: 'ratio', most: 1.5 } as const;
  const click = all50(({ seen }) => seen);
  const agreed = all50(({ agreed }) => agreed);
  return [
    ...latencies(bench, 'click → seen', click, bareSeen, aim),
    ...latencies(
      bench,
      'approved → seen',
      all50(({ seen, agreed }) => seen - agreed),
      bareSeen,
      aim,
    ),
    ...latencies(
      bench,
      'click → approved (tried anew)',
      agreed,
      all50(({ bareTried }) => bareTried),
    ),
    figure(bench, 'click → seen p50, beside both bare hops', 'ms', percentile(click, 0.5), {
      baseline: percentile(
        all50(({ bareTried, bareChanged }) => bareTried + bareChanged),
        0.5,
      ),
    }),
    figure(bench, 'share of the click → approved', '%', (percentile(agreed, 0.5) / percentile(click, 0.5)) * 100),
  ];
};

/** Milliseconds from the click. */
type Parts = { readonly agreed: number; readonly seen: number };
type Baseline = { readonly bareTried: number; readonly bareChanged: number };

const throughProduct = async (stage: Stage, admin: Bare, wanted: Wanted): Promise<Parts> => {
  const id = await ask(stage, wanted, 600, typedChange);
  // Its card is being drawn meanwhile; nobody clicks within a blink.
  await pause(40);
  const clicked = performance.now();
  // The acknowledgement comes as soon as the log has it.
  const [seen, agreed] = await Promise.all([
    untilSeen(admin, wanted, 'changed'),
    approve(stage, id).then(() => performance.now() - clicked),
  ]);
  await untilLogged(stage, id, 'activated');
  await stage.slack.as(requester).command(`/jit done ${id}`);
  await untilLogged(stage, id, 'ended');
  return { agreed, seen };
};

const throughHops = async (
  trying: Hop<BareChange>,
  changing: Hop<BareChange>,
  admin: Bare,
  wanted: Wanted,
): Promise<Baseline> => {
  const change = { namespace: wanted.namespace, name: wanted.object };
  await pause(40);
  const started = performance.now();
  // Watched meanwhile as the product is.
  const tried = trying.add(change).then(() => performance.now() - started);
  const bareTried = await watchedUntil(tried, admin, wanted);
  await pause(40);
  const [bareChanged] = await Promise.all([untilSeen(admin, wanted, 'changed'), changing.add(change)]);
  return { bareTried, bareChanged };
};

const watchedUntil = async <T>(done: Promise<T>, admin: Bare, wanted: Wanted): Promise<T> => {
  let isDone = false;
  const settle = (): void => {
    isDone = true;
  };
  done.then(settle, settle);
  while (!isDone) await untilSeen(admin, wanted, 'as it was');
  return done;
};
