import { describe, expect, test } from 'vitest';
import { personId } from '#domain/ids.ts';
import type { Chain } from '#domain/request/chain.ts';
import { managedBy, minuteLabel, readStamp, requestLabel, stamped } from '#domain/request/stamp.ts';
import { bob } from '#test/build/people.ts';
import { groups, policy, rule } from '#test/build/policy.ts';
import { createWorld, file, look, settle, type World } from '#test/build/world.ts';
import { createMemoryEventStore } from '#test/memory/event-store.ts';
import { approveRequest } from './act-on-request.ts';
import type { EventStore } from './ports.ts';
import { createStepRunner, runStep } from './run-step.ts';
import { createClusterSweep, sweepLog } from './sweep.ts';

const active = async (world = createWorld(), namespace = 'shop'): Promise<{ world: World; chain: Chain }> => {
  const filed = await file(world, { namespace, origin: `form for ${namespace}` });
  await approveRequest(world.bot, { by: bob, id: filed.request.asked.id, revision: 1 });
  await settle(world);
  return { world, chain: await look(world, filed) };
};
const statusOf = async (world: World, chain: Chain) => (await look(world, chain)).request.state.status;
const rbacIn = ({ cluster }: World) => cluster.objects().filter(({ ref }) => ref.kind !== 'ConfigMap');
const inForce = 'A grant is in force that the log does not call active; it ends at its time';
const endedByCluster = 'A grant was ended by what the cluster says of it; the log does not call it active';
const notGenuine = 'An object bears the label of Hallpass without a genuine stamp; it is left alone';

/** The sweep of a worker whose log is this one. */
const sweeping = ({ worker, cluster }: World, store: EventStore) => {
  const sweep = createClusterSweep({ ...worker, store });
  return (everything = true) => sweep(cluster, everything);
};

describe('the sweep over the log', () => {
  test('leaves fresh steps to their jobs, and does them when they are lost', async () => {
    const world = createWorld();
    const filed = await file(world);
    await approveRequest(world.bot, { by: bob, id: filed.request.asked.id, revision: 1 });
    world.jobs.lose();
    world.advance({ seconds: 1 });
    await sweepLog(world.worker);
    expect(await statusOf(world, filed)).toBe('approved');
    world.advance({ seconds: 1 });
    await sweepLog(world.worker);
    expect(await statusOf(world, filed)).toBe('active');
    world.jobs.lose();
    world.advance({ minutes: 31 });
    await sweepLog(world.worker);
    expect(await statusOf(world, filed)).toBe('revoked');
  });

  test('does what becomes due while people are told before it tells the next of them', async () => {
    const world = createWorld();
    world.settings.policy = policy({ rules: [rule({ remindEvery: Temporal.Duration.from({ minutes: 29 }) })] });
    const { chain } = await active(world);
    world.advance({ seconds: 55 });
    const names = Array.from({ length: 80 }, (_, index) => personId.parse(`U0ASKER${index}`));
    for (const one of names) world.directory.memberships.set(one, 'member');
    world.settings.identities = names.map((person) => ({ person, kubernetes: { user: person, groups: [] } }));
    world.settings.policy = {
      ...world.settings.policy,
      groups: new Map([...groups, ['developers', { type: 'people', people: names }]]),
    };
    for (const by of names) await file(world, { by, subject: by, origin: by });
    world.jobs.lose();
    // Of the grant people were told before.
    world.advance({ minutes: 25 });
    await sweepLog(world.worker);
    expect(await statusOf(world, chain)).toBe('active');
    const steps = createStepRunner(world.worker);
    const order: string[] = [];
    world.advance({ minutes: 4, seconds: 2 });
    await sweepLog(world.worker, {
      ...steps,
      join: async (id) => {
        // The end comes with the first of those who are told.
        if (order.length === 0) world.advance({ seconds: 5 });
        order.push(id);
        return steps.join(id);
      },
    });
    expect(order).toHaveLength(81);
    expect(order.indexOf(chain.request.asked.id)).toBe(32);
    expect(await statusOf(world, chain)).toBe('revoked');
  });

  test('times out what nobody answered', async () => {
    const world = createWorld();
    const filed = await file(world);
    world.jobs.lose();
    world.advance({ hours: 2 });
    await sweepLog(world.worker);
    expect(await statusOf(world, filed)).toBe('timed-out');
  });

  test('goes on with the others when one fails or cannot be believed', async () => {
    const { world, chain: broken } = await active();
    const { chain: stuck } = await active(world, 'bank');
    const { chain: fine } = await active(world, 'ingress-nginx');
    world.store.tamper(broken.request.asked.id, (lines) => lines.slice(1));
    const remove: typeof world.cluster.remove = async (ref) => {
      if (ref.name.includes(stuck.request.asked.id)) throw new Error('connection reset');
      return world.cluster.remove(ref);
    };
    world.advance({ minutes: 31 });
    await sweepLog({ ...world.worker, clusters: new Map([['prod', { ...world.cluster, remove }]]) });
    expect(await statusOf(world, fine)).toBe('revoked');
    expect(await statusOf(world, stuck)).toBe('active');
    expect(world.alarms).toContain('A step failed and will be tried again');
    expect(world.alarms).toContain('The log of a request cannot be believed; nothing is done for it');
  });

  test('beside jobs and other sweeps does everything once', async () => {
    const { world, chain } = await active();
    world.advance({ minutes: 31 });
    const { id } = chain.request.asked;
    await Promise.allSettled([...Array(5)].flatMap(() => [sweepLog(world.worker), runStep(world.worker, id)]));
    const { entries } = await look(world, chain);
    expect(entries.filter(({ event }) => event.type === 'ended')).toHaveLength(1);
  });
});

describe('the sweep over a cluster whose store was emptied', () => {
  test('leaves a grant in force until its time, and says once that the log does not know it', async () => {
    const { world } = await active();
    const sweep = sweeping(world, createMemoryEventStore(world.worker.clock));
    await sweep();
    await sweep();
    expect(rbacIn(world)).toHaveLength(2);
    expect(world.alarms).toEqual([inForce]);
  });

  test('ends it when its time has come', async () => {
    const { world } = await active();
    world.advance({ minutes: 31 });
    await sweeping(world, createMemoryEventStore(world.worker.clock))(false);
    expect(rbacIn(world)).toEqual([]);
    expect(world.alarms).toEqual([endedByCluster]);
  });

  test('ends what was due hours ago only when it looks at everything', async () => {
    const { world } = await active();
    world.advance({ hours: 5 });
    const sweep = sweeping(world, createMemoryEventStore(world.worker.clock));
    await sweep(false);
    expect(rbacIn(world)).toHaveLength(2);
    await sweep(true);
    expect(rbacIn(world)).toEqual([]);
  });

  test('ends a grant of the last hour although the hour has changed since', async () => {
    const { world } = await active();
    world.advance({ minutes: 61 });
    await sweeping(world, createMemoryEventStore(world.worker.clock))(false);
    expect(rbacIn(world)).toEqual([]);
  });
});

describe('the sweep over a cluster whose log cannot be read', () => {
  test('ends what is overdue all the same, and nothing else', async () => {
    const { world } = await active();
    const read = async () => Promise.reject(new Error('connection refused'));
    const sweep = sweeping(world, { ...world.store, read });
    await sweep();
    expect(rbacIn(world)).toHaveLength(2);
    world.advance({ minutes: 31 });
    await sweep();
    expect(rbacIn(world)).toEqual([]);
  });

  test('ends what is overdue when the log was edited', async () => {
    const { world, chain } = await active();
    world.store.tamper(chain.request.asked.id, (lines) => lines.slice(1));
    world.advance({ minutes: 31 });
    await sweeping(world, world.store)();
    expect(rbacIn(world)).toEqual([]);
  });
});

describe('the sweep over a cluster beside its log', () => {
  test('has nothing to say of a grant that is as it should be', async () => {
    const { world } = await active();
    await sweeping(world, world.store)();
    expect(rbacIn(world)).toHaveLength(2);
    expect(world.alarms).toEqual([]);
  });

  test('ends a grant that is overdue by the log’s own way, with its event', async () => {
    const { world, chain } = await active();
    world.jobs.lose();
    world.advance({ minutes: 31 });
    await sweeping(world, world.store)();
    expect(await statusOf(world, chain)).toBe('revoked');
    expect(world.alarms).toEqual([]);
  });

  test('leaves alone what is just being applied', async () => {
    const world = createWorld();
    const filed = await file(world);
    await approveRequest(world.bot, { by: bob, id: filed.request.asked.id, revision: 1 });
    const append = async () => Promise.reject(new Error('connection reset'));
    await runStep({ ...world.worker, store: { ...world.store, append } }, filed.request.asked.id).catch(() => {});
    expect(rbacIn(world)).toHaveLength(2);
    await sweeping(world, world.store)();
    expect(rbacIn(world)).toHaveLength(2);
    expect(world.alarms).toEqual([]);
  });

  test('removes what a grant left behind that is over, before its time too', async () => {
    const { world, chain } = await active();
    const leftovers = rbacIn(world);
    world.advance({ minutes: 30 });
    await settle(world);
    expect(await statusOf(world, chain)).toBe('revoked');
    for (const { live } of leftovers) world.cluster.put(live);
    await sweeping(world, world.store)();
    expect(rbacIn(world)).toEqual([]);
    expect(world.alarms).toEqual([endedByCluster]);
  });

  test('leaves forged and edited stamps alone and says so once, each', async () => {
    const { world, chain } = await active();
    const [binding] = rbacIn(world).filter(({ ref }) => ref.kind === 'RoleBinding');
    if (binding === undefined) throw new Error('There is no binding');
    const { live } = binding;
    const copied = { ...live, metadata: { ...live.metadata, name: 'somebody-elses' } };
    world.cluster.put(copied);
    world.cluster.put({
      apiVersion: live.apiVersion,
      kind: 'RoleBinding',
      metadata: {
        name: 'theirs',
        namespace: 'bank',
        labels: {
          [managedBy.label]: managedBy.value,
          [requestLabel]: chain.request.asked.id,
          [minuteLabel]: live.metadata.labels?.[minuteLabel] ?? '',
        },
        annotations: { ...live.metadata.annotations, 'hallpass.dev/expires-at': '2020-01-01T00:00:00Z' },
      },
    });
    world.advance({ minutes: 31 });
    const sweep = sweeping(world, world.store);
    await sweep();
    await sweep();
    await sweep(false);
    expect(rbacIn(world).map(({ ref }) => ref.name)).toEqual(['somebody-elses', 'theirs']);
    expect(world.alarms).toEqual([notGenuine, notGenuine]);
  });

  test('goes on with other grants when one cannot be removed, and says in the end that it failed', async () => {
    const { world, chain: stuck } = await active();
    await active(world, 'bank');
    world.advance({ minutes: 31 });
    const remove: typeof world.cluster.remove = async (ref) => {
      if (ref.name.includes(stuck.request.asked.id)) throw new Error('connection reset');
      return world.cluster.remove(ref);
    };
    const sweep = createClusterSweep({ ...world.worker, store: createMemoryEventStore(world.worker.clock) });
    await expect(sweep({ ...world.cluster, remove }, true)).rejects.toThrow('A sweep could not finish');
    expect(rbacIn(world).map(({ ref }) => ref.name)).toEqual([
      `hallpass-${stuck.request.asked.id}-0`,
      `hallpass-${stuck.request.asked.id}-0`,
    ]);
  });
});

describe('of what is in order', () => {
  /** With how often each log was read. */
  const counted = ({ store }: World) => {
    let reads = 0;
    const counting: EventStore = {
      ...store,
      read: async (id) => {
        reads += 1;
        return store.read(id);
      },
    };
    return { store: counting, reads: () => reads };
  };

  test('the log is read once, and again when it has become another', async () => {
    const { world, chain } = await active();
    const { store, reads } = counted(world);
    const sweep = sweeping(world, store);
    for (const everything of [false, true, false, true]) await sweep(everything);
    expect(reads()).toBe(1);
    world.store.tamper(chain.request.asked.id, (lines) => lines.slice(0, -1));
    await sweep(false);
    expect(reads()).toBe(1);
    await sweep(true);
    expect(reads()).toBe(2);
  });

  test('everything is ended on time although lengths of logs are not told', async () => {
    const { world } = await active();
    const lengths = async () => Promise.reject(new Error('connection refused'));
    const sweep = sweeping(world, { ...world.store, lengths, due: async () => [] });
    await sweep();
    await expect(sweep()).rejects.toThrow('A sweep could not finish');
    world.advance({ minutes: 31 });
    await expect(sweep()).rejects.toThrow('A sweep could not finish');
    expect(rbacIn(world)).toEqual([]);
  });
});

describe('by a list that lags behind', () => {
  test('nothing is ended that was prolonged since', async () => {
    const { world } = await active();
    const before = await world.cluster.managed(requestLabel);
    world.advance({ minutes: 31 });
    // The stamp of the very same objects, signed anew for longer, as a prolonged grant has it.
    const later = { minutes: 30 };
    for (const { ref, live } of before) {
      const read = readStamp(world.cluster.name, live, world.worker.trust);
      if (read === undefined) throw new Error('There is no stamp');
      const stamp = {
        ...read,
        cluster: world.cluster.name,
        requester: bob,
        approvers: [],
        expiresAt: read.expiresAt.add(later),
      };
      const { metadata } = stamped(live, stamp, world.worker.signer);
      world.cluster.edit(ref, (there) => ({ ...there, metadata }), 'hallpass');
    }
    const lagging = { ...world.cluster, managed: async () => before };
    const empty = createMemoryEventStore(world.worker.clock);
    const sweep = createClusterSweep({ ...world.worker, store: empty });
    await sweep(lagging, false);
    expect(rbacIn(world)).toHaveLength(2);
    world.advance(later);
    await sweep(lagging, false);
    expect(rbacIn(world)).toEqual([]);
  });

  test('nothing is done about what is not there any more', async () => {
    const { world } = await active();
    const before = await world.cluster.managed(requestLabel);
    world.advance({ minutes: 31 });
    await settle(world);
    const sweep = createClusterSweep(world.worker);
    await sweep({ ...world.cluster, managed: async () => before }, false);
    expect(world.alarms).toEqual([]);
  });
});

describe('past its stamp nothing stays, whatever the log says', () => {
  test('when the log was cut back to its approval and taken off the index', async () => {
    const { world, chain } = await active();
    const approval = (await world.store.read(chain.request.asked.id)).slice(0, 3);
    world.advance({ hours: 1 });
    const { store } = world;
    await sweeping(world, {
      ...store,
      due: async () => [],
      read: async () => approval,
      append: async () => ({ type: 'conflict' }),
    })();
    expect(rbacIn(world)).toEqual([]);
    expect(world.alarms).toContain(endedByCluster);
  });

  test('when Redis’ clock is held back', async () => {
    for (const everything of [true, false]) {
      const { world } = await active();
      const held = world.now();
      world.advance({ minutes: 32 });
      await createClusterSweep({ ...world.worker, clock: { now: async () => held } })(world.cluster, everything);
      expect(rbacIn(world), String(everything)).toEqual([]);
    }
  });
});
