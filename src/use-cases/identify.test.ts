import { describe, expect, test } from 'vitest';
import type { PersonId } from '#domain/ids.ts';
import { alice, bob, dave } from '#test/build/people.ts';
import { rule } from '#test/build/policy.ts';
import { asking, createWorld, file, look, settle, type World } from '#test/build/world.ts';
import { approveRequest, finishGrant } from './act-on-request.ts';
import { submitRequest } from './submit-request.ts';

type Book = Map<PersonId, string> & { away?: boolean };

/** Alice has no line; Dave has one. Bot and worker ask Slack each for themselves. */
const templated = () => {
  const world = createWorld();
  world.settings.identities = world.settings.identities.filter(({ person }) => person !== alice);
  world.settings.identityTemplate = {
    domain: 'example.com',
    user: '{local}@example.com',
    groups: ['staff'],
    never: [],
  };
  const seen: PersonId[] = [];
  const asks = (book: Book) => async (person: PersonId) => {
    seen.push(person);
    if (book.away === true) throw new Error('Slack does not answer');
    return book.get(person);
  };
  const books = {
    bot: new Map([[alice, 'Alice@Example.com']]) as Book,
    worker: new Map([[alice, 'alice@example.com']]) as Book,
  };
  const bot = { ...world.bot, addressOf: asks(books.bot) };
  const worker = { ...world.worker, addressOf: asks(books.worker) };
  return { world: { ...world, bot, worker } satisfies World as World, books, seen };
};
const approved = async ({ world }: { world: World }) => {
  const chain = await file(world);
  expect((await approveRequest(world.bot, { by: bob, id: chain.request.asked.id, revision: 1 })).ok).toBe(true);
  return chain;
};
const stateOf = async (world: World, chain: Awaited<ReturnType<typeof file>>) =>
  (await look(world, chain)).request.state;
const bindings = ({ cluster }: World) => cluster.objects().filter(({ ref }) => ref.kind === 'RoleBinding');

test('who has no line gets access as the user that follows from their address, as bot and worker each find it', async () => {
  const given = templated();
  const chain = await approved(given);
  await settle(given.world);
  expect((await stateOf(given.world, chain)).status).toBe('active');
  expect(bindings(given.world)[0]?.live.subjects).toEqual([
    expect.objectContaining({ kind: 'User', name: 'alice@example.com' }),
  ]);
  expect(JSON.stringify(chain.entries)).not.toContain('example.com');
});

test('who has a line is not looked up', async () => {
  const { world, seen } = templated();
  await file(world, { by: dave, subject: dave });
  expect(seen).toEqual([]);
});

describe('nothing is filed', () => {
  test('for whom Slack has no address that fits', async () => {
    const { world, books } = templated();
    for (const address of [undefined, 'alice@evil.test', 'alice+x@example.com', 'system:masters@example.com']) {
      if (address === undefined) books.bot.delete(alice);
      else books.bot.set(alice, address);
      expect(await submitRequest(world.bot, asking())).toMatchObject({
        error: { type: 'unmapped', why: 'no-address' },
      });
    }
  });

  test('for whose address is the user of somebody with a line', async () => {
    const { world, books } = templated();
    books.bot.set(alice, 'Dave@example.com');
    expect(await submitRequest(world.bot, asking())).toMatchObject({ error: { type: 'unmapped', why: 'shared' } });
  });

  test('while Slack does not say', async () => {
    const { world, books } = templated();
    books.bot.away = true;
    expect(await submitRequest(world.bot, asking())).toMatchObject({ error: { type: 'lookup-failed' } });
    expect(world.alarms).toHaveLength(1);
  });

  test('by a bot that cannot ask', async () => {
    const { world } = templated();
    expect(await submitRequest({ ...world.bot, addressOf: undefined }, asking())).toMatchObject({
      error: { type: 'unmapped', why: 'no-address' },
    });
  });

  test('without a template', async () => {
    const { world } = templated();
    world.settings.identityTemplate = undefined;
    expect(await submitRequest(world.bot, asking())).toMatchObject({ error: { type: 'unmapped', why: 'none' } });
  });
});

describe('nothing is applied', () => {
  test('where a stolen key of the bot says that somebody is somebody else', async () => {
    const given = templated();
    given.books.bot.set(alice, 'mallory@example.com');
    const chain = await approved(given);
    await settle(given.world);
    expect(await stateOf(given.world, chain)).toMatchObject({
      status: 'lapsed',
      why: expect.stringContaining('no longer what was approved'),
    });
    expect(bindings(given.world)).toEqual([]);
  });

  test.each([
    ['their address is another by then', 'ally@example.com', 'no longer what was approved'],
    ['their address is none that fits by then', 'alice@evil.test', 'no longer configured'],
    ['they have none by then, as who was deactivated', undefined, 'no longer configured'],
    ['it is that of somebody with a line by then', 'dave@example.com', 'no longer configured'],
  ])('where %s', async (_, address, why) => {
    const given = templated();
    const chain = await approved(given);
    if (address === undefined) given.books.worker.delete(alice);
    else given.books.worker.set(alice, address);
    await settle(given.world);
    expect(await stateOf(given.world, chain)).toMatchObject({ status: 'lapsed', why: expect.stringContaining(why) });
    expect(bindings(given.world)).toEqual([]);
  });

  test('by a worker that cannot ask, and the administrators are told', async () => {
    const given = templated();
    const chain = await approved(given);
    await settle({ ...given.world, worker: { ...given.world.worker, addressOf: undefined } });
    expect((await stateOf(given.world, chain)).status).toBe('lapsed');
    expect(given.world.alarms).toEqual([expect.stringContaining('cannot ask Slack for addresses')]);
  });

  test('while Slack does not say; it is once Slack does', async () => {
    const given = templated();
    const chain = await approved(given);
    given.books.worker.away = true;
    await expect(settle(given.world)).rejects.toThrow('Slack does not answer');
    expect((await stateOf(given.world, chain)).status).toBe('approved');
    expect(bindings(given.world)).toEqual([]);
    given.books.worker.away = false;
    given.world.advance({ seconds: 3 });
    await settle(given.world);
    expect((await stateOf(given.world, chain)).status).toBe('active');
  });
});

test('nothing is approved while Slack does not say who it is for', async () => {
  const { world, books } = templated();
  const { id } = (await file(world)).request.asked;
  books.bot.away = true;
  expect(await approveRequest(world.bot, { by: bob, id, revision: 1 })).toMatchObject({ error: { type: 'not-tried' } });
});

test('a grant ends without asking Slack, and what else allows it is found through the groups of the template', async () => {
  const given = templated();
  const { world } = given;
  const chain = await approved(given);
  await settle(world);
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'staff' }];
  const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: 'staff', namespace: 'shop' } };
  const all = [{ apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: ['*'] }];
  world.cluster.put({ ...rbac, kind: 'Role', rules: all });
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'staff' };
  world.cluster.put({ ...rbac, kind: 'RoleBinding', roleRef, subjects });
  given.books.worker.away = true;
  given.seen.length = 0;
  expect((await finishGrant(world.bot, { by: alice, id: chain.request.asked.id })).ok).toBe(true);
  await settle(world);
  const state = await stateOf(world, chain);
  expect(state).toMatchObject({ status: 'revoked' });
  expect(JSON.stringify(state.status === 'revoked' ? state.proofs : [])).toContain('staff');
  expect(given.seen).toEqual([]);
});

test('a template lets nobody ask whom the rules do not', async () => {
  const { world } = templated();
  world.settings.policy = { ...world.settings.policy, rules: [rule({ ask: ['security'] })] };
  expect(await submitRequest(world.bot, asking())).toMatchObject({ error: { type: 'not-allowed' } });
});
