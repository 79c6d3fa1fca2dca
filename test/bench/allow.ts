import { setTimeout as pause } from 'node:timers/promises';
import { type Bare, createBare, endBare, makeBare } from './bare.ts';
import { type Figure, latencies } from './figure.ts';
import { type Hop, openHop } from './hop.ts';
import { approve, ask, requester, untilLogged, type Wanted } from './people.ts';
import type { Stage } from './stage.ts';

const bench = 'Approve click → allowed by the API server';

/** From the click until a request with the person's own token gets through; beside the same calls made bare, behind one bare BullMQ hop. */
export const benchAllow = async (stage: Stage): Promise<readonly Figure[]> => {
  const count = stage.size(150, 10);
  const [worker, person] = await Promise.all(
    ['hallpass-worker', 'requester'].map((name) => createBare(stage.stand.kubeconfig(name))),
  );
  if (worker === undefined || person === undefined) throw new Error('No clients');
  const hop = await openHop<Wanted>(stage.stand.redis.url, 'bench-allow', async (wanted) => {
    const made = await makeBare(worker, { ...wanted, name: `bare-${wanted.object}` });
    await endBare(worker, made);
  });
  const samples = { product: [] as number[], baseline: [] as number[] };
  const warmUp = 10;
  for (let index = 0; index < count + warmUp; index += 1) {
    const namespace = stage.namespaces[index % stage.namespaces.length] ?? '';
    const product = await throughProduct(stage, person, { namespace, object: `allow-${index}` });
    const baseline = await throughHop(hop, person, { namespace, object: `bare-allow-${index}` });
    if (index < warmUp) continue;
    samples.product.push(product);
    samples.baseline.push(baseline);
  }
  await Promise.all([hop.close(), worker.close(), person.close()]);
  return latencies(bench, 'click → allowed', samples.product, samples.baseline, { of: 'ratio', most: 1.5 });
};

/** Milliseconds from now until the person's own GET is no longer forbidden; 404 is allowed, for the object need not be. */
const untilAllowed = async (person: Bare, { namespace, object }: Wanted): Promise<number> => {
  const started = performance.now();
  const path = `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies/${object}`;
  for (;;) {
    const { status } = await person.send('GET', path);
    if (status === 404) return performance.now() - started;
    if (status !== 403) throw new Error(`GET ${path}: ${status}`);
    if (performance.now() - started > 20_000) throw new Error(`GET ${path} is still forbidden after 20 s`);
  }
};

const throughProduct = async (stage: Stage, person: Bare, wanted: Wanted): Promise<number> => {
  const id = await ask(stage, wanted, 600);
  // Its card is being drawn meanwhile; nobody clicks within a blink.
  await pause(40);
  const [milliseconds] = await Promise.all([untilAllowed(person, wanted), approve(stage, id)]);
  await untilLogged(stage, id, 'activated');
  await stage.slack.as(requester).command(`/jit done ${id}`);
  await untilLogged(stage, id, 'ended');
  return milliseconds;
};

const throughHop = async (hop: Hop<Wanted>, person: Bare, wanted: Wanted): Promise<number> => {
  await pause(40);
  const [milliseconds] = await Promise.all([untilAllowed(person, wanted), hop.add(wanted)]);
  return milliseconds;
};
