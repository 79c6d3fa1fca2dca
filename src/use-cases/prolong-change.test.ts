import { describe, expect, test } from 'vitest';
import type { Chain } from '#domain/request/chain.ts';
import { alice, bob, carol } from '#test/build/people.ts';
import { rule } from '#test/build/policy.ts';
import { type gate, minutes, setting, worldOf } from '#test/build/rule-world.ts';
import { cutOffAt, file, look, settle, type World } from '#test/build/world.ts';
import { approveRequest, finishGrant, revokeGrant } from './act-on-request.ts';
import { type Extending, extendGrant, offersExtension } from './extend-grant.ts';
import { commit, find } from './request-log.ts';
import { createStepRunner, runStep } from './run-step.ts';
import { createJournalSweep } from './sweep-journals.ts';

const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'gate' };
const dataOf = async ({ cluster }: World) => (await cluster.get(ref))?.live as ReturnType<typeof gate> | undefined;
const approve = async (world: World, { request }: Chain, seconds?: number): Promise<void> => {
  const done = await approveRequest(world.bot, { by: bob, id: request.asked.id, revision: 1, seconds });
  if (!done.ok) throw new Error(`It was not approved: ${JSON.stringify(done.error.type)}`);
};
/** The gate's limit is 12 for ten minutes since noon; a rule gives half an hour at most. */
const changed = async () => {
  const world = worldOf(rule({ duration: { default: minutes(10), longest: minutes(30) } }));
  const filed = await file(world, setting({ limit: '12' }));
  await approve(world, filed);
  await settle(world);
  return { world, chain: await look(world, filed) };
};
const extend = (world: World, { request }: Chain, more: Partial<Extending> = {}) =>
  extendGrant(world.bot, { by: alice, id: request.asked.id, source: 'slack', duration: '10m', ...more });
const asked = async (world: World, chain: Chain, more: Partial<Extending> = {}): Promise<Chain> => {
  const filed = await extend(world, chain, more);
  if (filed.ok) return filed.value;
  throw new Error(`It was refused: ${JSON.stringify(filed.error)}`);
};
const stateOf = async (world: World, chain: Chain) => (await look(world, chain)).request.state;
const typesOf = async (world: World, chain: Chain) => (await look(world, chain)).entries.map(({ event }) => event.type);
const endsAt = async (world: World, chain: Chain): Promise<string> => {
  const state = await stateOf(world, chain);
  return state.status === 'active' ? state.expiresAt.toString() : state.status;
};
const limitIn = async (world: World): Promise<unknown> => (await dataOf(world))?.data;
const sweepJournals = ({ worker, cluster }: World) =>
  createJournalSweep(worker, createStepRunner(worker))(cluster, true);

describe('a change in force', () => {
  test('lasts longer once that is approved, without being touched, and is taken back then', async () => {
    const { world, chain } = await changed();
    expect(offersExtension(world.settings, chain.request)).toBe(true);
    const before = (await world.cluster.get(ref))?.live.metadata;
    const more = await asked(world, chain);
    await approve(world, more);
    await settle(world);
    expect(await stateOf(world, more)).toMatchObject({ status: 'completed' });
    expect(await endsAt(world, chain)).toBe('2026-11-20T12:20:00Z');
    expect((await world.cluster.get(ref))?.live.metadata).toEqual(before);
    world.advance({ minutes: 10 });
    await settle(world);
    await sweepJournals(world);
    expect(await limitIn(world)).toEqual({ auth: 'on', limit: '12' });
    world.advance({ minutes: 7 });
    await settle(world);
    world.advance({ minutes: 3 });
    await settle(world);
    expect(await stateOf(world, chain)).toMatchObject({ status: 'revoked', cause: 'expired' });
    expect(await limitIn(world)).toEqual({ auth: 'on', limit: '10' });
    expect((await typesOf(world, chain)).slice(-3)).toEqual(['prolonged', 'warned', 'ended']);
  });

  test('is not taken back by a list of journals from before it was let last longer', async () => {
    const { world, chain } = await changed();
    const before = await world.cluster.journals('hallpass-markers', 'hallpass.dev/request');
    expect(before).toHaveLength(1);
    const more = await asked(world, chain);
    await approve(world, more);
    await settle(world);
    world.advance({ minutes: 11 });
    const lagging = { ...world.cluster, journals: async () => before };
    const journals = createJournalSweep(world.worker, createStepRunner(world.worker));
    await journals(lagging, false);
    expect(await limitIn(world)).toEqual({ auth: 'on', limit: '12' });
    world.advance({ minutes: 10 });
    await journals(lagging, false);
    expect(await limitIn(world)).toEqual({ auth: 'on', limit: '10' });
  });

  test('shows approvers what stays as it is, and who approves for less gives less', async () => {
    const { world, chain } = await changed();
    const more = await asked(world, chain);
    const { asked: said } = more.request;
    expect(said).toMatchObject({ seconds: 600, extends: { request: chain.request.asked.id } });
    const content = await world.contents.read(said.id, said.content?.digest ?? '');
    expect(content).toContain('+  limit: \\"12\\"');
    expect(content).toContain('-  limit: \\"10\\"');
    expect(content).toContain('Nothing is changed by this');
    await approve(world, more, 120);
    await settle(world);
    expect(await endsAt(world, chain)).toBe('2026-11-20T12:12:00Z');
  });

  test('lasts no longer than its rule gives in all, however often it is asked', async () => {
    const { world, chain } = await changed();
    for (let count = 0; count < 20; count += 1) {
      const filed = await extend(world, chain, { duration: '9m' });
      if (!filed.ok) {
        expect(filed.error.refusal).toMatchObject({ type: 'at-maximum' });
        break;
      }
      await approve(world, filed.value);
      await settle(world);
    }
    expect(await endsAt(world, chain)).toBe('2026-11-20T12:30:00Z');
  });

  test('is not let last longer where somebody else changed the same place, and other places disturb nobody', async () => {
    const { world, chain } = await changed();
    const more = await asked(world, chain);
    const edit = (data: Record<string, string>) =>
      world.cluster.edit(ref, (before) => ({ ...before, data }) as never, 'kubectl-edit');
    edit({ auth: 'off', limit: '12' });
    await approve(world, more);
    await settle(world);
    expect(await endsAt(world, chain)).toBe('2026-11-20T12:20:00Z');
    const next = await asked(world, chain);
    edit({ auth: 'off', limit: '13' });
    const refused = await approveRequest(world.bot, { by: bob, id: next.request.asked.id, revision: 1 });
    expect(refused).toMatchObject({
      error: { type: 'impossible', why: expect.stringContaining('somebody else changed') },
    });
    expect(await extend(world, chain)).toMatchObject({ ok: false });
  });

  test('that was ended, or ends in a moment, is not called back', async () => {
    for (const end of ['done', 'revoked', 'expired'] as const) {
      const { world, chain } = await changed();
      const { id } = chain.request.asked;
      const more = await asked(world, chain);
      await approve(world, more);
      if (end === 'done') await finishGrant(world.bot, { by: alice, id });
      if (end === 'revoked') await revokeGrant(world.bot, { by: carol, id, reason: 'no' });
      if (end === 'expired') world.advance({ minutes: 9, seconds: 55 });
      await settle(world);
      world.advance({ seconds: 10 });
      await settle(world);
      expect([end, (await stateOf(world, chain)).status, (await stateOf(world, more)).status]).toEqual([
        end,
        'revoked',
        'lapsed',
      ]);
      expect(await limitIn(world)).toEqual({ auth: 'on', limit: '10' });
    }
  });

  test('ends by its journal at the new time, where the log is lost', async () => {
    const { world, chain } = await changed();
    await approve(world, await asked(world, chain));
    await settle(world);
    world.store.tamper(chain.request.asked.id, () => []);
    world.advance({ minutes: 15 });
    await sweepJournals(world);
    expect(await limitIn(world)).toEqual({ auth: 'on', limit: '12' });
    world.advance({ minutes: 6 });
    await sweepJournals(world);
    expect(await limitIn(world)).toEqual({ auth: 'on', limit: '10' });
  });

  test('that made or deleted an object lasts longer too', async () => {
    for (const edit of [
      {
        do: 'manifest',
        manifest: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'new' }, data: { a: 'b' } },
      },
      { do: 'delete', resource: 'configmaps', name: 'gate' },
    ]) {
      const world = worldOf(rule());
      const filed = await file(world, {
        ...setting({}),
        ask: { edits: [edit] },
        origin: JSON.stringify(edit),
      } as never);
      await approve(world, filed);
      await settle(world);
      expect((await stateOf(world, filed)).status).toBe('active');
      const more = await asked(world, await look(world, filed));
      await approve(world, more);
      await settle(world);
      expect(await endsAt(world, filed)).toBe('2026-11-20T12:20:00Z');
      world.advance({ minutes: 20 });
      await settle(world);
      expect(await limitIn(world)).toEqual({ auth: 'on', limit: '10' });
      expect(await world.cluster.get({ ...ref, name: 'new' })).toBeUndefined();
    }
  });
});

describe('a worker that is cut off while it lets a change last longer', () => {
  test.each(['before', 'after'] as const)(
    '%s any of its calls leaves it in force until one of the two times, and is made good',
    async (when) => {
      for (let nth = 1; nth < 200; nth += 1) {
        const { world, chain } = await changed();
        const more = await asked(world, chain);
        await approve(world, more);
        const cut = cutOffAt(world, nth, when);
        await runStep(cut.worker, more.request.asked.id).catch(() => undefined);
        await settle(world);
        expect([nth, await endsAt(world, chain)]).toEqual([nth, '2026-11-20T12:20:00Z']);
        expect((await stateOf(world, more)).status).toBe('completed');
        expect(await typesOf(world, chain)).toEqual(expect.not.arrayContaining(['ended']));
        expect((await typesOf(world, chain)).filter((type) => type === 'prolonged')).toHaveLength(1);
        if (!cut.failed()) return;
      }
      throw new Error('It makes more calls than that');
    },
    60_000,
  );
});

test('a stolen key of the bot lets no change last longer than its rule gives, nor another than was asked', async () => {
  const { world, chain } = await changed();
  const more = await asked(world, chain);
  await approve(world, more);
  world.settings.policy = {
    ...world.settings.policy,
    rules: [rule({ duration: { default: minutes(10), longest: minutes(15) } })],
  };
  await settle(world);
  expect(await endsAt(world, chain)).toBe('2026-11-20T12:15:00Z');
  // The bot may not write it itself.
  const found = await find(world.bot, chain.request.asked.id);
  if (found.type !== 'found') throw new Error('It is gone');
  const forged = {
    type: 'prolonged',
    by: alice,
    request: more.request.asked.id,
    expiresAt: world.now().add({ hours: 9 }),
  } as const;
  await expect(commit(world.bot, chain.request.asked.id, found.chain, [forged], world.now())).rejects.toThrow();
});
