import { expect, it } from 'vitest';
import { z } from 'zod';
import { requestId } from '#domain/ids.ts';
import { inMemory } from '#local/ways-in.ts';
import { companyFor } from './company.ts';
import { storyOf } from './story.ts';

const company = companyFor(inMemory, { controllers: true });
const story = storyOf(company);

const apps = (namespace: string) => `/apis/apps/v1/namespaces/${namespace}`;
const admin = () => company().stand.admin;
const read = async (path: string): Promise<unknown> => (await admin().send('GET', path)).body;

const template = z.object({
  metadata: z.looseObject({ annotations: z.record(z.string(), z.string()).optional() }),
  spec: z.looseObject({ containers: z.array(z.looseObject({ name: z.string(), image: z.string() })) }),
});
const workload = z.looseObject({
  metadata: z.looseObject({
    generation: z.number(),
    resourceVersion: z.string(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
  spec: z.looseObject({ replicas: z.number(), template }),
});
const deployment = async (namespace: string, name: string) =>
  workload.parse(await read(`${apps(namespace)}/deployments/${name}`));
const imageOf = async (namespace: string, name: string): Promise<string | undefined> =>
  (await deployment(namespace, name)).spec.template.spec.containers[0]?.image;

const patch = async (path: string, body: object): Promise<void> => {
  const { status } = await admin().send('PATCH', path, body);
  expect(status).toBe(200);
};
const container = (image: string, value: string) => ({
  spec: { template: { spec: { containers: [{ name: 'main', image, env: [{ name: 'MODE', value }] }] } } },
});

const history = z.object({
  items: z.array(
    z.object({
      metadata: z.object({
        annotations: z.record(z.string(), z.string()).optional(),
        ownerReferences: z.array(z.object({ name: z.string() })).optional(),
      }),
    }),
  ),
});
const revisions = async (namespace: string, name: string): Promise<readonly string[]> =>
  history
    .parse(await read(`${apps(namespace)}/replicasets`))
    .items.filter(({ metadata }) => metadata.ownerReferences?.some((owner) => owner.name === name))
    .map(({ metadata }) => metadata.annotations?.['deployment.kubernetes.io/revision'] ?? '')
    .sort();

/** What the API server says to a budget in this version of its; not every one knows both. */
const budget = async (version: string): Promise<number> => {
  const collection = `/apis/policy/${version}/namespaces/shop-payments/poddisruptionbudgets`;
  const { status } = await admin().send('POST', collection, {
    apiVersion: `policy/${version}`,
    kind: 'PodDisruptionBudget',
    metadata: { name: 'ledger', namespace: 'shop-payments' },
    spec: { minAvailable: 1, selector: { matchLabels: { app: 'ledger' } } },
  });
  return status;
};

const templateIn = (body: unknown) => z.object({ spec: z.object({ template }) }).parse(body).spec.template;
const controllerRevisions = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ ownerReferences: z.array(z.object({ name: z.string() })) }),
      revision: z.number(),
    }),
  ),
});
/** Of a StatefulSet or DaemonSet. */
const revisionsKept = async (namespace: string, name: string): Promise<readonly number[]> =>
  controllerRevisions
    .parse(await read(`${apps(namespace)}/controllerrevisions`))
    .items.filter(({ metadata }) => metadata.ownerReferences.some((owner) => owner.name === name))
    .map(({ revision }) => revision);

const podsList = z.object({ items: z.array(z.object({ metadata: z.object({ name: z.string() }) })) });
/** What a kubelet would say of all pods of an app: here there is none. */
const makeReady = async (namespace: string, app: string): Promise<void> => {
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const { items } = podsList.parse(await read(`${pods}?labelSelector=app%3D${app}`));
  const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-11-20T12:00:00Z' }];
  for (const { metadata } of items)
    await admin().send('PATCH', `${pods}/${metadata.name}/status`, { status: { phase: 'Running', conditions } });
};

it('a Deployment is restarted once and for good, by one annotation of its template, when two have agreed', async () => {
  await story.until('web to have a revision', async () => (await revisions('shop-payments', 'ledger')).length === 1);
  const versions = ['v1', 'v1beta1'].map((version) => budget(version));
  expect((await Promise.all(versions)).filter((status) => status === 201)).not.toEqual([]);
  const before = await deployment('shop-payments', 'ledger');
  const id = await story.ask('/jit request restart shop-payments/ledger for good because it leaks memory');
  await story.shows(id, 'Restart Deployment ledger');
  await story.shows(id, 'For good: nothing takes it back');
  await story.shows(id, 'of 2 pods ready now');
  await story.shows(id, 'PodDisruptionBudget ledger allows no disruption of Deployment ledger now');
  await story.press('U0BOB', 'approve', id);
  await story.shows(id, '1 of 2');
  expect((await deployment('shop-payments', 'ledger')).metadata.generation).toBe(before.metadata.generation);

  await story.press('U0DAN', 'approve', id);
  await story.reaches(id, 'completed');
  await story.shows(id, 'Done for good');
  const after = await deployment('shop-payments', 'ledger');
  const annotations = after.spec.template.metadata.annotations ?? {};
  const { at } = z.object({ at: z.string() }).parse((await story.chain(id)).request.asked.ask);
  expect(annotations).toEqual({ 'kubectl.kubernetes.io/restartedAt': at });
  expect(Temporal.Now.instant().since(Temporal.Instant.from(at)).total('seconds')).toBeLessThan(120);
  const { annotations: _, ...metadata } = after.spec.template.metadata;
  expect({ ...after.spec, template: { ...after.spec.template, metadata } }).toEqual(before.spec);
  expect(after.metadata.generation).toBe(before.metadata.generation + 1);
  // Kubernetes' own controller rolls it out.
  await story.until('the new pods to have a ReplicaSet', async () =>
    (await revisions('shop-payments', 'ledger')).includes('2'),
  );
  expect((await story.chain(id)).request.state).toMatchObject({ rolls: true });
  expect((await story.chain(id)).request.state).not.toHaveProperty('rolledOut');
  await story.until('all pods to be through', async () => {
    await makeReady('shop-payments', 'ledger');
    return 'rolledOut' in (await story.chain(id)).request.state;
  });
  await story.shows(id, '2 of 2 pods ready, all of its newest template');
});

it('where a rollout comes to nothing, the card and whoever asked say so', async () => {
  await patch(`${apps('shop-front')}/deployments/checkout`, { spec: { progressDeadlineSeconds: 1 } });
  const id = await story.ask('/jit request restart shop-front/checkout for good because it hangs');
  await story.press('U0BOB', 'approve', id);
  await story.reaches(id, 'completed');
  await story.shows(id, 'Written, but not rolled out: Deployment shop-front/checkout has given up');
  await story.until('whoever asked to be told', () =>
    company()
      .slack.as('U0ALICE')
      .dms()
      .some(({ shown }) => shown.includes('its pods did not come through')),
  );
  await patch(`${apps('shop-front')}/deployments/checkout`, { spec: { progressDeadlineSeconds: 600 } });
});

it('what cannot roll, or is not there, is not asked for', async () => {
  await patch(`${apps('shop-front')}/deployments/checkout`, { spec: { paused: true } });
  expect(await story.type('/jit request restart shop-front/checkout because it hangs')).toContain('is paused');
  await patch(`${apps('shop-front')}/deployments/checkout`, { spec: { paused: false } });
  expect(await story.type('/jit request restart shop-front/nothing because it hangs')).toContain(
    'There is no Deployment nothing in shop-front',
  );
  expect(await story.type('/jit request restart shop-front/checkout for 30m because it hangs')).toContain(
    'for good only',
  );
  expect(await story.type('/jit request restart pods shop-front/checkout because it hangs')).toContain(
    'cannot be restarted',
  );
  expect(await story.type('/jit request restart shop-front/checkout because it hangs', 'U0FRANK')).not.toMatch(
    /[2-9a-z]{4}-[2-9a-z]{2}/,
  );
});

it('a Deployment is scaled for some seconds, with what stands around it on the card, and is back on time', async () => {
  const scalers = '/apis/autoscaling/v1/namespaces/shop-front/horizontalpodautoscalers';
  const { status } = await admin().send('POST', scalers, {
    apiVersion: 'autoscaling/v1',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', namespace: 'shop-front' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: 2,
      maxReplicas: 10,
    },
  });
  expect(status).toBe(201);
  const before = await deployment('shop-front', 'web');
  const id = await story.ask('/jit request scale deployment 5 shop-front/web for 5s because a sale begins');
  await story.shows(id, 'Scale Deployment web to 5 pods');
  await story.shows(id, 'HorizontalPodAutoscaler web keeps Deployment web between 2 and 10 pods');
  await story.shows(id, 'It gets 5: 3 more.');
  await story.press('U0BOB', 'approve', id);
  const { expiresAt } = await story.reaches(id, 'active');
  expect((await deployment('shop-front', 'web')).spec).toEqual({ ...before.spec, replicas: 5 });
  await story.reaches(id, 'revoked');
  expect(Temporal.Now.instant().since(expiresAt).total('seconds')).toBeLessThan(5);
  expect((await deployment('shop-front', 'web')).spec).toEqual(before.spec);
});

it('an autoscaler that moves it while it is in force is not overruled at the end: a person decides', async () => {
  const path = `${apps('shop-front')}/deployments/checkout`;
  const id = await story.ask('/jit request scale 4 shop-front/checkout for 10s because a sale begins');
  await story.press('U0BOB', 'approve', id);
  await story.reaches(id, 'active');
  await patch(path, { spec: { replicas: 7 } });
  await story.until('the conflict to be in the log', async () => (await story.events(id)).includes('conflicted'));
  expect((await deployment('shop-front', 'checkout')).spec.replicas).toBe(7);
});

it('numbers of pods that nobody means are not asked for', async () => {
  for (const [words, says] of [
    ['-1 shop-front/web', 'is not a number of pods'],
    ['5000 shop-front/web', '5000 pods are more than the 50'],
    ['shop-front/web', 'Say how many pods'],
    ['daemonset 3 shop-front/web', 'cannot be scaled'],
    ['2 shop-front/nothing', 'There is no Deployment nothing'],
  ] as const)
    expect(await story.type(`/jit request scale ${words} for 30m because a sale begins`), words).toContain(says);
});

it('a Deployment goes back to a named revision, which the card shows as a difference, and to no other', async () => {
  const path = `${apps('shop-dev')}/deployments/web`;
  const first = await imageOf('shop-dev', 'web');
  await story.until('revision 1', async () => (await revisions('shop-dev', 'web')).length === 1);
  await patch(path, container('registry.acme.test/web:1.5.0', 'two'));
  await story.until('revision 2', async () => (await revisions('shop-dev', 'web')).length === 2);
  await patch(path, container('registry.acme.test/web:1.6.0', 'three'));
  await story.until('revision 3', async () => (await revisions('shop-dev', 'web')).length === 3);

  for (const [words, says] of [
    ['9 shop-dev/web', 'has no revision 9. There are: 1, 2, 3.'],
    ['3 shop-dev/web', 'is at revision 3 now'],
    ['shop-dev/web', 'Say to which revision'],
    ['0 shop-dev/web', 'from 1 on'],
  ] as const)
    expect(await story.type(`/jit request rollback ${words} because 1.6.0 loops`), words).toContain(says);

  const id = await story.ask('/jit request rollback 2 shop-dev/web for good because 1.6.0 loops');
  await story.shows(id, 'Roll Deployment web back to revision 2');
  await story.shows(
    id,
    'Image of container main: registry.acme.test/web:1.6.0 now, registry.acme.test/web:1.5.0 then.',
  );
  await story.shows(id, 'registry.acme.test/web:1.5.0');
  await story.press('U0BOB', 'approve', id);
  await story.reaches(id, 'completed');
  expect(await imageOf('shop-dev', 'web')).toBe('registry.acme.test/web:1.5.0');
  // The controller takes the ReplicaSet of then: it is revision 4 now, and 2 is gone.
  await story.until(
    'revision 4 in the place of 2',
    async () => (await revisions('shop-dev', 'web')).join() === '1,3,4',
  );
  expect(await story.type('/jit request rollback 2 shop-dev/web because 1.6.0 loops')).toContain('has no revision 2');

  const back = await story.ask('/jit request rollback deployment 1 shop-dev/web because the first was best');
  await story.press('U0BOB', 'approve', back);
  await story.reaches(back, 'completed');
  expect(await imageOf('shop-dev', 'web')).toBe(first);
});

it.each([
  ['StatefulSet', 'statefulsets', 'db'],
  ['DaemonSet', 'daemonsets', 'agent'],
] as const)(
  'a %s is restarted, and goes back to the template that Kubernetes has kept of it',
  async (kind, sort, name) => {
    const collection = `${apps('shop-front')}/${sort}`;
    const image = async (): Promise<string | undefined> =>
      templateIn(await read(`${collection}/${name}`)).spec.containers[0]?.image;
    const labels = { app: name };
    const { status } = await admin().send('POST', collection, {
      apiVersion: 'apps/v1',
      kind,
      metadata: { name, namespace: 'shop-front' },
      spec: {
        ...(kind === 'StatefulSet' ? { replicas: 2, serviceName: name } : {}),
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: `${name}:1` }] } },
      },
    });
    expect(status).toBe(201);
    const kept = async (): Promise<number> => (await revisionsKept('shop-front', name)).length;
    await story.until('a first revision', async () => (await kept()) === 1);
    await patch(`${collection}/${name}`, container(`${name}:2`, 'two'));
    await story.until('a second revision', async () => (await kept()) === 2);

    const restart = await story.ask(`/jit request restart ${kind.toLowerCase()} shop-front/${name} because it hangs`);
    await story.press('U0BOB', 'approve', restart);
    await story.reaches(restart, 'completed');
    await story.until('a third revision', async () => (await kept()) === 3);

    const words = `/jit request rollback ${kind.toLowerCase()}`;
    expect(await story.type(`${words} 3 shop-front/${name} because 2 loops`)).toContain('is at revision 3 now');
    expect(await story.type(`${words} 9 shop-front/${name} because 2 loops`)).toContain('There are: 1, 2, 3.');
    const id = await story.ask(`${words} 1 shop-front/${name} because 2 loops`);
    await story.shows(id, `Image of container main: ${name}:2 now, ${name}:1 then.`);
    await story.press('U0BOB', 'approve', id);
    await story.reaches(id, 'completed');
    expect(await image()).toBe(`${name}:1`);
    // As kubectl leaves it too: the template of then, without the restart.
    expect(templateIn(await read(`${collection}/${name}`)).metadata.annotations).toBeUndefined();
    await story.until(
      'revision 4 in the place of 1',
      async () => (await revisionsKept('shop-front', name)).toSorted().join() === '2,3,4',
    );
  },
);

it('the form asks for the workload by its name and how many pods, and says what is wrong with a number', async () => {
  const alice = company().slack.as('U0ALICE');
  await alice.command('/jit');
  await story.until('the form', () => alice.view());
  await alice.fill({ 'What kind of request': 'Number of pods' });
  await story.until('the kind', () => alice.view()?.title === 'Number of pods');
  await alice.fill({ Namespace: 'shop-payments' });
  await alice.fill({ 'What for': 'deployments' });
  await story.until('the questions of the kind', () => alice.view()?.shown.includes('How many pods'));
  const answers = { 'Which Deployments': ['postgres'], 'For how long': '15m', Why: 'a sale begins' };
  await alice.fillAndSubmit({ ...answers, 'How many pods': '-1' });
  await story.until('what is wrong', () => JSON.stringify(alice.view() ?? '').includes('is not a number of pods'));
  await alice.fillAndSubmit({ 'How many pods': '3' });
  const id = await story.until('the answer', () => {
    const found = /Asked, as \W*([2-9a-z]{4}-[2-9a-z]{2})/.exec(JSON.stringify(alice.view() ?? ''))?.[1];
    return found === undefined ? false : requestId.parse(found);
  });
  expect((await story.chain(id)).request.asked).toMatchObject({
    kind: 'scale',
    namespace: 'shop-payments',
    ask: { profile: 'deployments', names: ['postgres'], replicas: 3 },
    approval: { rule: 'payments' },
  });
  await story.shows(id, 'Scale Deployment postgres to 3 pods');
});
