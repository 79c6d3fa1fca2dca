import { describe, expect, test } from 'vitest';
import { type Checkpoint, checkpointLine, headOf, readCheckpoint, writeCheckpoint } from '#domain/audit/checkpoint.ts';
import { bob, carol } from '#test/build/people.ts';
import { createWorld, file, settle, type World } from '#test/build/world.ts';
import { createMemoryKeys } from '#test/memory/keys.ts';
import { approveRequest, denyRequest, revokeGrant } from './act-on-request.ts';
import { applyApproved } from './apply-approved.ts';
import { createHeads } from './heads.ts';
import { find } from './request-log.ts';
import { createToldHeads } from './told-heads.ts';

/** Checkpoints as they are stored, and what somebody who writes to Redis makes of them. */
const checkpointsOf = (world: World) => {
  let lines: readonly string[] = [];
  let latest: Checkpoint | undefined;
  return {
    checkpoints: {
      count: async () => lines.length,
      lines: async (from: number, many: number) => lines.slice(from, from + many),
    },
    /** A bot vouches for a log as it is. */
    vouch: async (id: Parameters<typeof find>[1]): Promise<Checkpoint> => {
      const found = await find(world.bot, id);
      if (found.type !== 'found') throw new Error(`It is ${found.type}`);
      const { entries, head } = found.chain;
      const { trust } = world.bot;
      latest = writeCheckpoint(latest, [headOf(id, entries.length, head)], world.now(), world.signer('bot'), trust);
      lines = [...lines, checkpointLine(latest)];
      return latest;
    },
    edit: (change: (before: readonly string[]) => readonly string[]) => {
      lines = change(lines);
    },
  };
};
type Stored = ReturnType<typeof checkpointsOf>;

/** As a process that was started just now, with what it learns; of one log the entries behind the first so many are gone. */
const startedSince = (world: World, stored: Stored, left = Number.POSITIVE_INFINITY) => {
  let moment = 0;
  const told = createToldHeads({ checkpoints: stored.checkpoints, trust: world.bot.trust, moment: () => moment });
  const store = {
    ...world.store,
    read: async (id: Parameters<typeof find>[1]) => (await world.store.read(id)).slice(0, left),
  };
  const fresh = { store, heads: createHeads() };
  return {
    told,
    bot: { ...world.bot, ...fresh, told: told.of },
    worker: { ...world.worker, ...fresh, toldBefore: told.of },
    later: () => {
      moment += 5_000;
    },
  };
};

const denied = async () => {
  const world = createWorld();
  const stored = checkpointsOf(world);
  const chain = await file(world);
  const { id } = chain.request.asked;
  await stored.vouch(id);
  await denyRequest(world.bot, { by: bob, id, revision: 1, reason: 'not now' });
  return { world, stored, id };
};
const brokenLog = { error: { type: 'broken-log' } };

describe('a log that a checkpoint says is longer', () => {
  test('is not believed by a bot that was started since: a denial cannot be taken away', async () => {
    const { world, stored, id } = await denied();
    await stored.vouch(id);
    const { bot } = startedSince(world, stored, 1);
    expect(await approveRequest(bot, { by: carol, id, revision: 1 })).toMatchObject(brokenLog);
    expect(world.alarms).toContain('The log of a request cannot be believed; nothing is done for it');
    // Without the cut it is denied, as it was.
    const whole = startedSince(world, stored);
    expect(await approveRequest(whole.bot, { by: carol, id, revision: 1 })).not.toMatchObject(brokenLog);
  });

  test('is not believed either where the audit channel alone still has that checkpoint', async () => {
    const { world, stored, id } = await denied();
    const posted = await stored.vouch(id);
    stored.edit((lines) => lines.slice(0, -1));
    const { bot, told } = startedSince(world, stored, 1);
    expect((await find(bot, id)).type).toBe('found');
    expect(await told.intact()).toBe(1);
    told.learn([posted]);
    expect(await approveRequest(bot, { by: carol, id, revision: 1 })).toMatchObject(brokenLog);
  });

  test('is applied by no worker that was started since, when the approval was taken back', async () => {
    const world = createWorld();
    const stored = checkpointsOf(world);
    const chain = await file(world);
    const { id } = chain.request.asked;
    await approveRequest(world.bot, { by: bob, id, revision: 1 });
    const approved = await find(world.bot, id);
    if (approved.type !== 'found') throw new Error('It is gone');
    const { length } = approved.chain.entries;
    expect(await revokeGrant(world.bot, { by: bob, id, reason: 'not now' })).toMatchObject({ ok: true });
    await stored.vouch(id);
    const { worker } = startedSince(world, stored, length);
    const bindings = () => world.cluster.objects().filter(({ ref }) => ref.kind === 'RoleBinding');
    await applyApproved(worker, approved.chain);
    expect(bindings()).toEqual([]);
    expect(world.alarms).toContain('The log of a request cannot be believed; nothing is done for it');
    // It is this that keeps it from being applied.
    const { toldBefore: _, ...unaware } = worker;
    await applyApproved(unaware, approved.chain);
    expect(bindings()).toHaveLength(1);
  });

  test('may have grown since, and be of a request of which none speaks', async () => {
    const { world, stored, id } = await denied();
    const { bot, worker } = startedSince(world, stored);
    expect((await find(bot, id)).type).toBe('found');
    const other = await file(world, { origin: 'form 2' });
    expect((await find(bot, other.request.asked.id)).type).toBe('found');
    await approveRequest(bot, { by: bob, id: other.request.asked.id, revision: 1 });
    await settle({ ...world, worker });
    expect((await find(bot, other.request.asked.id)) as object).toMatchObject({
      chain: { request: { state: { status: 'active' } } },
    });
  });
});

describe('what checkpoints say', () => {
  test('is read on as it is added, and never forgotten when they are cut', async () => {
    const { world, stored, id } = await denied();
    const { told, later } = startedSince(world, stored);
    expect(await told.of(id)).toMatchObject({ version: 1 });
    await stored.vouch(id);
    expect(await told.of(id)).toMatchObject({ version: 1 });
    later();
    expect(await told.of(id)).toMatchObject({ version: 2 });
    stored.edit(() => []);
    later();
    expect(await told.of(id)).toMatchObject({ version: 2 });
    stored.edit(() => ['nothing of ours']);
    later();
    expect(await told.of(id)).toMatchObject({ version: 2 });
  });

  test('is known to have a gap, wherever one is: what is behind it is to be asked for in the channel', async () => {
    const { world, stored, id } = await denied();
    for (let more = 0; more < 3; more += 1) await stored.vouch(id);
    const intact = () => startedSince(world, stored).told.intact();
    expect(await intact()).toBe(4);
    const { trust } = world.bot;
    stored.edit((lines) => lines.filter((line) => readCheckpoint(line, trust)?.checkpoint.number !== 3));
    expect(await intact()).toBe(2);
    stored.edit((lines) => lines.slice(1));
    expect(await intact()).toBe(0);
    stored.edit(() => []);
    expect(await intact()).toBe(0);
  });

  test('is believed only where a bot has signed it', async () => {
    const { world, stored, id } = await denied();
    const keys = createMemoryKeys();
    const forged = writeCheckpoint(
      undefined,
      [headOf(id, 9, 'f'.repeat(64))],
      world.now(),
      keys.signer('bot'),
      keys.trust,
    );
    stored.edit((lines) => [...lines, checkpointLine(forged)]);
    expect(await startedSince(world, stored).told.of(id)).toMatchObject({ version: 1 });
  });

  test('that cannot be read is a fault, and is read again the next time', async () => {
    const { world, stored, id } = await denied();
    let isAway = true;
    const count = async () => {
      if (isAway) throw new Error('Redis is away');
      return stored.checkpoints.count();
    };
    const told = createToldHeads({
      checkpoints: { ...stored.checkpoints, count },
      trust: world.bot.trust,
      moment: () => 0,
    });
    await expect(told.of(id)).rejects.toThrow('Redis is away');
    isAway = false;
    expect(await told.of(id)).toMatchObject({ version: 1 });
  });
});

test('nobody is answered before what stands elsewhere was read', async () => {
  const { world, stored, id } = await denied();
  const { told } = startedSince(world, stored);
  const reading = Promise.withResolvers<void>();
  told.waitFor(reading.promise);
  let answered = false;
  const asked = told.of(id).then((said) => {
    answered = true;
    return said;
  });
  expect(await told.intact()).toBeGreaterThanOrEqual(0);
  // What only ends something does not wait for Slack.
  expect(await told.ofRedis(id)).toMatchObject({ version: expect.any(Number) });
  expect(answered).toBe(false);
  reading.resolve();
  expect(await asked).toMatchObject({ version: expect.any(Number) });
});
