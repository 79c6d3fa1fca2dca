import { describe, expect, test } from 'vitest';
import type { Admission, Write } from '#domain/guard/write.ts';
import type { RequestId } from '#domain/ids.ts';
import type { Manifest, Target } from '#domain/plan.ts';
import { createGuardWorld, type GuardWorld, heldInShop, userOf } from '#test/build/guard-world.ts';
import { askAgain } from './ask-again.ts';
import { createHeldRefresh } from './refresh-held.ts';
import { reviewWrite } from './review-write.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const secret = (data: Readonly<Record<string, string>>): Manifest => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'db', namespace: 'shop' },
  type: 'Opaque',
  data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, base64(value)])),
});
const target: Target = { apiVersion: 'v1', kind: 'Secret', namespace: 'shop', name: 'db' };
const secretWorld = (): GuardWorld => createGuardWorld({ protect: [heldInShop({ resources: ['secrets'] })] });

/** What is answered, without ids, which differ each time. */
const wordsOf = (answer: Admission): string => JSON.stringify(answer).replaceAll(/[2-9a-z]{4}-[2-9a-z]{2}/g, 'id');

describe('whoever tries values', () => {
  const pins = ['4709', '4710', '4711', '4712'];
  const alike = async (world: GuardWorld, asked: Write, tries: readonly Partial<Write>[]): Promise<void> => {
    const answers = new Set<string>();
    for (const one of tries) {
      answers.add(wordsOf(await reviewWrite(world.guard, { ...asked, ...one })));
      if (asked.dryRun) continue;
      await world.takeIn();
      answers.add(wordsOf(await reviewWrite(world.guard, { ...asked, ...one })));
    }
    expect(answers.size).toBe(asked.dryRun ? 1 : 2);
  };
  const creations = pins.map((pin) => ({ before: undefined, after: secret({ pin }), operation: 'create' as const }));

  test.each(['alice', 'mallory'])('by dry runs is told the same of each, in the name of %s', async (name) => {
    const world = secretWorld();
    const chain = await world.hold({ object: secret({ pin: '4711' }) });
    const asked = await world.ask({ object: secret({ pin: '0000' }), user: userOf(name), dryRun: true });
    await alike(world, asked, creations);
    await world.approve(chain);
    await alike(world, asked, creations);
    expect(wordsOf(await reviewWrite(world.guard, asked))).toContain('would be held until somebody agrees');
  });

  test('nor of what is there, while its deletion waits', async () => {
    const world = secretWorld();
    world.cluster.put(secret({ pin: '4711' }));
    await world.hold({ deletes: target });
    const asked = await world.ask({ deletes: target, user: userOf('mallory'), dryRun: true });
    await alike(
      world,
      asked,
      pins.map((pin) => ({ before: secret({ pin }) })),
    );
  });

  test.each(['waits', 'is denied', 'is approved'])('nor by writing what %s, unless it is their own', async (state) => {
    const world = secretWorld();
    const write = { object: secret({ pin: '4711' }) };
    const chain = await world.hold(write);
    if (state === 'is denied') await world.deny(chain);
    if (state === 'is approved') await world.approve(chain);
    await alike(world, await world.ask({ ...write, user: userOf('dave') }), creations);
    expect(Object.keys(await world.requests())).toHaveLength(5);
    const { fingerprint = '', by = '' } = chain.request.asked.held ?? {};
    expect(await world.held.intake.attempts(`${fingerprint}.${by}`)).toMatchObject({ by: userOf('alice') });
    // It is still known as what its author wrote.
    const answer = await world.write(write);
    expect(answer.allowed ? 'approved' : answer.message).toContain(
      { waits: `request ${chain.request.asked.id} waits`, 'is denied': 'was denied', 'is approved': 'approved' }[state],
    );
  });

  test('nor by the card of their own request: attempts of others are not counted there', async () => {
    const world = secretWorld();
    const write = { object: secret({ pin: '4711' }) };
    const mine = await world.hold(write);
    world.advance({ seconds: 5 });
    await world.write(write);
    await world.hold({ ...write, user: userOf('dave') });
    const drawn: RequestId[] = [];
    await createHeldRefresh(world.bot, async (id) => void drawn.push(id))();
    expect(drawn).toEqual([mine.request.asked.id]);
  });

  test('whose own write was denied ask for it again as ever', async () => {
    const world = secretWorld();
    const write = { object: secret({ pin: '4711' }) };
    const { asked } = (await world.deny(await world.hold(write))).request;
    const again = await askAgain(world.bot, {
      by: asked.requester,
      id: asked.id,
      reason: 'it is agreed with security',
    });
    if (!again.ok) throw new Error(JSON.stringify(again.error));
    await world.approve(again.value);
    expect(await world.write(write)).toMatchObject({ allowed: true });
  });

  test('who is refused is not told what somebody else wrote, and can ask again for their own', async () => {
    const world = secretWorld();
    const write = { object: secret({ pin: '4711' }) };
    await world.hold(write);
    const nobody = { ...write, user: 'nobody' };
    await world.write(nobody);
    await world.takeIn();
    expect(await world.write(nobody)).toMatchObject({ message: expect.stringContaining('nobody knows who') });
    expect(await world.write(write)).toMatchObject({ message: expect.stringContaining('waits for') });
  });
});
