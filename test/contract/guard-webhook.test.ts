import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { examineCluster } from '#adapters/kubernetes/examine.ts';
import { needsOfGuard } from '#adapters/kubernetes/needs.ts';
import type { Call } from '#adapters/kubernetes/raw-client.ts';
import { createWebhooks } from '#adapters/kubernetes/webhooks.ts';
import { authoritiesIn, bundleIn, withBundle } from '#domain/guard/bundle.ts';
import { alterationsOf, nothingHeld, ruledAlike, webhooksIn } from '#domain/guard/webhook.ts';
import type { Manifest } from '#domain/plan.ts';
import { guarded, protection } from '#test/build/guarded.ts';
import { faultOf } from '#test/contract/parts/bad-server.ts';
import { configurations, type GuardWorld, own, startGuardWorld } from '#test/contract/parts/guard-world.ts';
import { createMemoryWebhooks } from '#test/memory/webhooks.ts';
import type { Webhooks } from '#use-cases/keep-webhook.ts';

let world: GuardWorld;
beforeAll(async () => {
  world = await startGuardWorld();
});
afterEach(() => world.remove());
afterAll(() => world?.close());

const foreign = {
  admissionReviewVersions: ['v1'],
  sideEffects: 'None',
  clientConfig: { url: 'https://127.0.0.1:1/' },
  rules: [],
};
const wanted = guarded([protection()]);
const live = async (webhooks: Webhooks = world.webhooks): Promise<Manifest> => {
  const found = await webhooks.get();
  if (found === undefined) throw new Error('there is no configuration');
  return found;
};
const versionOf = async (): Promise<string> =>
  z.object({ metadata: z.object({ resourceVersion: z.string() }) }).parse(await live()).metadata.resourceVersion;
const authorities = async (): Promise<readonly string[]> => authoritiesIn(bundleIn(await live()) ?? '');

describe.each([
  ['in memory', () => createMemoryWebhooks()],
  ['of a real API server', (): Webhooks => world.webhooks],
])('a webhook configuration %s', (_, open) => {
  it('is created once, and replaced at the version that was read only', async () => {
    const webhooks = open();
    expect(await webhooks.get()).toBeUndefined();
    expect(await webhooks.create(wanted)).toBe('written');
    expect(await webhooks.create(wanted)).toBe('moved');
    const before = await live(webhooks);
    expect(await webhooks.replace(withBundle(before, btoa('a')))).toBe('written');
    expect(await webhooks.replace(withBundle(before, btoa('b')))).toBe('moved');
    expect(bundleIn(await live(webhooks))).toBe(btoa('a'));
  });

  it('that is not there is not replaced', async () => {
    const there = open();
    await there.create(wanted);
    const before = await live(there);
    await world.remove();
    const gone = there === world.webhooks ? there : open();
    expect(await gone.replace(before)).toBe('moved');
    expect(await gone.get()).toBeUndefined();
  });
});

it('is not replaced whatever is there', async () => {
  await world.webhooks.create(wanted);
  await expect(world.webhooks.replace(wanted)).rejects.toThrow('can only be replaced with its resourceVersion');
});

describe('a worker with the generated roles', () => {
  it.each<[string, Manifest]>([
    ['by name', wanted],
    ['by pattern', guarded([protection({ namespaces: ['team-*'] })])],
    ['of all namespaces', guarded([protection()], { selectsNamespaces: false })],
    ['for a guard elsewhere', guarded([protection()], { at: { url: 'https://127.0.0.1:8443/' } })],
    ['of nothing', nothingHeld()],
  ])('makes a configuration that the API server takes, and finds it as it made it: %s', async (_, configuration) => {
    const keeper = world.keeper(() => configuration);
    await keeper.look();
    expect(alterationsOf(await live(), configuration)).toEqual([]);
    expect(keeper.infos).toEqual(['The webhook configuration of the guard was created']);
    const version = await versionOf();
    await keeper.look();
    expect(await versionOf()).toBe(version);
    expect(keeper.alarms).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['rules', { rules: [] }, 'rules is absent, not [{'],
    ['failurePolicy', { failurePolicy: 'Ignore' }, 'failurePolicy is "Ignore", not "Fail"'],
    ['objectSelector', { objectSelector: { matchLabels: { held: 'yes' } } }, 'objectSelector is {"matchLabels"'],
    ['namespaceSelector', { namespaceSelector: { matchLabels: { held: 'yes' } } }, 'namespaceSelector is {'],
    ['matchPolicy', { matchPolicy: 'Exact' }, 'matchPolicy is "Exact"'],
    ['sideEffects', { sideEffects: 'None' }, 'sideEffects is "None"'],
    ['address', { clientConfig: { service: null, url: 'https://127.0.0.1:1/' } }, 'clientConfig is {"url"'],
    ['path', { clientConfig: { service: { path: '/elsewhere' } } }, '"path":"/elsewhere"'],
    ['webhook beside it', { name: 'foreign.example.org', ...foreign }, 'webhook "foreign.example.org" was added'],
  ])('notices another %s, and puts it back with the authorities in it', async (_, change, words) => {
    const keeper = world.keeper(() => wanted);
    await keeper.look();
    const guard = await world.offering();
    await guard.offer();
    await keeper.look();
    await world.tamper(change);
    await keeper.look();
    expect(keeper.alarms).toEqual([expect.stringContaining(words)]);
    expect(ruledAlike(await live(), wanted)).toBe(true);
    expect(await authorities()).toEqual([guard.ca.trim()]);
    await keeper.look();
    expect(keeper.alarms).toHaveLength(1);
  });

  it('notices that it was removed, and creates it again', async () => {
    const keeper = world.keeper(() => wanted);
    await keeper.look();
    await world.remove();
    await keeper.look();
    expect(keeper.alarms).toEqual(['The webhook configuration of the guard was removed; it is put back']);
    expect(ruledAlike(await live(), wanted)).toBe(true);
  });

  it('tells that the authorities were taken out; the guard puts its own back', async () => {
    const keeper = world.keeper(() => wanted);
    await keeper.look();
    const guard = await world.offering();
    await guard.offer();
    await keeper.look();
    await world.tamper({ clientConfig: { caBundle: null } });
    await keeper.look();
    expect(keeper.alarms).toEqual([expect.stringContaining('authorities of the guards were taken out')]);
    expect(await guard.offer()).toBe(true);
    expect(guard.alarms).toHaveLength(1);
    expect(await authorities()).toEqual([guard.ca.trim()]);
    await keeper.look();
    expect(keeper.alarms).toHaveLength(1);
  });

  it('follows the policy, and leaves a configuration without webhooks when nothing is protected any more', async () => {
    let policy: Manifest | undefined = wanted;
    const keeper = world.keeper(() => policy);
    await keeper.look();
    const wider = guarded([protection({ namespaces: ['shop', 'pay'], resources: ['ingress', 'configmap'] })]);
    for (const next of [wider, undefined, wanted]) {
      policy = next;
      await keeper.look();
      expect(ruledAlike(await live(), next ?? nothingHeld())).toBe(true);
    }
    expect(webhooksIn(await live())).toHaveLength(1);
    expect(keeper.alarms).toEqual([]);
    expect(keeper.infos).toHaveLength(4);
  });

  it('puts it back no more once its right to is taken away: so people get by when no guard can be had', async () => {
    const keeper = world.keeper(() => wanted);
    await keeper.look();
    const binding = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/hallpass-worker-guard';
    const before = await world.setUp('GET', binding);
    await world.setUp('DELETE', binding);
    await expect
      .poll(() =>
        createWebhooks(world.worker)
          .get()
          .then(
            () => 200,
            () => 403,
          ),
      )
      .toBe(403);
    await world.remove();
    await expect(keeper.look()).rejects.toThrow('403 Forbidden');
    expect(await world.webhooks.get()).toBeUndefined();
    const { metadata, ...rest } = z.looseObject({ metadata: z.object({ name: z.string() }) }).parse(before);
    await world.setUp('POST', binding.slice(0, binding.lastIndexOf('/')), { ...rest, metadata });
    await expect
      .poll(() =>
        keeper.look().then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
  });
});

describe('guards with the generated roles', () => {
  it('offer their authorities at once and all stand there in the end, as often as it takes', async () => {
    await world.webhooks.create(wanted);
    const guards = await Promise.all([1, 2, 3, 4].map(() => world.offering()));
    const rounds: (readonly boolean[])[] = [];
    while (rounds.at(-1)?.every((stands) => stands) !== true && rounds.length < 10)
      rounds.push(await Promise.all(guards.map(({ offer }) => offer())));
    expect(rounds.at(-1)).toEqual([true, true, true, true]);
    expect((await authorities()).toSorted()).toEqual(guards.map(({ ca }) => ca.trim()).sort());
    expect(guards.flatMap(({ alarms }) => alarms)).toEqual([]);
    expect(ruledAlike(await live(), wanted)).toBe(true);
  });

  it('stand nowhere before there is a configuration', async () => {
    expect(await (await world.offering()).offer()).toBe(false);
  });

  it('need no more than they are given, as the doctor sees it', async () => {
    const { findings } = await examineCluster(world.guard, needsOfGuard('hallpass'), []);
    expect(findings.filter(({ type }) => type === 'wrong')).toEqual([]);
    expect(findings.map(({ text }) => text)).toContainEqual(
      expect.stringContaining('on "hallpass-guard" in the whole cluster (2)'),
    );
  });

  it.each<[number, Omit<Call, 'saying'>]>([
    [403, { method: 'GET', path: configurations }],
    [403, { method: 'POST', path: configurations, body: { ...wanted, metadata: { name: 'another' } } }],
    [403, { method: 'GET', path: `${configurations}/another` }],
    [403, { method: 'PUT', path: `${configurations}/another`, body: { ...wanted, metadata: { name: 'another' } } }],
    [403, { method: 'DELETE', path: own }],
    [403, { method: 'PATCH', path: own, body: {}, contentType: 'application/merge-patch+json' }],
    [403, { method: 'GET', path: own.replace('validating', 'mutating') }],
    [404, { method: 'GET', path: '/api/v1/namespaces/hallpass-markers/configmaps/none' }],
    [403, { method: 'GET', path: '/api/v1/namespaces/hallpass-markers/configmaps' }],
    [403, { method: 'GET', path: '/api/v1/namespaces/hallpass-markers/secrets/none' }],
    [403, { method: 'GET', path: '/api/v1/namespaces/hallpass/configmaps/hallpass-policy' }],
    [404, { method: 'GET', path: '/api/v1/namespaces/none' }],
    [403, { method: 'GET', path: '/api/v1/namespaces' }],
    [403, { method: 'GET', path: '/apis/networking.k8s.io/v1/namespaces/default/ingresses/none' }],
  ])('are answered %s to %o', async (status, call) => {
    await world.webhooks.create(wanted);
    const fault = await faultOf(world.guard.call({ ...call, saying: 'try it' }, z.unknown()));
    expect(fault.kubernetes.status).toBe(status);
  });
});
