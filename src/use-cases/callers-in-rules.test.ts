import { expect, test } from 'vitest';
import { askingFor, callerOver, fileAs } from '#test/build/callers.ts';
import { everything, matchIf } from '#test/build/conditions.ts';
import { alice, bob } from '#test/build/people.ts';
import { policy, rule } from '#test/build/policy.ts';
import { asking, createWorld, file, look, settle } from '#test/build/world.ts';
import { approveRequest } from './act-on-request.ts';
import { askByToken } from './ask-by-token.ts';
import { mostUnasked } from './request-log.ts';
import { submitRequest } from './submit-request.ts';

const deploy = callerOver();
const nightly = callerOver({ name: 'nightly' });
const forDeploy = rule({ name: 'for-deploy', match: { ...everything, callers: ['deploy*'] } });

const worldWith = (...rules: readonly ReturnType<typeof rule>[]) => {
  const world = createWorld();
  world.settings.policy = policy({ rules });
  world.settings.callers = [deploy, nightly];
  return world;
};

test('a rule for some pipelines decides on what they ask, and on nothing that others or people ask', async () => {
  const world = worldWith(forDeploy, rule({ name: 'rest' }));
  const ruleOf = (chain: Awaited<ReturnType<typeof file>>) => chain.request.asked.approval.rule;
  expect(ruleOf(await fileAs(world, deploy))).toBe('for-deploy');
  expect(ruleOf(await fileAs(world, nightly, { ask: { profile: 'ingress-edit', objects: ['web'] } }))).toBe('rest');
  expect(ruleOf(await file(world))).toBe('rest');
});

test('what people ask never fits such a rule, whatever they call themselves', async () => {
  const world = worldWith(forDeploy);
  expect(await submitRequest(world.bot, asking({ source: 'api' }))).toMatchObject({
    error: { passed: [{ why: 'not for where it comes from' }] },
  });
});

test('a rule that names a pipeline may approve by itself what it asks', async () => {
  const world = worldWith({ ...forDeploy, auto: true });
  const chain = await fileAs(world, deploy);
  await settle(world);
  expect((await look(world, chain)).request.state).toMatchObject({ status: 'active', by: [] });
  const silent = worldWith(rule({ auto: true }));
  expect(await askByToken(silent.bot, { type: 'caller', caller: deploy }, askingFor())).toMatchObject({
    error: { why: expect.stringContaining('match.callers') },
  });
});

test('a try that another one of the same has overtaken is told of what that has filed, and not that they have it', async () => {
  const world = worldWith(rule());
  const principal = { type: 'caller', caller: deploy } as const;
  const first = await fileAs(world, deploy);
  await approveRequest(world.bot, { by: bob, id: first.request.asked.id, revision: 1 });
  await settle(world);
  let looks = 0;
  const filedFor = async (origin: string) => {
    looks += 1;
    return looks === 1 ? undefined : world.store.filedFor(origin);
  };
  const overtaken = { ...world.bot, store: { ...world.store, filedFor } };
  const append = async () => {
    throw new Error('Nothing is filed twice');
  };
  expect(
    await askByToken({ ...overtaken, store: { ...overtaken.store, append } }, principal, askingFor()),
  ).toMatchObject({
    ok: true,
    value: { isNew: false, chain: { request: { asked: { id: first.request.asked.id } } } },
  });
  looks = 0;
  // With another key it is another ask, of what they have by now.
  expect(await askByToken(overtaken, principal, askingFor({ key: 'another' }))).toMatchObject({
    error: { type: 'already-have' },
  });
});

test('a condition knows which pipeline asks, and that people are none', async () => {
  const world = worldWith(
    rule({ name: 'nightly', match: matchIf('request.caller == "nightly"') }),
    rule({ name: 'people', match: matchIf('request.caller == ""') }),
    rule({ name: 'rest' }),
  );
  const names: string[] = [];
  for (const one of [await fileAs(world, nightly), await file(world), await fileAs(world, deploy)]) {
    names.push(one.request.asked.approval.rule);
    expect(await approveRequest(world.bot, { by: bob, id: one.request.asked.id, revision: 1 })).toMatchObject({
      ok: true,
    });
  }
  expect(names).toEqual(['nightly', 'people', 'rest']);
});

test('what was approved for a pipeline is not applied once its rule is for another one', async () => {
  const world = worldWith(forDeploy);
  const chain = await fileAs(world, deploy);
  await approveRequest(world.bot, { by: bob, id: chain.request.asked.id, revision: 1 });
  world.settings.policy = policy({ rules: [{ ...forDeploy, match: { ...everything, callers: ['nightly'] } }] });
  await settle(world);
  expect((await look(world, chain)).request.state).toMatchObject({
    status: 'lapsed',
    why: expect.stringContaining('does not speak of this'),
  });
});

test('what a pipeline has by itself leaves its person what they may have, and the other way round', async () => {
  const auto = rule({ name: 'auto', auto: true, match: { ...everything, sources: ['api', 'slack'] } });
  const world = worldWith(auto);
  const objectsOf = (nth: number) => ({ ask: { profile: 'ingress-edit', objects: [`web-${nth}`] } });
  for (let nth = 0; nth < mostUnasked; nth += 1) await fileAs(world, deploy, { ...objectsOf(nth), key: `k${nth}` });
  const more = askingFor({ ...objectsOf(99), key: 'k99' });
  expect(await askByToken(world.bot, { type: 'caller', caller: deploy }, more)).toMatchObject({
    error: { type: 'too-many', of: 'unasked' },
  });
  expect((await file(world, { by: alice })).request.state.status).toBe('approved');
  expect(await askByToken(world.bot, { type: 'caller', caller: nightly }, more)).toMatchObject({ ok: true });
});
