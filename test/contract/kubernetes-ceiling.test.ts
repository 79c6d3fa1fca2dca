import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { createClusterReader, createClusterWriter } from '#adapters/kubernetes/cluster.ts';
import { checkIdentity } from '#adapters/kubernetes/identity.ts';
import { renderManifests } from '#adapters/kubernetes/manifests.ts';
import { collectionPath } from '#adapters/kubernetes/resources.ts';
import { requestId } from '#domain/ids.ts';
import type { Manifest, ObjectRef, Plan } from '#domain/plan.ts';
import { accessSorts } from '#kinds/access/sorts.ts';
import { livePod } from '#test/build/debug.ts';
import { shippedKinds } from '#test/build/shipped-kinds.ts';
import { type ClusterReader, type ClusterWriter, isClusterRefusal } from '#use-cases/ports.ts';
import { policyIn } from './kubernetes-foreign-suite.ts';
import { bindingIn, editIngresses, roleIn } from './kubernetes-suite.ts';
import { type RealWorld, startWorld } from './kubernetes-world.ts';

const account = (name: string) => ({
  name: `system:serviceaccount:hallpass:hallpass-${name}`,
  groups: ['system:serviceaccounts', 'system:serviceaccounts:hallpass'],
  token: `token-of-${name}`,
});

const kinds = shippedKinds();
const files = renderManifests(kinds);

const managed = ['shop', 'ingress-nginx'];
let real: RealWorld;
let worker: ClusterWriter;
let bot: ClusterReader;
const alarms: string[] = [];

/** What `kubectl apply` does on an empty cluster. */
const install = async (path: string, namespace?: string): Promise<void> => {
  for (const document of parseAllDocuments(files.get(path) ?? '')) {
    const read: Manifest = document.toJS();
    const manifest = namespace === undefined ? read : { ...read, metadata: { ...read.metadata, namespace } };
    const { apiVersion, kind, metadata } = manifest;
    await real.setUp('POST', collectionPath(apiVersion, `${kind.toLowerCase()}s`, metadata.namespace), manifest);
  }
};

beforeAll(async () => {
  real = await startWorld([account('worker'), account('bot')]);
  for (const name of [...managed, 'kept-out'])
    await real.setUp('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  const listed: { resources: string[] } = parse(files.get('manifests/base/kustomization.yaml') ?? '');
  for (const path of listed.resources) if (!path.endsWith('/deployment.yaml')) await install(`manifests/base/${path}`);
  for (const namespace of managed.filter((name) => name !== 'ingress-nginx'))
    await install('manifests/managed/any-namespace.yaml', namespace);
  await install('manifests/managed/profiles-ingress-nginx.yaml');
  const scope = { sorts: accessSorts, namespaces: managed, alarm: (message: string) => void alarms.push(message) };
  worker = createClusterWriter(real.client(account('worker').name), scope);
  bot = createClusterReader(real.client(account('bot').name));
});
afterAll(() => real?.close());

const planFor = (profile: string, objects: readonly string[] = []): Plan => {
  // A profile that does nothing in the namespace asked for is asked for where it does.
  const namespace = profile === 'ingress-controller-update' ? 'ingress-nginx' : 'shop';
  const context = { request: requestId.parse('k7m2-qx'), namespace, identity: { user: 'ann', groups: [] }, seen: [] };
  const plan = kinds.find(({ name }) => name === 'access')?.plan({ profile, objects: [...objects] }, context);
  if (plan?.ok !== true) throw new Error('not a plan');
  return plan.value;
};
const grant = (manifest: Manifest): Manifest => ({
  ...manifest,
  metadata: {
    ...manifest.metadata,
    labels: { 'app.kubernetes.io/managed-by': 'hallpass', 'hallpass.dev/request': 'k7m2-qx' },
  },
});
const faultOf = (wanted: Promise<unknown>): Promise<unknown> =>
  wanted.then(
    () => undefined,
    (error: unknown) => error,
  );
const statusOf = async (wanted: Promise<unknown>): Promise<number | undefined> => {
  const fault = await faultOf(wanted);
  return isClusterRefusal(fault) ? fault.refused.status : undefined;
};
const soon = { timeout: 5_000, interval: 10 };

describe('a worker with the generated roles', () => {
  it.each(['ingress-view', 'ingress-edit', 'ingress-debug', 'networkpolicy-edit', 'secret-read'])(
    'grants %s, sees it work, finds it by label, and takes it back',
    async (profile) => {
      const plan = planFor(profile);
      const made: ObjectRef[] = [];
      for (const manifest of plan.create) made.push((await worker.create(grant(manifest))).ref);
      const allowed = async () => {
        const who = { user: 'ann', groups: [] };
        const reviews = await Promise.all(plan.probes.map((probe) => worker.review(who, probe)));
        return reviews.map((review) => review.allowed);
      };
      await expect.poll(allowed, soon).toEqual(plan.probes.map(() => true));
      const found = (await worker.managed('hallpass.dev/request=k7m2-qx')).map(({ ref }) => ref.uid);
      expect(found.sort()).toEqual(made.map(({ uid }) => uid).sort());
      for (const ref of made.toReversed()) expect(await worker.remove(ref)).toBe('removed');
      await expect.poll(allowed, soon).toEqual(plan.probes.map(() => false));
      expect(alarms).toEqual([]);
    },
  );

  it('grants a narrowed profile for the named object only', async () => {
    const plan = planFor('ingress-edit', ['web']);
    const made: ObjectRef[] = [];
    for (const manifest of plan.create) made.push((await worker.create(grant(manifest))).ref);
    const may = async (name: string) =>
      (
        await worker.review(
          { user: 'ann', groups: [] },
          { verb: 'update', group: 'networking.k8s.io', resource: 'ingresses', namespace: 'shop', name },
        )
      ).allowed;
    await expect.poll(() => may('web'), soon).toBe(true);
    expect(await may('api')).toBe(false);
    for (const ref of made.toReversed()) await worker.remove(ref);
  });

  it.each(['logs', 'exec', 'port-forward'])(
    'lets somebody debug the named pod by %s, and no other',
    async (profile) => {
      const who = { user: 'ann', groups: [] };
      const context = {
        request: requestId.parse('k7m2-qx'),
        namespace: 'shop',
        identity: who,
        seen: [[livePod('web-0')]],
      };
      const plan = kinds.find(({ name }) => name === 'debug')?.plan({ profile, pods: ['web-0'] }, context);
      if (plan?.ok !== true) throw new Error('not a plan');
      const { create, probes } = plan.value;
      const made: ObjectRef[] = [];
      for (const manifest of create) made.push((await worker.create(grant(manifest))).ref);
      const allowed = async (name: string) => {
        const reviews = await Promise.all(probes.map((probe) => worker.review(who, { ...probe, name })));
        return new Set(reviews.map((review) => review.allowed));
      };
      await expect.poll(() => allowed('web-0'), soon).toEqual(new Set([true]));
      expect(await allowed('web-1')).toEqual(new Set([false]));
      for (const ref of made.toReversed()) expect(await worker.remove(ref)).toBe('removed');
      await expect.poll(() => allowed('web-0'), soon).toEqual(new Set([false]));
    },
  );

  it.each([
    ['verbs beyond the ceiling', [{ apiGroups: [''], resources: ['secrets'], verbs: ['list'] }]],
    ['resources beyond the ceiling', [{ apiGroups: [''], resources: ['pods/attach'], verbs: ['create'] }]],
    ['everything', [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }]],
    ['the writing of roles', [{ apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles'], verbs: ['update'] }]],
  ])('is refused by the API server when it tries to grant %s', async (_, rules) => {
    expect(await statusOf(worker.create(roleIn('shop', 'too-much', rules)))).toBe(403);
  });

  it('is refused when it binds a role that holds more than its ceiling', async () => {
    const rbac = 'rbac.authorization.k8s.io';
    const binding = bindingIn('shop', 'too-much', 'ann');
    const roleRef = { apiGroup: rbac, kind: 'ClusterRole', name: 'cluster-admin' };
    expect(await statusOf(worker.create({ ...binding, roleRef }))).toBe(403);
  });

  it('is refused in a namespace that it is not bound in, its own home among them', async () => {
    for (const namespace of ['kept-out', 'hallpass'])
      expect(await statusOf(worker.create(roleIn(namespace, 'grant', editIngresses)))).toBe(403);
  });

  it('grants nothing cluster-wide until the second role is bound, and then only what it says', async () => {
    const plan = planFor('ingress-controller-update');
    const wide = plan.create.filter(({ kind }) => kind.startsWith('Cluster'));
    expect(wide).toHaveLength(2);
    const [role, binding] = wide;
    if (role === undefined || binding === undefined) throw new Error('no cluster-wide pair');
    expect(await statusOf(worker.create(role))).toBe(403);
    await install('manifests/components/cluster-wide/clusterrole.yaml');
    await expect.poll(() => faultOf(worker.create(grant(role))), soon).toBeUndefined();
    await worker.create(grant(binding));
    const found = await worker.managed('hallpass.dev/request=k7m2-qx');
    expect(found.map(({ ref }) => ref.kind).sort()).toEqual(['ClusterRole', 'ClusterRoleBinding']);
    const beyond = {
      ...role,
      metadata: { name: 'beyond' },
      rules: [{ apiGroups: [''], resources: ['nodes'], verbs: ['get'] }],
    };
    expect(await statusOf(worker.create(beyond))).toBe(403);
    for (const { ref } of found) expect(await worker.remove(ref)).toBe('removed');
  });

  it('makes, annotates and removes its markers in their namespace, and writes nothing where Hallpass lives', async () => {
    const metadata = {
      namespace: 'hallpass-markers',
      name: 'applied-k7m2-qx-r1',
      labels: { 'app.kubernetes.io/managed-by': 'hallpass' },
    };
    const { ref } = await worker.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata });
    await worker.annotate(ref, { 'hallpass.dev/ended-at': 'now' });
    expect((await worker.get(ref))?.live.metadata.annotations).toEqual({ 'hallpass.dev/ended-at': 'now' });
    expect(await worker.remove(ref)).toBe('removed');
    const trusted = { ...metadata, namespace: 'hallpass', name: 'hallpass-trusted' };
    expect(await statusOf(worker.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: trusted }))).toBe(403);
  });

  it('keeps its journals in the namespace of its markers, and reaches no Secret where Hallpass lives', async () => {
    const metadata = {
      namespace: 'hallpass-markers',
      name: 'journal-k7m2-qx-r1',
      labels: { 'app.kubernetes.io/managed-by': 'hallpass' },
    };
    const journal = { apiVersion: 'v1', kind: 'Secret', metadata };
    const { ref } = await worker.create(journal);
    await worker.annotate(ref, { 'hallpass.dev/ended-at': 'now' });
    expect((await worker.journals('hallpass-markers', '')).map((found) => found.ref)).toEqual([ref]);
    expect(await worker.remove(ref)).toBe('removed');
    for (const namespace of ['hallpass', 'shop', 'kept-out'])
      expect(await statusOf(worker.create({ ...journal, metadata: { ...metadata, namespace } }))).toBe(403);
    expect(await statusOf(worker.get({ ...ref, namespace: 'hallpass', name: 'hallpass-worker-key' }))).toBe(403);
    expect(await statusOf(worker.journals('hallpass', ''))).toBe(403);
  });

  it('changes nothing that is not Hallpass’s own unless a kind needs it', async () => {
    const policy = policyIn('kept-out');
    expect(await statusOf(worker.tryWrite(policy, { manager: 'hallpass-k7m2-qx' }))).toBe(403);
    expect(await statusOf(worker.write(policy, { manager: 'hallpass-k7m2-qx' }))).toBe(403);
  });

  it('finds what was granted with one list of each sort, in whatever namespace', async () => {
    const { ref } = await worker.create(roleIn('shop', 'grant', editIngresses, { 'hallpass.dev/request': 'found' }));
    const raw = real.client(account('worker').name);
    const asked: string[] = [];
    const call: typeof raw.call = (one, schema) => {
      asked.push(one.path.split('?')[0] ?? '');
      return raw.call(one, schema);
    };
    const sorts = accessSorts.filter(({ namespaced }) => namespaced);
    const writer = createClusterWriter({ ...raw, call }, { sorts, namespaces: managed, alarm: () => {} });
    expect((await writer.managed('hallpass.dev/request=found')).map((each) => each.ref)).toEqual([ref]);
    expect(asked.sort()).toEqual(['rolebindings', 'roles'].map((sort) => `/apis/rbac.authorization.k8s.io/v1/${sort}`));
    await worker.remove(ref);
  });

  it('without the right to list the whole cluster says once which managed namespace it may not look into, and finds the others’ grants', async () => {
    for (const sort of ['clusterrolebindings', 'clusterroles'])
      await real.setUp('DELETE', `/apis/rbac.authorization.k8s.io/v1/${sort}/hallpass-worker-grants`);
    const said: string[] = [];
    const scope = {
      sorts: accessSorts,
      namespaces: ['shop', 'kept-out'],
      alarm: (_: string, fields: object) => void said.push(JSON.stringify(fields)),
    };
    const writer = createClusterWriter(real.client(account('worker').name), scope);
    const { ref } = await writer.create(roleIn('shop', 'grant', editIngresses, { 'hallpass.dev/request': 'once' }));
    for (let sweep = 0; sweep < 3; sweep += 1)
      expect((await writer.managed('hallpass.dev/request=once')).map((each) => each.ref)).toEqual([ref]);
    expect(said.filter((fields) => fields.includes('kept-out'))).toHaveLength(2);
    expect(said).toHaveLength(2);
    await writer.remove(ref);
    await install('manifests/base/worker/clusterrole-grants.yaml');
  });

  it('holds none of the powers that would lift its own ceiling', async () => {
    expect((await checkIdentity(real.client(account('worker').name))).excess).toEqual([]);
    expect((await checkIdentity(real.client())).excess).toContain('escalate clusterroles');
  });
});

describe('a bot with the generated role', () => {
  it('sees namespaces, offered objects and answers of the authorizer', async () => {
    expect((await bot.namespaces()).map(({ name }) => name)).toContain('shop');
    expect((await bot.namespace('shop'))?.terminating).toBe(false);
    expect(await bot.names({ group: 'networking.k8s.io', version: 'v1', resource: 'ingresses' }, 'shop')).toEqual([]);
    const probe = { verb: 'get', group: '', resource: 'pods', namespace: 'shop' };
    expect((await bot.review({ user: 'ann', groups: [] }, probe)).allowed).toBe(false);
  });

  it('sees no Secret and writes nothing, also where the worker beside it may', async () => {
    expect(await statusOf(bot.names({ group: '', version: 'v1', resource: 'secrets' }, 'shop'))).toBe(403);
    const asBot = createClusterWriter(real.client(account('bot').name), {
      sorts: accessSorts,
      namespaces: [],
      alarm: () => {},
    });
    const tries = Array.from({ length: 20 }, (_, index) => {
      const role = roleIn('shop', `leak-${index}`, editIngresses);
      return Promise.all([
        worker.create(role),
        statusOf(asBot.create({ ...role, metadata: { ...role.metadata, name: `bot-${index}` } })),
      ]);
    });
    for (const [made, refused] of await Promise.all(tries)) {
      expect(made.existed).toBe(false);
      expect(refused).toBe(403);
      await worker.remove(made.ref);
    }
  });
});
