import { describe, expect, test } from 'vitest';
import { type GuardEntry, type HeldEntry, readEntry, writeEntry } from '#domain/guard/entry.ts';
import type { RequestId } from '#domain/ids.ts';
import type { Manifest } from '#domain/plan.ts';
import { createGuardWorld, type GuardWorld } from '#test/build/guard-world.ts';
import { anotherOutpost } from '#test/build/outposts.ts';
import { id as idOf } from '#test/build/people.ts';
import { gate } from '#test/build/rule-world.ts';
import { ingressTarget } from '#test/build/shop-ingress.ts';
import { createWatchWorld } from '#test/build/watch-world.ts';
import { find } from './request-log.ts';
import { reviewWrite } from './review-write.ts';
import { type Dropped, takeInWrites } from './take-in-writes.ts';

const opening = { object: gate({ auth: 'off', limit: '10' }) };

/** What the guard of the world's own cluster would leave for a write, and nobody has taken in. */
const heldIn = async (world: GuardWorld): Promise<HeldEntry> => {
  await world.write(opening);
  return heldLast(world);
};

const heldLast = ({ held, bot }: GuardWorld): HeldEntry => {
  const [text = ''] = held.waiting();
  const said = readEntry(text, bot.trust)?.said;
  if (said?.type !== 'held') throw new Error('Nothing was held');
  held.empty();
  return said;
};

type Outpost = Parameters<typeof anotherOutpost>[1];

/** The bot takes in what a guard or watcher has signed whose key is good for these clusters. */
const takeFrom = async (
  { bot, held }: GuardWorld,
  author: Outpost,
  clusters: readonly string[] | undefined,
  entry: GuardEntry,
): Promise<readonly Dropped[]> => {
  const { signer, trust } = anotherOutpost(bot.trust, author, clusters);
  held.leave(writeEntry(entry, signer));
  const dropped: Dropped[] = [];
  await takeInWrites({ ...bot, trust, countDropped: (why) => void dropped.push(why) });
  return dropped;
};

/** Access of Alice to Ingresses of cluster prod, in force. */
const grantWorld = async () => {
  const { world, id, request, entries } = await createWatchWorld();
  const kinds = async () => (await entries()).map(({ type }) => type);
  return { world, id, request, kinds };
};

const uses = (id: RequestId): GuardEntry => ({
  type: 'used',
  id,
  operation: 'update',
  target: ingressTarget,
  risk: 'none',
});
const misuse = (id: RequestId, cluster = 'prod'): GuardEntry => ({
  type: 'misused',
  id,
  cluster,
  operation: 'update',
  target: ingressTarget,
  risk: 'critical',
  findings: ['Introduces a snippet.'],
});
const tripped = (id: RequestId, cluster = 'prod'): GuardEntry => ({
  type: 'tripped',
  id,
  cluster,
  rule: 'rbac-write',
  evidence: ['It was never so.'],
});
const observed = (id: RequestId, cluster = 'prod'): GuardEntry => ({
  type: 'observed',
  id,
  cluster,
  uses: [{ verb: 'get', group: '', resource: 'pods', namespace: 'shop', name: 'web-0' } as never],
});

describe('what the guard of another cluster has signed', () => {
  test('files no request, however real the write looks, and is told and counted', async () => {
    const world = createGuardWorld();
    const entry = await heldIn(world);
    expect(await takeFrom(world, 'guard', ['test'], entry)).toEqual(['of-another-cluster']);
    expect(await world.requests()).toEqual({});
    expect(world.held.waiting()).toEqual([]);
    expect(world.alarms).toEqual([expect.stringContaining('a cluster that its key is not good for, and is dropped')]);
  });

  test('notes no use of a grant, though a use says no cluster', async () => {
    const { world, id, kinds } = await grantWorld();
    expect(await takeFrom(world, 'guard', ['test'], uses(id))).toEqual(['of-another-cluster']);
    expect(await kinds()).not.toContain('used');
  });

  test('ends no grant for what was tried, whichever cluster it says', async () => {
    const { world, id, request } = await grantWorld();
    expect(await takeFrom(world, 'guard', ['test'], misuse(id))).toEqual(['of-another-cluster']);
    // In its own there is no such grant.
    expect(await takeFrom(world, 'guard', ['test'], misuse(id, 'test'))).toEqual([]);
    expect((await request()).state).not.toHaveProperty('ending');
  });

  test('is told with whose key it was, for which clusters that is, and what it was about', async () => {
    const world = createGuardWorld();
    const told: [string, Readonly<Record<string, string>>][] = [];
    const bot = { ...world.bot, alarm: (...said: (typeof told)[number]) => void told.push(said) };
    const id = idOf();
    await takeFrom({ ...world, bot }, 'guard', ['test', 'stage'], misuse(id));
    expect(told).toEqual([
      [
        expect.stringContaining('Has it been stolen?'),
        {
          signer: 'guard',
          signedBy: expect.stringMatching(/^[0-9a-f]{16}$/),
          boundTo: 'test, stage',
          cause: `"misused" of request ${id} in cluster "prod"`,
        },
      ],
    ]);
  });
});

describe('what the watcher of another cluster has signed', () => {
  test.each([
    ['what looks wrong', tripped],
    ['what was done', observed],
  ])('ends no grant, and is written into no log: %s', async (_, entry) => {
    const { world, id, request, kinds } = await grantWorld();
    const before = await kinds();
    expect(await takeFrom(world, 'watcher', ['test'], entry(id))).toEqual(['of-another-cluster']);
    expect(await takeFrom(world, 'watcher', ['test'], entry(id, 'test'))).toEqual([]);
    expect(await kinds()).toEqual(before);
    expect((await request()).state.status).toBe('active');
  });
});

describe.each<readonly [string, readonly string[] | undefined]>([
  ['that is good for this cluster among others', ['test', 'prod']],
  ['that is bound to none, as keys were before', undefined],
])('a key %s', (_, clusters) => {
  test('of a guard files what was held', async () => {
    const world = createGuardWorld();
    const entry = await heldIn(world);
    expect(await takeFrom(world, 'guard', clusters, entry)).toEqual([]);
    expect(await world.requests()).toEqual({ [entry.id]: 'pending' });
    expect(world.alarms).toEqual([]);
  });

  test('of a guard has uses noted, and grants ended', async () => {
    const { world, id, kinds } = await grantWorld();
    expect(await takeFrom(world, 'guard', clusters, uses(id))).toEqual([]);
    expect(await takeFrom(world, 'guard', clusters, misuse(id))).toEqual([]);
    expect(await kinds()).toEqual(expect.arrayContaining(['used', 'misused']));
  });

  test('of a watcher has uses noted, and grants ended', async () => {
    const { world, id, kinds } = await grantWorld();
    expect(await takeFrom(world, 'watcher', clusters, observed(id))).toEqual([]);
    expect(await takeFrom(world, 'watcher', clusters, tripped(id))).toEqual([]);
    expect(await kinds()).toEqual(expect.arrayContaining(['observed', 'tripped']));
  });
});

test('an entry that nobody has signed is counted too', async () => {
  const world = createGuardWorld();
  const dropped: Dropped[] = [];
  world.held.leave('{}');
  await takeInWrites({ ...world.bot, countDropped: (why) => void dropped.push(why) });
  expect(dropped).toEqual(['unsigned']);
});

describe('what was agreed to in one cluster', () => {
  const deployment: Manifest = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { replicas: 2 },
  };

  test('lets nothing through in another, though a guard has signed it under the mark of a write there', async () => {
    const world = createGuardWorld();
    world.cluster.put(deployment);
    // A guard of cluster test, beside that of prod: both look things up in the same Redis.
    const guard = { ...world.guard, cluster: { ...world.guard.cluster, name: 'test' } };
    // Of what is not there yet no state tells that it is another one.
    const write = await world.ask({ object: { ...opening.object, metadata: { name: 'gate-2', namespace: 'shop' } } });
    await reviewWrite(guard, write);
    const said = heldLast(world);
    // Of how many replicas there are to be nobody but the guard knows the mark.
    const { after: _, ...rest } = said;
    const harmless = {
      ...rest,
      cluster: 'prod',
      profile: 'deployments',
      name: 'web',
      operation: 'update',
      replicas: 3,
    } as const;
    expect(await takeFrom(world, 'guard', ['prod'], harmless)).toEqual([]);
    const found = await find(world.bot, said.id);
    if (found.type !== 'found') throw new Error(`It is ${found.type}`);
    await world.approve(found.chain);
    expect(await world.requests()).toEqual({ [said.id]: 'approved' });
    await world.held.intake.keep(said.fingerprint, said.id);
    expect(await reviewWrite(guard, write)).toMatchObject({ allowed: false });
  });
});
