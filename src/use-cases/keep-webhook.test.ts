import { expect, test } from 'vitest';
import type { JsonMap } from '#domain/content/tree.ts';
import { bundleIn, withBundle } from '#domain/guard/bundle.ts';
import { editionClaimed } from '#domain/guard/edition.ts';
import { nothingHeld, ruledAlike, webhooksIn } from '#domain/guard/webhook.ts';
import type { Manifest } from '#domain/plan.ts';
import { guarded, protection } from '#test/build/guarded.ts';
import { noon } from '#test/build/requests.ts';
import { createMemoryKeys } from '#test/memory/keys.ts';
import { createMemoryWebhooks, type MemoryWebhooks } from '#test/memory/webhooks.ts';
import { createWebhookKeeper } from './keep-webhook.ts';

const keys = createMemoryKeys();
const shop = guarded([protection()]);
const shopAndPay = guarded([protection({ namespaces: ['pay', 'shop'] })]);
const bundle = btoa('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
const removed = 'The webhook configuration of the guard was removed; it is put back';
const changed = 'The webhook configuration of the guard was changed by somebody else; it is put back';
const disagreeing = 'Workers do not agree on what is protected; this one puts in what its own policy says';
const emptied = 'The authorities of the guards were taken out of their webhook configuration; they put them back';
const unanswered = 'No guard answers for what is protected: all writes of it are refused';
const created = 'The webhook configuration of the guard was created';
const following = 'The webhook configuration of the guard follows the policy';

const createWorld = () => {
  const webhooks = createMemoryWebhooks();
  let now = noon;
  /** A worker with a policy of its own, and what it has said since that was last asked. */
  const worker = (policy: Manifest | undefined, over: Partial<MemoryWebhooks> = {}) => {
    let wanted = policy;
    const alarms: { message: string; fields: Readonly<Record<string, string>> }[] = [];
    const infos: string[] = [];
    const keep = createWebhookKeeper({
      cluster: 'prod',
      webhooks: { ...webhooks, ...over },
      wanted: () => wanted,
      signer: keys.signer('worker'),
      trust: keys.trust,
      now: async () => now,
      alarm: (message, fields) => void alarms.push({ message, fields }),
      info: (message) => void infos.push(message),
    });
    const look = async () => {
      await keep();
      const said = { alarms: alarms.splice(0).map(({ message }) => message), infos: infos.splice(0) };
      return said;
    };
    return {
      look,
      keep,
      alarms,
      reads: (next: Manifest | undefined) => {
        wanted = next;
      },
    };
  };
  const live = (): Manifest => {
    const found = webhooks.live();
    if (found === undefined) throw new Error('there is no configuration');
    return found;
  };
  return {
    webhooks,
    worker,
    live,
    advance: (by: Temporal.DurationLike) => {
      now = now.add(by);
    },
    /** As somebody does it who may write the configuration, and leaves the rest as it is. */
    tamper: (change: JsonMap) =>
      webhooks.put({ ...live(), webhooks: webhooksIn(live()).map((webhook) => ({ ...webhook, ...change })) }),
    guardsOffer: () => webhooks.put(withBundle(live(), bundle)),
  };
};
const silence = { alarms: [], infos: [] };

test('what was never there is created without an alarm, and is then left as it is', async () => {
  const world = createWorld();
  const worker = world.worker(shop);
  expect(await worker.look()).toEqual({ alarms: [], infos: [created] });
  world.guardsOffer();
  expect(await worker.look()).toEqual(silence);
  expect(ruledAlike(world.live(), shop)).toBe(true);
  expect(world.webhooks.writes()).toBe(1);
});

test('what was removed is created again, with one alarm each time', async () => {
  const world = createWorld();
  const worker = world.worker(shop);
  await worker.look();
  for (const _ of [1, 2]) {
    world.webhooks.put(undefined);
    expect(await worker.look()).toEqual({ alarms: [removed], infos: [] });
    expect(ruledAlike(world.live(), shop)).toBe(true);
    expect(await worker.look()).toEqual(silence);
  }
});

test('what was changed is put back with the authorities in it, and the alarm says what it was', async () => {
  const world = createWorld();
  const worker = world.worker(shop);
  await worker.look();
  world.guardsOffer();
  world.tamper({ failurePolicy: 'Ignore', objectSelector: { matchLabels: { a: 'b' } } });
  await worker.keep();
  expect(worker.alarms).toEqual([
    {
      message: changed,
      fields: {
        cluster: 'prod',
        difference: 'objectSelector is {"matchLabels":{"a":"b"}}, not {}; failurePolicy is "Ignore", not "Fail"',
      },
    },
  ]);
  expect(ruledAlike(world.live(), shop)).toBe(true);
  expect(bundleIn(world.live())).toBe(bundle);
});

test('what was changed before this worker came is put back with an alarm too', async () => {
  const world = createWorld();
  await world.worker(shop).look();
  world.tamper({ failurePolicy: 'Ignore' });
  expect(await world.worker(shop).look()).toEqual({ alarms: [changed], infos: [] });
});

test('annotations and labels of others stay; ours come back without a word', async () => {
  const world = createWorld();
  const worker = world.worker(shop);
  await worker.look();
  const { metadata } = world.live();
  world.webhooks.put({
    ...world.live(),
    metadata: { ...metadata, labels: { theirs: 'x' }, annotations: { ...metadata.annotations, theirs: 'y' } },
  });
  expect(await worker.look()).toEqual(silence);
  expect(world.live().metadata.labels).toEqual({ theirs: 'x', ...shop.metadata.labels });
  expect(world.live().metadata.annotations).toMatchObject({ theirs: 'y' });
});

test('where it cannot be put back, that it was changed is said once, and each round fails', async () => {
  const world = createWorld();
  const worker = world.worker(shop);
  await worker.look();
  world.tamper({ failurePolicy: 'Ignore' });
  world.webhooks.failWith(new Error('forbidden'));
  for (const _ of [1, 2, 3]) await expect(worker.look()).rejects.toThrow('forbidden');
  expect(worker.alarms.map(({ message }) => message)).toEqual([changed]);
  world.webhooks.failWith(undefined);
  expect((await worker.look()).infos).toEqual([]);
  expect(ruledAlike(world.live(), shop)).toBe(true);
});

test('a policy that has changed is followed without an alarm, and so is one that goes back', async () => {
  const world = createWorld();
  const worker = world.worker(shop);
  await worker.look();
  world.guardsOffer();
  for (const next of [shopAndPay, shop]) {
    worker.reads(next);
    expect(await worker.look()).toEqual({ alarms: [], infos: [following] });
    expect(ruledAlike(world.live(), next)).toBe(true);
    expect(bundleIn(world.live())).toBe(bundle);
    expect(await worker.look()).toEqual(silence);
  }
});

test('a worker that starts with another policy than the last one had follows it without an alarm', async () => {
  const world = createWorld();
  await world.worker(shop).look();
  expect(await world.worker(shopAndPay).look()).toEqual({ alarms: [], infos: [following] });
});

test('workers that read a new policy one after the other neither undo each other nor raise alarms', async () => {
  const world = createWorld();
  const [first, second] = [world.worker(shop), world.worker(shop)];
  await first.look();
  world.guardsOffer();
  await second.look();
  first.reads(shopAndPay);
  await first.look();
  for (let seconds = 0; seconds < 120; seconds += 2) {
    world.advance({ seconds: 2 });
    expect(await second.look()).toEqual(silence);
    expect(await first.look()).toEqual(silence);
  }
  second.reads(shopAndPay);
  expect(await second.look()).toEqual(silence);
  expect(ruledAlike(world.live(), shopAndPay)).toBe(true);
});

test('workers that never agree say so, and the one that stays puts in what its policy says', async () => {
  const world = createWorld();
  const [old, current] = [world.worker(shop), world.worker(shop)];
  await old.look();
  world.guardsOffer();
  await current.look();
  old.reads(shopAndPay);
  await old.look();
  await current.look();
  world.advance({ minutes: 3 });
  expect((await current.look()).alarms).toEqual([disagreeing]);
  expect(ruledAlike(world.live(), shop)).toBe(true);
  expect(await current.look()).toEqual(silence);
});

test('what a worker wrote earlier is put back like any other change when somebody else writes it again', async () => {
  const world = createWorld();
  const worker = world.worker(shop);
  await worker.look();
  const earlier = world.live();
  worker.reads(shopAndPay);
  await worker.look();
  world.webhooks.put(earlier);
  expect(await worker.look()).toEqual({ alarms: [changed], infos: [] });
  expect(ruledAlike(world.live(), shopAndPay)).toBe(true);
});

test('an edition is later than all before it, though the clock goes back', async () => {
  const world = createWorld();
  const worker = world.worker(shop);
  await worker.look();
  const before = Number(editionClaimed(world.live()));
  world.advance({ hours: -1 });
  worker.reads(shopAndPay);
  await worker.look();
  expect(Number(editionClaimed(world.live()))).toBeGreaterThan(before);
});

test('one that says the same but was written by no worker is taken over without a word', async () => {
  const world = createWorld();
  world.webhooks.put(withBundle(shop, bundle));
  const worker = world.worker(shop);
  expect(await worker.look()).toEqual(silence);
  expect(bundleIn(world.live())).toBe(bundle);
  await worker.look();
  expect(world.webhooks.writes()).toBe(1);
});

test('when nothing is protected any more it stays there without webhooks, and is kept so', async () => {
  const world = createWorld();
  const worker = world.worker(shop);
  await worker.look();
  worker.reads(undefined);
  expect((await worker.look()).infos).toEqual(['Nothing is protected any more; the API server does not ask the guard']);
  expect(world.live()).toMatchObject({ webhooks: [] });
  expect(await worker.look()).toEqual(silence);
  world.webhooks.put({ ...world.live(), webhooks: shop.webhooks });
  expect((await worker.look()).alarms).toEqual([changed]);
  expect(ruledAlike(world.live(), nothingHeld())).toBe(true);
});

test('where nothing is protected nothing is created, and what somebody else named so is left alone', async () => {
  const world = createWorld();
  const worker = world.worker(undefined);
  await worker.look();
  expect(world.webhooks.live()).toBeUndefined();
  const theirs = { ...shop, metadata: { name: 'hallpass-guard' } };
  world.webhooks.put(theirs);
  expect(await worker.look()).toEqual(silence);
  expect(world.live()).toMatchObject(theirs);
});

test('authorities that were taken out are told once, not those of one that was just created', async () => {
  const world = createWorld();
  const worker = world.worker(shop);
  await worker.look();
  expect(await worker.look()).toEqual(silence);
  world.guardsOffer();
  await worker.look();
  for (const empty of ['', btoa('nothing of use')]) {
    world.webhooks.put(withBundle(world.live(), empty));
    expect((await worker.look()).alarms).toEqual([emptied]);
    expect(await worker.look()).toEqual(silence);
    world.guardsOffer();
    expect(await worker.look()).toEqual(silence);
  }
});

test('that no guard offers an authority is told once after half a minute', async () => {
  const world = createWorld();
  const worker = world.worker(shop);
  await worker.look();
  await worker.look();
  world.advance({ seconds: 29 });
  expect(await worker.look()).toEqual(silence);
  world.advance({ seconds: 1 });
  expect((await worker.look()).alarms).toEqual([unanswered]);
  expect(await worker.look()).toEqual(silence);
});

test('of workers that find it gone at once the one that puts it back tells it', async () => {
  const world = createWorld();
  const [first, second] = [world.worker(shop), world.worker(shop, { get: async () => undefined })];
  await first.look();
  await second.look();
  world.webhooks.put(undefined);
  expect((await first.look()).alarms).toEqual([removed]);
  expect(await second.look()).toEqual(silence);
});

test('what somebody else keeps changing in between is told all the same', async () => {
  const world = createWorld();
  await world.worker(shop).look();
  world.tamper({ failurePolicy: 'Ignore' });
  const unlucky = world.worker(shop, { replace: async () => 'moved' });
  expect(await unlucky.look()).toEqual(silence);
  expect((await unlucky.look()).alarms).toEqual([changed]);
  expect(await unlucky.look()).toEqual(silence);
});

test('while the policy cannot be used everything stays as it is, and the fault is thrown', async () => {
  const world = createWorld();
  await world.worker(shop).look();
  const keep = createWebhookKeeper({
    cluster: 'prod',
    webhooks: world.webhooks,
    wanted: () => {
      throw new Error('The policy cannot be used');
    },
    signer: keys.signer('worker'),
    trust: keys.trust,
    now: async () => noon,
    alarm: () => {},
    info: () => {},
  });
  await expect(keep()).rejects.toThrow('The policy cannot be used');
  expect(world.webhooks.writes()).toBe(1);
});
