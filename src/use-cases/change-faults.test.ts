import { describe, expect, test } from 'vitest';
import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import type { Chain } from '#domain/request/chain.ts';
import { changeOver } from '#test/build/changes.ts';
import { bob } from '#test/build/people.ts';
import { policy, rule } from '#test/build/policy.ts';
import { addBeta, ingressTarget, shopIngress } from '#test/build/shop-ingress.ts';
import { createWorld, file, look, settle, type World } from '#test/build/world.ts';
import { refusal } from '#test/memory/refusal.ts';
import { approveRequest, settleConflict } from './act-on-request.ts';
import type { Asking } from './asking.ts';
import { endGrant } from './end-grant.ts';
import type { ClusterWriter, WorkerPorts } from './ports.ts';
import { createStepRunner, runStep } from './run-step.ts';
import { createJournalSweep } from './sweep-journals.ts';

const change = { kind: 'change', ask: addBeta, duration: '10m' } as const;

const worldWith = (...objects: readonly Manifest[]): World => {
  const world = createWorld();
  world.settings.kinds = [...world.settings.kinds, changeOver()];
  world.settings.policy = policy({ rules: [rule({ permanent: true })] });
  for (const object of objects) world.cluster.put(object);
  return world;
};
const approved = async (world: World, asked: Partial<Asking> = {}): Promise<Chain> => {
  const chain = await file(world, { ...change, ...asked });
  const result = await approveRequest(world.bot, { by: bob, id: chain.request.asked.id, revision: 1 });
  if (!result.ok) throw new Error(`It was not approved: ${JSON.stringify(result.error.type)}`);
  return result.value;
};
const inForce = async (asked: Partial<Asking> = {}): Promise<{ world: World; chain: Chain }> => {
  const world = worldWith(shopIngress());
  const chain = await approved(world, asked);
  await settle(world);
  expect(await stateOf(world, chain)).toMatchObject({ status: 'active' });
  return { world, chain };
};
const stateOf = async (world: World, chain: Chain) => (await look(world, chain)).request.state;
const live = async ({ cluster }: World) => (await cluster.get(ingressTarget))?.live;
const journalsIn = ({ cluster }: World) => cluster.objects().filter(({ ref }) => ref.kind === 'Secret');
const sweep = ({ worker, cluster }: World, ports: WorkerPorts = worker) =>
  createJournalSweep(ports, createStepRunner(ports))(cluster, true);

/** The worker, doing something else first at a call of its cluster. */
const at = (
  world: World,
  call: 'namespace' | 'write',
  first: () => Promise<void>,
): WorkerPorts & { readonly clusters: ReadonlyMap<string, ClusterWriter> } => {
  let once = false;
  const before = async (): Promise<void> => {
    if (once) return;
    once = true;
    await first();
  };
  const cluster: ClusterWriter = {
    ...world.cluster,
    ...(call === 'namespace'
      ? { namespace: async (name) => before().then(() => world.cluster.namespace(name)) }
      : { write: async (...given) => before().then(() => world.cluster.write(...given)) }),
  };
  return { ...world.worker, clusters: new Map([[cluster.name, cluster]]) };
};

const deletion: Json = { edits: [{ do: 'delete', resource: 'ingresses', name: ingressTarget.name }] };
const switched: Json = {
  edits: [
    {
      do: 'ingress',
      name: ingressTarget.name,
      edit: { type: 'switch-backend', host: 'shop.acme.test', path: '/', service: 'beta', port: 80 },
    },
  ],
};
/** Another backend at the very place that is to be switched. */
const elsewhere = (before: Manifest): Manifest =>
  JSON.parse(JSON.stringify(before).replaceAll('"web","port"', '"third","port"'));

describe('the log away at the end of a change', () => {
  test('the change is taken back, and the log says so when it is there again; nobody is asked anything', async () => {
    const { world, chain } = await inForce();
    world.advance({ minutes: 10, seconds: 4 });
    const store = { ...world.worker.store, read: () => Promise.reject(new Error('Redis is away')) };
    await sweep(world, { ...world.worker, store });
    expect((await live(world))?.spec).toEqual(shopIngress().spec);
    await settle(world);
    expect(await stateOf(world, chain)).toMatchObject({ status: 'revoked', cause: 'expired' });
    await sweep(world);
    expect(journalsIn(world)).toEqual([]);
  });

  test('a log that does not answer at all holds nothing up: the change is taken back at its time', async () => {
    const { world } = await inForce();
    world.advance({ minutes: 10 });
    const hang = () => new Promise<never>(() => {});
    await sweep(world, { ...world.worker, store: { ...world.worker.store, read: hang, due: hang } });
    expect((await live(world))?.spec).toEqual(shopIngress().spec);
  });

  test('what somebody writes afterwards is theirs: it is taken back once, not in each round', async () => {
    const { world } = await inForce();
    const applied = await live(world);
    world.advance({ minutes: 10, seconds: 4 });
    const store = { ...world.worker.store, read: () => Promise.reject(new Error('Redis is away')) };
    const ports = { ...world.worker, store };
    const rounds = createJournalSweep(ports, createStepRunner(ports));
    await rounds(world.cluster, true);
    world.cluster.edit(ingressTarget, (before) => ({ ...before, spec: applied?.spec ?? {} }));
    await rounds(world.cluster, true);
    expect((await live(world))?.spec).toEqual(applied?.spec);
  });
});

test('a deletion that is taken back leaves no owner of ours: whoever applied the object owns it again', async () => {
  const { world } = await inForce({ ask: deletion });
  expect(await live(world)).toBeUndefined();
  world.advance({ minutes: 10 });
  await settle(world);
  expect((await live(world))?.spec).toEqual(shopIngress().spec);
  expect(JSON.stringify((await live(world))?.metadata)).not.toContain('hallpass-');
});

describe('an object that somebody changes between the trial and the write', () => {
  test('is left as they made it; nothing of ours is left, and nobody is told of a conflict that is none', async () => {
    const world = worldWith(shopIngress());
    const chain = await approved(world, { ask: switched });
    const worker = at(world, 'write', async () => world.cluster.edit(ingressTarget, elsewhere));
    await runStep(worker, chain.request.asked.id);
    expect(await stateOf(world, chain)).toMatchObject({ status: 'lapsed', moved: true });
    expect((await live(world))?.spec).toEqual(elsewhere(shopIngress()).spec);
    expect(journalsIn(world)).toEqual([]);
    expect(world.alarms).toEqual([]);
  });
});

test('a worker that is overtaken by another while it drafts finishes what that one began', async () => {
  const world = worldWith(shopIngress());
  const chain = await approved(world);
  const cluster: ClusterWriter = {
    ...world.cluster,
    write: async (...given) => {
      await world.cluster.write(...given);
      throw new Error('It goes no further than this');
    },
  };
  const ahead = { ...world.worker, clusters: new Map([[cluster.name, cluster]]) };
  const other = () =>
    runStep(ahead, chain.request.asked.id).then(
      () => undefined,
      () => undefined,
    );
  await runStep(at(world, 'namespace', other), chain.request.asked.id);
  expect(await stateOf(world, chain)).toMatchObject({ status: 'active' });
  expect(JSON.stringify(await live(world))).toContain('/beta');
});

test('a worker that is late for the end of a change alarms nobody about the journal that went with it', async () => {
  const { world, chain } = await inForce();
  world.advance({ minutes: 10 });
  const before = await look(world, chain);
  await settle(world);
  const alarms = [...world.alarms];
  await endGrant(world.worker, before);
  expect(world.alarms).toEqual(alarms);
  expect(await stateOf(world, chain)).toMatchObject({ status: 'revoked' });
});

test('a namespace that is gone at the end takes a deleted object with it: nothing is made in it again', async () => {
  const { world, chain } = await inForce({ ask: deletion });
  world.cluster.removeNamespace('shop');
  world.advance({ minutes: 10 });
  await settle(world);
  expect(await stateOf(world, chain)).toMatchObject({ status: 'revoked', reverted: [{ how: 'gone' }] });
});

test('a namespace that goes takes the right to look there first: nobody has to settle what goes with it', async () => {
  const { world, chain } = await inForce();
  const { cluster } = world;
  const unbound: ClusterWriter = {
    ...cluster,
    get: async (target) => {
      if (target.namespace === 'shop') throw refusal(403, 'get', 'Forbidden: no binding');
      return cluster.get(target);
    },
  };
  const worker = { ...world.worker, clusters: new Map([[cluster.name, unbound]]) };
  cluster.terminateNamespace('shop');
  world.advance({ minutes: 10 });
  await settle({ ...world, worker });
  expect(await stateOf(world, chain)).toMatchObject({ status: 'revoked', reverted: [{ how: 'gone' }] });
});

describe('a journal that somebody has altered', () => {
  test('goes when a person has settled what it can tell no more', async () => {
    const { world, chain } = await inForce();
    const [journal] = journalsIn(world);
    if (journal === undefined) throw new Error('There is no journal');
    world.cluster.edit(journal.ref, (before) => ({ ...before, data: { journal: 'AAAA' } }));
    world.advance({ minutes: 10 });
    await settle(world);
    expect(await stateOf(world, chain)).toMatchObject({ status: 'active', conflict: {} });
    const settled = await settleConflict(world.bot, {
      by: bob,
      id: chain.request.asked.id,
      choice: 'keep',
      reason: 'it may stay',
    });
    expect(settled.ok).toBe(true);
    await settle(world);
    expect(await stateOf(world, chain)).toMatchObject({ status: 'revoked', reverted: [{ how: 'kept' }] });
    await sweep(world);
    expect(journalsIn(world)).toEqual([]);
  });
});
