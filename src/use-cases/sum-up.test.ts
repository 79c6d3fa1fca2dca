import { describe, expect, test } from 'vitest';
import type { Manifest } from '#domain/plan.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { Use } from '#domain/request/events.ts';
import { lateEvents } from '#domain/request/next-step.ts';
import { bob } from '#test/build/people.ts';
import { later } from '#test/build/requests.ts';
import { ingressTarget, pathTo, ruleFor, shopIngress } from '#test/build/shop-ingress.ts';
import { createWorld, cutOffAt, file, look, settle, type World } from '#test/build/world.ts';
import { refusal } from '#test/memory/refusal.ts';
import { approveRequest } from './act-on-request.ts';
import type { Asking } from './asking.ts';
import { mostOfSort } from './look-at-scope.ts';
import { noteObserved } from './note-observed.ts';
import { runStep } from './run-step.ts';
import { sweepLog } from './sweep.ts';

const use = (verb: string, name?: string, more: Partial<Use> = {}): Use => ({
  verb,
  group: 'networking.k8s.io',
  resource: 'ingresses',
  namespace: 'shop',
  ...(name === undefined ? {} : { name }),
  ...more,
});

const named = (name: string): Manifest => {
  const { metadata, ...rest } = shopIngress();
  return { ...rest, metadata: { ...metadata, name } };
};
const service: Manifest = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { ports: [{ port: 80 }] },
};

/** Alice may edit Ingresses in `shop`, where `web` is, for half an hour; audit events come unless `unwatched`. */
const granted = async (changed: Partial<Asking> = {}, { unwatched = false } = {}) => {
  const world = createWorld();
  world.cluster.put(shopIngress());
  world.cluster.put(service);
  const filed = await file(world, changed);
  const { id } = filed.request.asked;
  await approveRequest(world.bot, { by: bob, id, revision: 1 });
  await settle(world);
  const seen = (...uses: readonly Use[]) =>
    noteObserved(world.bot, { type: 'observed', id, cluster: 'prod', uses: [...uses] });
  const end = async () => {
    world.advance({ minutes: 30 });
    await settle(world);
    if (!unwatched) world.summing.watched.set('prod', world.now());
  };
  const sum = async () => {
    world.advance(lateEvents);
    await settle(world);
    return summaryIn(world, filed);
  };
  return { world, chain: filed, id, seen, end, sum };
};

const summaryIn = async (world: World, chain: Chain) => {
  const said = (await look(world, chain)).entries.flatMap(({ event }) => (event.type === 'summed-up' ? [event] : []));
  expect(said.length).toBeLessThan(2);
  return said[0];
};
const typesOf = async (world: World, chain: Chain) => (await look(world, chain)).entries.map(({ event }) => event.type);

describe('the end of a grant is summed up', () => {
  test('with what was used and what was not, by what audit events told', async () => {
    const { seen, end, sum } = await granted({ ask: { profile: 'ingress-edit', objects: ['web'] } });
    await seen(use('get', 'web'), use('patch', 'web'));
    await end();
    expect(await sum()).toMatchObject({
      seen: { by: 'audit' },
      used: [{ verbs: ['patch', 'get'], names: ['web'] }],
      unused: [
        { verbs: ['delete', 'update', 'list'], names: ['web'] },
        { verbs: ['get', 'list'], resource: 'services' },
      ],
      rights: { granted: 7, used: 2 },
    });
  });

  test('a little after the end, once, and after what is reported late', async () => {
    const { world, chain, seen, end, sum } = await granted();
    await end();
    expect(await typesOf(world, chain)).not.toContain('summed-up');
    await seen(use('delete', 'web'));
    expect(await sum()).toMatchObject({ used: [{ verbs: ['delete'], names: ['web'] }] });
    await settle(world);
    await seen(use('get', 'web'));
    world.advance({ hours: 1 });
    await settle(world);
    expect((await typesOf(world, chain)).slice(-4)).toEqual(['ended', 'observed', 'summed-up', 'observed']);
  });

  test('and says where use is not observed, or only as far as admission sees', async () => {
    const { end, sum } = await granted({}, { unwatched: true });
    await end();
    expect(await sum()).toMatchObject({ seen: { by: 'nothing' }, used: [], unused: [], rights: { used: 0 } });
  });

  test('and says until when audit events came, where they stopped before the end', async () => {
    const { world, seen, end, sum } = await granted({}, { unwatched: true });
    await seen(use('get', 'web'));
    world.summing.watched.set('prod', later(10));
    await end();
    const said = await sum();
    expect(said).toMatchObject({ seen: { by: 'audit', until: later(10) }, unused: [] });
    expect(said).not.toHaveProperty('narrower');
  });

  test('where nobody says until when audit events came, it is known as far as a use was told', async () => {
    const { world, seen, end, sum } = await granted({}, { unwatched: true });
    world.advance({ minutes: 5 });
    await seen(use('get', 'web'));
    await end();
    expect(await sum()).toMatchObject({
      seen: { by: 'audit', until: later(5) },
      used: [{ verbs: ['get'] }],
      unused: [],
    });
  });

  test('audit events from before it began tell nothing of it', async () => {
    const { world, end, sum } = await granted({}, { unwatched: true });
    world.summing.watched.set('prod', later(-1));
    await end();
    expect(await sum()).toMatchObject({ seen: { by: 'nothing' } });
  });
});

describe('what became of the objects in its scope', () => {
  test('is told place by place, whoever did it', async () => {
    const { world, end, sum } = await granted();
    world.cluster.edit(ingressTarget, (live) => ({
      ...live,
      spec: {
        ...(live.spec as object),
        ...(shopIngress([ruleFor('shop.acme.test', pathTo('/', 'beta'))]).spec as object),
      },
    }));
    world.cluster.put(named('new'));
    world.cluster.discard({ apiVersion: 'v1', kind: 'Service', namespace: 'shop', name: 'web' });
    await end();
    const said = await sum();
    expect(said?.objects.map(({ target, how }) => `${target.kind} ${target.name} ${how}`)).toEqual([
      'Ingress new created',
      'Ingress web changed',
      'Service web deleted',
    ]);
    expect(said?.objects[1]?.places).toContainEqual(
      expect.objectContaining({
        now: expect.stringContaining('beta'),
        path: expect.stringContaining('shop.acme.test'),
      }),
    );
    expect(said).toMatchObject({ compared: 3, from: later(0), notCompared: [] });
    expect(world.summing.kept.size).toBe(0);
  });

  test('of a grant for named objects only those are looked at', async () => {
    const { world, end, sum } = await granted({ ask: { profile: 'ingress-edit', objects: ['web'] } });
    world.cluster.put(named('other'));
    await end();
    expect(await sum()).toMatchObject({ objects: [], compared: 2 });
  });

  test('an object of the same name that is another one is told as that', async () => {
    const { world, end, sum } = await granted();
    world.cluster.put(shopIngress());
    await end();
    expect(await sum()).toMatchObject({ objects: [{ target: { name: 'web' }, how: 'replaced' }] });
  });

  test('what Hallpass may not read is said, and stops nothing', async () => {
    const { world, end, sum } = await granted();
    await end();
    world.cluster.breakDown((method) => (method === 'scan' ? refusal(403, 'list services', 'forbidden') : undefined));
    expect(await sum()).toMatchObject({
      compared: 0,
      notCompared: [
        { what: 'ingresses.networking.k8s.io in shop', why: 'Hallpass may not read them' },
        { what: 'services in shop', why: 'Hallpass may not read them' },
      ],
    });
  });

  test('of many objects the first by their names are compared, and none is called new for being beyond', async () => {
    const world = createWorld();
    for (let at = 0; at < mostOfSort + 20; at += 1) world.cluster.put(named(`web-${String(at).padStart(3, '0')}`));
    const filed = await file(world);
    await approveRequest(world.bot, { by: bob, id: filed.request.asked.id, revision: 1 });
    await settle(world);
    world.cluster.discard({ ...ingressTarget, name: 'web-003' });
    world.cluster.put(named('web-010-new'));
    world.advance({ minutes: 31 });
    await settle(world);
    world.advance(lateEvents);
    await settle(world);
    const said = await summaryIn(world, filed);
    expect(said?.objects.map(({ target, how }) => `${target.name} ${how}`)).toEqual([
      'web-003 deleted',
      'web-010-new created',
    ]);
    expect(said?.notCompared).toEqual([
      { what: 'ingresses.networking.k8s.io in shop', why: expect.stringContaining('the first 50') },
    ]);
  });

  test('what was kept and is lost, or was edited by somebody, is said, and nothing is made up for it', async () => {
    for (const spoil of [() => undefined, (text: string) => `${text.slice(0, -8)}AAAAAAA=`, () => 'none of ours']) {
      const { world, id, end, sum } = await granted();
      const spoilt = spoil(world.summing.kept.get(id) ?? expect.fail('nothing was kept'));
      if (spoilt === undefined) world.summing.kept.delete(id);
      else world.summing.kept.set(id, spoilt);
      world.cluster.discard(ingressTarget);
      await end();
      const said = await sum();
      expect(said).toMatchObject({ compared: 0, objects: [], notCompared: [{ what: 'all objects' }] });
      expect(said).not.toHaveProperty('from');
    }
  });

  test('what was kept of another grant tells nothing of this one', async () => {
    const { world, id, end, sum } = await granted();
    const other = await granted();
    world.summing.kept.set(id, other.world.summing.kept.get(other.id) ?? '');
    await end();
    expect(await sum()).toMatchObject({ compared: 0, notCompared: [{ what: 'all objects' }] });
  });

  test('what is kept is closed: no name and no value of an object stands in it', async () => {
    const { world, id } = await granted();
    const kept = world.summing.kept.get(id) ?? '';
    expect(kept.length).toBeGreaterThan(100);
    expect(Buffer.from(kept, 'base64').toString('latin1')).not.toContain('shop');
  });

  test('a cluster that does not answer is asked again, and at last that is said', async () => {
    const { world, end, sum, chain } = await granted();
    await end();
    world.cluster.breakDown(() => new Error('no connection'));
    world.advance(lateEvents);
    await runStep(world.worker, chain.request.asked.id);
    expect(await world.summing.drain()).toHaveLength(1);
    expect(await summaryIn(world, chain)).toBeUndefined();
    world.advance({ minutes: 2 });
    expect(await sum()).toMatchObject({ notCompared: [{ what: 'all objects', why: 'the cluster did not answer' }] });
  });
});

describe('nothing waits for a summary', () => {
  test('a grant works and is called active before anything in its scope is looked at', async () => {
    const world = createWorld();
    world.cluster.put(shopIngress());
    const filed = await file(world);
    await approveRequest(world.bot, { by: bob, id: filed.request.asked.id, revision: 1 });
    world.cluster.breakDown((method) => (method === 'scan' ? new Error('no connection') : undefined));
    await runStep(world.worker, filed.request.asked.id);
    expect((await look(world, filed)).request.state.status).toBe('active');
    expect(world.cluster.calls()).not.toContain('scan');
    expect(await world.summing.drain()).toHaveLength(1);
    expect(world.summing.kept.size).toBe(0);
  });

  test('a worker that is cut off anywhere between the end and the summary leaves both to the next one', async () => {
    for (const when of ['before', 'after'] as const)
      for (let nth = 1; nth < 60; nth += 1) {
        const { world, chain, id, end } = await granted();
        await end();
        world.advance(lateEvents);
        const cut = cutOffAt(world, nth, when);
        await runStep(cut.worker, id).catch(() => undefined);
        await world.summing.drain();
        await settle(world);
        expect(await summaryIn(world, chain)).toMatchObject({ compared: 2 });
        if (!cut.failed()) return;
      }
    expect.fail('it was never done');
  });

  test('two workers at once say it once', async () => {
    const { world, chain, id, end } = await granted();
    await end();
    world.advance(lateEvents);
    const works: (() => Promise<void>)[] = [];
    const beside = {
      ...world.worker,
      summing: { ...world.summing, later: (_: string, work: () => Promise<void>) => void works.push(work) },
    };
    await Promise.all([runStep(beside, id), runStep(beside, id)]);
    await Promise.all(works.map((work) => work()));
    expect(works).toHaveLength(2);
    expect(await summaryIn(world, chain)).toBeDefined();
  });

  test('a sweep does not look again at what is being summed up, and does what else has to be told', async () => {
    const { world, id, end } = await granted();
    await end();
    world.advance({ seconds: 20 });
    let reads = 0;
    const store = {
      ...world.store,
      read: (of: typeof id) => {
        reads += 1;
        return world.store.read(of);
      },
    };
    for (let round = 0; round < 5; round += 1) await sweepLog({ ...world.worker, store });
    expect(reads).toBe(1);
    await world.summing.drain();
    await sweepLog({ ...world.worker, store });
    expect(await world.store.news(world.now(), 10)).toEqual([]);
  });

  test('a policy that cannot be read keeps no summary from being made', async () => {
    const { world, chain, id, end, seen } = await granted();
    await seen(use('get', 'web'));
    await end();
    world.advance(lateEvents);
    const worker = {
      ...world.worker,
      settings: () => {
        throw new Error('The policy cannot be used');
      },
    };
    await runStep(worker, id);
    expect(await world.summing.drain()).toEqual([]);
    expect(await summaryIn(world, chain)).toMatchObject({ used: [{ verbs: ['get'] }], compared: 2 });
  });
});

describe('what would have been enough', () => {
  const narrowerOf = async (uses: readonly Use[], changed: Partial<Asking> = {}, options = {}) => {
    const { seen, end, sum } = await granted(changed, options);
    if (uses.length > 0) await seen(...uses);
    await end();
    return (await sum())?.narrower;
  };

  test('is offered by its names, or as another profile that the same people may ask for', async () => {
    expect(await narrowerOf([use('patch', 'web'), use('get', 'web')])).toEqual({
      profile: 'ingress-edit',
      objects: ['web'],
    });
    expect(await narrowerOf([use('get', 'web')])).toEqual({ profile: 'ingress-view', objects: ['web'] });
    expect(await narrowerOf([use('list')])).toEqual({ profile: 'ingress-view', objects: [] });
  });

  test('is not offered where it is not certain', async () => {
    expect(await narrowerOf([])).toBeUndefined();
    expect(await narrowerOf([use('get', 'web', { allowedBy: 'ClusterRoleBinding "ops"' })])).toBeUndefined();
    expect(await narrowerOf([use('get', 'web'), use('delete', 'web', { namespace: 'bank' })])).toBeUndefined();
    const services = { group: '', resource: 'services' };
    expect(await narrowerOf([use('create'), use('get', 'web', services)])).toBeUndefined();
    const many = Array.from({ length: 100 }, () => 0).map((_, at) =>
      use('get', `web-${at % 10}`, { subresource: `s${at}` }),
    );
    expect(await narrowerOf(many)).toBeUndefined();
  });
});
