import { expect, test } from 'vitest';
import { authoritiesIn, bundleIn, withBundle } from '#domain/guard/bundle.ts';
import { inEdition, readEdition } from '#domain/guard/edition.ts';
import { nothingHeld, webhooksIn } from '#domain/guard/webhook.ts';
import type { Manifest } from '#domain/plan.ts';
import { guarded, protection } from '#test/build/guarded.ts';
import { noon } from '#test/build/requests.ts';
import { createMemoryKeys } from '#test/memory/keys.ts';
import { createMemoryWebhooks } from '#test/memory/webhooks.ts';
import type { Webhooks } from './keep-webhook.ts';
import { createAuthorityOffer } from './offer-authority.ts';

const keys = createMemoryKeys();
const pem = (name: string): string => `-----BEGIN CERTIFICATE-----\n${btoa(name)}\n-----END CERTIFICATE-----`;
const configuration = (edition: number): Manifest =>
  inEdition(guarded([protection()]), edition, 'prod', keys.signer('worker'));

const createWorld = () => {
  const webhooks = createMemoryWebhooks();
  webhooks.put(configuration(1));
  const alarms: string[] = [];
  const ends = new Map<string, Temporal.Instant>();
  const guard = (name: string, over: Partial<Webhooks> = {}, isForUs: (live: Manifest) => boolean = () => true) => {
    let ca = pem(name);
    const offer = createAuthorityOffer({
      cluster: 'prod',
      webhooks: { ...webhooks, ...over },
      ca: () => `${ca}\n`,
      now: async () => noon,
      endOf: (certificate) => ends.get(certificate) ?? noon.add({ hours: 1 }),
      alarm: (message, { others }) => void alarms.push(`${message} (${others})`),
      isForUs,
    });
    return {
      offer,
      renew: (next: string) => {
        ca = pem(next);
      },
    };
  };
  const live = (): Manifest => webhooks.live() ?? nothingHeld();
  return {
    webhooks,
    guard,
    alarms,
    ends,
    live,
    authorities: () => authoritiesIn(bundleIn(live()) ?? ''),
    putAuthorities: (...pems: string[]) => webhooks.put(withBundle(live(), btoa(pems.join('\n')))),
  };
};
const takenOut = 'The authority of a guard was taken out of the webhook configuration; it is put back';

test('a guard adds its authority once, and stands there from then on', async () => {
  const world = createWorld();
  const { offer } = world.guard('a');
  expect(await offer()).toBe(true);
  expect(await offer()).toBe(true);
  expect(world.authorities()).toEqual([pem('a')]);
  expect(world.webhooks.writes()).toBe(1);
});

test('guards leave each other there, also when both write at once', async () => {
  const world = createWorld();
  const [a, b] = [world.guard('a'), world.guard('b')];
  const both = await Promise.all([a.offer(), b.offer()]);
  expect(both.filter((stands) => stands)).toHaveLength(1);
  expect([await a.offer(), await b.offer()]).toEqual([true, true]);
  expect(world.authorities().toSorted()).toEqual([pem('a'), pem('b')]);
});

test.each<[string, Manifest | undefined]>([
  ['is absent', undefined],
  ['asks about nothing', nothingHeld()],
])('no guard stands in a configuration that %s', async (_, there) => {
  const world = createWorld();
  world.webhooks.put(there);
  expect(await world.guard('a').offer()).toBe(false);
  expect(world.webhooks.writes()).toBe(0);
});

test('a renewed authority is added beside the one before it, which leaves when it has ended', async () => {
  const world = createWorld();
  const guard = world.guard('old');
  await guard.offer();
  guard.renew('new');
  expect(await guard.offer()).toBe(true);
  expect(world.authorities()).toEqual([pem('old'), pem('new')]);
  world.ends.set(pem('old'), noon);
  expect(await guard.offer()).toBe(true);
  expect(world.authorities()).toEqual([pem('new')]);
  expect(world.alarms).toEqual([]);
});

test('a guard still stands there when only what it would tidy up was moved', async () => {
  const world = createWorld();
  await world.guard('a').offer();
  world.putAuthorities(pem('ended'), pem('a'));
  world.ends.set(pem('ended'), noon);
  expect(await world.guard('a', { replace: async () => 'moved' }).offer()).toBe(true);
  expect(await world.guard('b', { replace: async () => 'moved' }).offer()).toBe(false);
});

test('an authority that somebody has taken out is put back, and told once', async () => {
  const world = createWorld();
  const { offer } = world.guard('a');
  await offer();
  for (const others of [[], [pem('x'), pem('y')]]) {
    world.putAuthorities(...others);
    expect(await offer()).toBe(true);
    expect(world.authorities()).toEqual([...others, pem('a')]);
    await offer();
  }
  expect(world.alarms).toEqual([`${takenOut} (0)`, `${takenOut} (2)`]);
});

test('of one that a worker wrote anew the worker tells', async () => {
  const world = createWorld();
  const { offer } = world.guard('a');
  await offer();
  world.webhooks.put(configuration(2));
  expect(await offer()).toBe(true);
  expect(world.alarms).toEqual([]);
});

test('another webhook beside it is left alone, and alarms no guard', async () => {
  const world = createWorld();
  const { offer } = world.guard('a');
  await offer();
  const foreign = { name: 'foreign.example.org', clientConfig: {} };
  world.webhooks.put({ ...world.live(), webhooks: [...webhooksIn(world.live()), foreign] });
  expect(await offer()).toBe(true);
  expect(world.webhooks.writes()).toBe(1);
  expect(world.alarms).toEqual([]);
});

test('what holds writes by another policy than the guard has, or for another cluster, gets no authority of it; once it is said', async () => {
  const world = createWorld();
  const isForUs = (live: Manifest): boolean => readEdition('stage', live, keys.trust) !== undefined;
  const { offer } = world.guard('one', {}, isForUs);
  expect(await offer()).toBe(false);
  expect(await offer()).toBe(false);
  expect(world.authorities()).toEqual([]);
  expect(world.alarms).toEqual([expect.stringContaining('this guard would let all of them in, and stays away')]);
  world.webhooks.put(inEdition(guarded([protection()]), 2, 'stage', keys.signer('worker')));
  expect(await offer()).toBe(true);
  expect(world.authorities()).toHaveLength(1);
});
