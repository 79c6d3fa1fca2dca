import { expect, test } from 'vitest';
import type { Manifest } from '#domain/plan.ts';
import { needsReview } from '#domain/request/terms.ts';
import { breakGlass } from '#test/build/break-glass-world.ts';
import { createGuardWorld, type GuardWorld, gateTarget, heldInShop, noted, userOf } from '#test/build/guard-world.ts';
import { namespaceManifest, podManifest, policyManifest } from '#test/build/network.ts';
import { openOver } from '#test/build/openings.ts';
import { alice, bob, carol, dave, erin } from '#test/build/people.ts';
import { groups, policy, rule } from '#test/build/policy.ts';
import { gate, setting } from '#test/build/rule-world.ts';
import { shopIngress } from '#test/build/shop-ingress.ts';
import { file, look, settle } from '#test/build/world.ts';
import { approveRequest, withdrawRequest } from './act-on-request.ts';
import { askAgain } from './ask-again.ts';
import { readContent } from './contents.ts';
import { ownWrite } from './own-write.ts';
import { find } from './request-log.ts';
import { reviewWrite } from './review-write.ts';
import { checkAllPending } from './revise-request.ts';
import { createStepRunner, runStep } from './run-step.ts';
import { createJournalSweep } from './sweep-journals.ts';
import { sweepMarkers } from './sweep-markers.ts';
import { takeInWrites } from './take-in-writes.ts';
import { withPasses } from './with-passes.ts';

const opening = { object: gate({ auth: 'off', limit: '10' }) };
const close = (world: GuardWorld) =>
  world.cluster.edit(gateTarget, (live) => ({ ...live, data: { auth: 'on', limit: '10' } }));
const onlyOf = async (world: GuardWorld) => {
  const [id] = Object.keys(await world.requests());
  const found = await find(world.bot, id as Parameters<typeof find>[1]);
  if (found.type !== 'found') throw new Error('There is none');
  return found.chain;
};
const glassWorld = () => {
  const world = createGuardWorld({ isPrompt: true });
  const oncall = { type: 'people', people: [erin, alice] } as const;
  world.settings.policy = policy({
    rules: [rule({ permanent: true, breakGlass })],
    protect: [heldInShop()],
    groups: new Map([...groups, ['oncall', oncall]]),
  });
  return world;
};
const breaking = { object: noted(opening.object, { 'intent.hallpass.dev/break-glass': 'all is down' }) };

test('what was approved as harmless, from another state, lets in nothing that is critical', async () => {
  const world = createGuardWorld();
  world.cluster.put(shopIngress());
  const key = 'nginx.ingress.kubernetes.io/server-snippet';
  const bad = noted(shopIngress(), { [key]: 'return 200;', x: 'y' });
  const chain = await world.hold({ object: bad });
  expect(chain.request.asked.content?.risk).toBe('critical');
  const edit = { do: 'ingress', name: 'web', edit: { type: 'annotate', key, value: 'return 200;' } };
  const temporary = { by: dave, subject: dave, kind: 'change', duration: '10m', origin: 't', ask: { edits: [edit] } };
  await world.approve(await file(world, temporary));
  await world.steps();
  await checkAllPending(world.bot);
  const revised = await look(world, chain);
  expect(revised.request.asked).toMatchObject({ revision: 1, content: { risk: 'critical' } });
  const { id } = revised.request.asked;
  expect(await approveRequest(world.bot, { by: bob, id, revision: 1 })).toMatchObject({
    error: { type: 'impossible' },
  });
  world.advance({ minutes: 10 });
  await world.steps();
  expect(await world.write({ object: bad })).toMatchObject({ allowed: false });
});

test('what was used and is restored lets nothing in, whatever time Redis says it is', async () => {
  const world = createGuardWorld();
  const chain = await world.approve(await world.hold(opening));
  const { id } = chain.request.asked;
  const [lines, then] = [await world.store.read(id), world.now()];
  await world.write(opening);
  await world.steps();
  close(world);
  world.advance({ hours: 26 });
  await sweepMarkers(world.worker, world.cluster);
  world.store.tamper(id, () => lines);
  const guard = { ...world.guard, clock: { now: async () => then } };
  expect(await reviewWrite(guard, await world.ask(opening))).toMatchObject({ allowed: false });
});

test('what is protected is taken back at its time, however far Redis’ clock is held back', async () => {
  const world = createGuardWorld();
  await world.approve(await file(world, setting({ auth: 'off' })));
  await world.steps();
  world.advance({ minutes: 11 });
  const clock = { now: async () => world.now().subtract({ minutes: 5 }) };
  const cluster = withPasses(world.worker, world.guarded);
  const worker = { ...world.worker, clock, clusters: new Map([['prod', cluster]]) };
  await createJournalSweep(worker, createStepRunner(worker))(cluster, true).catch(() => undefined);
  expect((await world.cluster.get(gateTarget))?.live.data).toEqual({ auth: 'on', limit: '10' });
});

test('what was taken by break-glass and made is reviewed, though it was taken back in the same moment', async () => {
  const world = glassWorld();
  expect(await world.write(breaking)).toMatchObject({ allowed: true });
  const { id } = (await onlyOf(world)).request.asked;
  await withdrawRequest(world.bot, { by: alice, id });
  await world.steps();
  expect((await world.cluster.get(gateTarget))?.live.data).toEqual({ auth: 'off', limit: '10' });
  expect(needsReview((await onlyOf(world)).request)).toBe(true);
});

test('what was made in time is called completed, also by a worker that comes back later', async () => {
  const world = createGuardWorld();
  const chain = await world.approve(await world.hold(opening));
  await world.write(opening);
  world.advance({ minutes: 61 });
  await settle({ ...world });
  expect((await look(world, chain)).request.state.status).toBe('completed');
});

test('of two writes of a pipeline that are taken in together the later one waits', async () => {
  const flux = 'system:serviceaccount:flux-system:kustomize-controller';
  const writers = [{ user: flux, name: 'Flux', responsible: carol, selfHeals: true }];
  const rules = [rule({ permanent: true, ask: ['developers', 'platform'] })];
  const world = createGuardWorld({ protect: [heldInShop({ writers })], rules });
  await world.write({ ...opening, user: flux });
  await world.write({ object: gate({ auth: 'half' }), user: flux });
  await world.takeIn();
  expect(Object.values(await world.requests()).sort()).toEqual(['pending', 'withdrawn']);
});

test('an entry that is handed out again withdraws nothing that came after it', async () => {
  const flux = 'system:serviceaccount:flux-system:kustomize-controller';
  const writers = [{ user: flux, name: 'Flux', responsible: carol, selfHeals: true }];
  const rules = [rule({ permanent: true, ask: ['developers', 'platform'] })];
  const world = createGuardWorld({ protect: [heldInShop({ writers })], rules });
  await world.write({ ...opening, user: flux });
  const settle = async (): Promise<never> => {
    throw new Error('The bot was stopped');
  };
  await takeInWrites({ ...world.bot, intake: { ...world.bot.intake, settle } });
  await world.write({ object: gate({ auth: 'half' }), user: flux });
  await world.takeIn();
  world.advance({ seconds: 31 });
  await world.takeIn();
  expect(Object.values(await world.requests()).sort()).toEqual(['pending', 'withdrawn']);
});

test('what was refused is filed once the policy allows it, and never said to wait when it does not', async () => {
  const world = createGuardWorld({ rules: [rule({ permanent: false })] });
  await world.write(opening);
  await world.takeIn();
  world.settings.policy = { ...world.settings.policy, rules: [rule({ permanent: true })] };
  for (const minutes of [5, 6, 40]) {
    world.advance({ minutes });
    await world.write(opening);
    await world.takeIn();
  }
  expect(Object.values(await world.requests())).toEqual(['pending']);
});

test('what was refused because Slack did not answer is filed by the next attempt', async () => {
  const world = createGuardWorld();
  await world.write(opening);
  world.directory.down.add('person');
  await world.takeIn();
  world.directory.down.clear();
  world.advance({ minutes: 2 });
  await world.write(opening);
  await world.takeIn();
  expect(Object.values(await world.requests())).toEqual(['pending']);
});

test('an opening whose worker was killed when it had made it is in force with the next one', async () => {
  const world = createGuardWorld({ protect: [heldInShop({ resources: ['networkpolicies'] })] });
  const kind = openOver();
  world.settings.kinds = [...world.settings.kinds, kind];
  const pod = podManifest('shop/web-1', { labels: { app: 'web' }, ports: { http: 8080 } });
  const denyAll = policyManifest('shop/deny-all', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
  for (const manifest of [namespaceManifest('shop'), pod, denyAll]) world.cluster.put(manifest);
  const ask = kind.fromWords(['app=web', 'into', 'app=web', '8080'], []);
  if (!ask.ok) throw new Error(ask.error);
  const chain = await world.approve(await file(world, { kind: 'open', ask: ask.value }));
  const inner = world.worker.clusters.get('prod');
  if (inner === undefined) throw new Error('There is no cluster');
  const create = async (manifest: Manifest) => {
    const made = await inner.create(manifest);
    if (manifest.kind === 'NetworkPolicy') throw new Error('The worker was killed');
    return made;
  };
  const killed = { ...world.worker, clusters: new Map([['prod', { ...inner, create }]]) };
  await runStep(killed, chain.request.asked.id).catch(() => undefined);
  await world.steps();
  expect((await look(world, chain)).request.state.status).toBe('active');
});

test('what was taken by break-glass is made by Hallpass when its author says that it is theirs', async () => {
  const world = glassWorld();
  await world.write({ ...breaking, fails: true });
  const rbac = 'rbac.authorization.k8s.io';
  const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['*'] }];
  world.cluster.put({ apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: { name: 'edit' }, rules });
  world.cluster.put({
    apiVersion: `${rbac}/v1`,
    kind: 'RoleBinding',
    metadata: { name: 'edit', namespace: 'shop' },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'edit' },
    subjects: [{ kind: 'Group', name: 'dev' }],
  });
  const { id } = (await onlyOf(world)).request.asked;
  expect((await ownWrite(world.bot, { by: alice, id, isTheirs: true })).ok).toBe(true);
  await world.steps();
  expect((await onlyOf(world)).request.state).toMatchObject({ status: 'completed' });
});

test('what is asked again is known to guards, though the bot was stopped when it had filed it', async () => {
  const world = createGuardWorld();
  const { id } = (await world.deny(await world.hold(opening))).request.asked;
  const keepHeld = async (): Promise<never> => {
    throw new Error('The bot was stopped');
  };
  const again = { by: alice, id, reason: 'please' };
  await askAgain({ ...world.bot, keepHeld }, again).catch(() => undefined);
  await askAgain(world.bot, again);
  expect(await world.write(opening)).toMatchObject({ message: expect.stringContaining('waits for platform') });
});

test('what was denied is not asked again for an object that is another by now: no write would fit its approval', async () => {
  const world = createGuardWorld();
  const denied = await world.deny(await world.hold(opening));
  world.cluster.edit(gateTarget, (live) => ({ ...live, data: { auth: 'half', limit: '10' } }));
  const again = await askAgain(world.bot, { by: alice, id: denied.request.asked.id, reason: 'please' });
  expect(again).toMatchObject({ ok: false, error: { refusal: { why: expect.stringContaining('write anew') } } });
});

test('what a write does not touch is not shown as taken away', async () => {
  const world = createGuardWorld();
  const deployment = (replicas: number): Manifest => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop', annotations: { 'deployment.kubernetes.io/revision': '3' } },
    spec: { replicas },
  });
  world.cluster.put(deployment(2));
  const chain = await world.hold({ object: deployment(3) });
  const shown = await readContent(world.bot, chain.request.asked);
  expect(shown.type === 'shown' && shown.content.changes[0]?.diff).not.toContain(
    '-    deployment.kubernetes.io/revision',
  );
});

test('a reason that an earlier write has left on the object is not the reason of the next one', async () => {
  const world = createGuardWorld();
  const reason = { 'intent.hallpass.dev/reason': 'Alice said so' };
  world.cluster.put(noted(gate({ auth: 'on', limit: '10' }), reason));
  const chain = await world.hold({ object: noted(opening.object, reason), user: userOf('dave') });
  expect(chain.request.asked.reason).toBe('No reason was given with the write.');
});

test('a write that is too large says so, and is no fault', async () => {
  const world = createGuardWorld();
  const answer = await world.write({ object: gate({ auth: 'x'.repeat(130_000) }) });
  expect(answer).toMatchObject({ allowed: false, message: expect.not.stringContaining('try again in a moment') });
});

test('two users who both may not ask are told so, and file nothing more', async () => {
  const world = createGuardWorld();
  const by = (user: string) => world.write({ ...opening, user });
  for (const user of ['one', 'other', 'one', 'other']) {
    await by(user);
    await world.takeIn();
  }
  expect(await by('other')).toMatchObject({ message: expect.stringContaining('nobody knows who "other" is') });
});
