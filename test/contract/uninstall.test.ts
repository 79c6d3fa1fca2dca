import { afterAll, beforeAll, expect, it } from 'vitest';
import { collectionPath } from '#adapters/kubernetes/resources.ts';
import type { Manifest } from '#domain/plan.ts';
import { uninstall } from '#src/commands/uninstall.ts';
import { allComponents, kustomized } from '#test/build/kustomized.ts';
import { type RealWorld, startWorld } from './kubernetes-world.ts';

let real: RealWorld;
let kubeconfig: string;
beforeAll(async () => {
  real = await startWorld([]);
  kubeconfig = real.file('administrator.kubeconfig', real.plane.kubeconfig('admin'));
});
afterAll(() => real?.close());

const plural = (kind: string): string => (kind.endsWith('y') ? `${kind.slice(0, -1)}ies` : `${kind}s`).toLowerCase();
const put = async (manifest: Manifest): Promise<void> => {
  const { apiVersion, kind, metadata } = manifest;
  await real.setUp('POST', collectionPath(apiVersion, plural(kind), metadata.namespace), manifest);
};
const ours = { 'app.kubernetes.io/managed-by': 'hallpass', 'hallpass.dev/request': 'k7m2-qx' };
const rbac = 'rbac.authorization.k8s.io/v1';
const grant: readonly [Manifest, Manifest] = [
  {
    apiVersion: rbac,
    kind: 'Role',
    metadata: { name: 'hallpass-k7m2-qx-0', namespace: 'shop', labels: ours },
    rules: [],
  },
  {
    apiVersion: rbac,
    kind: 'RoleBinding',
    metadata: { name: 'hallpass-k7m2-qx-0', namespace: 'shop', labels: ours },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'hallpass-k7m2-qx-0' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'ann' }],
  },
];
/** What is like ours, and is not. */
const foreign: readonly Manifest[] = [
  { apiVersion: rbac, kind: 'Role', metadata: { name: 'hallpass-like', namespace: 'shop' }, rules: [] },
  { apiVersion: rbac, kind: 'ClusterRole', metadata: { name: 'hallpass-like' }, rules: [] },
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'mine', namespace: 'shop', labels: { 'app.kubernetes.io/name': 'shop' } },
  },
];

/** Installs all that there is, and gives somebody a grant. */
const everything = async (): Promise<void> => {
  const { objects } = await kustomized(allComponents, ['shop', 'ingress-nginx']);
  for (const manifest of objects) await put(manifest);
  for (const manifest of grant) await put(manifest);
  // As the worker makes it; it refuses what it is asked about, for nobody answers.
  const labels = { 'app.kubernetes.io/name': 'hallpass', 'app.kubernetes.io/component': 'guard' };
  const rules = [
    { apiGroups: ['rbac.authorization.k8s.io'], apiVersions: ['v1'], resources: ['roles'], operations: ['*'] },
  ];
  const webhook = {
    name: 'guard.hallpass.dev',
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    failurePolicy: 'Fail',
    rules,
    clientConfig: { service: { namespace: 'hallpass', name: 'hallpass-guard' } },
  };
  const kind = 'ValidatingWebhookConfiguration';
  await put({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind,
    metadata: { name: 'hallpass-guard', labels },
    webhooks: [webhook],
  } as Manifest);
};

/** Of all resources of the API server, the objects that speak of Hallpass in name or labels. */
const leftOver = async (): Promise<readonly string[]> => {
  const found: string[] = [];
  const groups = (await real.setUp('GET', '/apis')) as { groups: { preferredVersion: { groupVersion: string } }[] };
  for (const version of ['v1', ...groups.groups.map(({ preferredVersion }) => preferredVersion.groupVersion)]) {
    const root = version === 'v1' ? '/api/v1' : `/apis/${version}`;
    const { resources } = (await real.setUp('GET', root)) as { resources: { name: string; verbs: string[] }[] };
    for (const { name, verbs } of resources) {
      if (!verbs.includes('list') || name.includes('/') || name === 'events') continue;
      const { items } = (await real.setUp('GET', `${root}/${name}`)) as { items: Manifest[] | null };
      for (const { metadata } of items ?? []) {
        const isGoing = 'deletionTimestamp' in metadata || metadata.namespace?.startsWith('hallpass') === true;
        if (JSON.stringify([metadata.name, metadata.labels]).includes('hallpass') && !isGoing)
          found.push(`${name} ${metadata.name}`);
      }
    }
  }
  return found.sort();
};

it('tells what is there, refuses while a change is in force, takes all of it out, and touches nothing else', async () => {
  for (const name of ['shop', 'ingress-nginx'])
    await real.setUp('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  for (const manifest of foreign) await put(manifest);
  await everything();
  const before = await leftOver();
  expect(before.length).toBeGreaterThan(25);

  const told = await uninstall(['--kubeconfig', kubeconfig]);
  expect(told.status).toBe(0);
  expect(told.out).toContain('- RoleBinding "hallpass-k7m2-qx-0" in "shop", of request k7m2-qx');
  expect(told.out?.at(-1)).toContain('Nothing was deleted.');
  expect(await leftOver()).toEqual(before);

  const journal = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'before-x', namespace: 'hallpass-markers', labels: ours },
  };
  await put(journal);
  const refused = await uninstall(['--kubeconfig', kubeconfig, '--yes']);
  expect(refused).toMatchObject({ status: 1, errors: [expect.stringContaining('k7m2-qx')] });
  expect((await leftOver()).length).toBeGreaterThanOrEqual(before.length);

  const done = await uninstall(['--kubeconfig', kubeconfig, '--yes', '--leave-changes']);
  expect(done.errors ?? []).toEqual([]);
  expect(done.status).toBe(0);
  expect(await leftOver()).toEqual(['clusterroles hallpass-like', 'roles hallpass-like']);
  expect(await real.setUp('GET', '/api/v1/namespaces/shop/configmaps/mine')).toBeDefined();
});

it('is told where Hallpass lives under another name, and deletes nothing of it before', async () => {
  const labels = { 'app.kubernetes.io/name': 'hallpass' };
  for (const name of ['jit', 'jit-markers'])
    await real.setUp('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
  const metadata = { name: 'before-y', namespace: 'jit-markers', labels: ours };
  await put({ apiVersion: 'v1', kind: 'Secret', metadata });
  const elsewhere = await uninstall(['--kubeconfig', kubeconfig, '--yes']);
  expect(elsewhere).toMatchObject({ status: 1, errors: [expect.stringContaining('--namespace <where it lives>')] });
  const there = await uninstall(['--kubeconfig', kubeconfig, '--namespace', 'jit', '--yes']);
  expect(there).toMatchObject({ status: 1, errors: [expect.stringContaining('k7m2-qx')] });
  expect(await real.setUp('GET', '/api/v1/namespaces/jit-markers/secrets/before-y')).toBeDefined();
  const left = await uninstall(['--kubeconfig', kubeconfig, '--namespace', 'jit', '--yes', '--leave-changes']);
  expect(left.errors ?? []).toEqual([]);
  expect(left.out).toContain('Namespace "jit" is going, with all that is in it.');
}, 30_000);

it('stops before the namespaces where a worker has begun a change meanwhile', async () => {
  // Those that an API server without its controllers never lets go are no part of this.
  const home = 'late';
  for (const name of [home, `${home}-markers`])
    await real.setUp('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  const finalizers = { finalizers: ['acme.test/slow'] };
  await put({ ...grant[0], metadata: { name: 'slow', namespace: 'shop', labels: ours, ...finalizers } });
  const taking = uninstall(['--kubeconfig', kubeconfig, '--namespace', home, '--yes']);
  // While it waits for what does not go.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  await put({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'begun', namespace: `${home}-markers`, labels: ours },
  });
  const answer = await taking;
  expect(answer.status).toBe(1);
  expect(answer.errors?.[0]).toContain('k7m2-qx');
  const kept = (await real.setUp('GET', `/api/v1/namespaces/${home}-markers`)) as Manifest;
  expect(kept.metadata).not.toHaveProperty('deletionTimestamp');
}, 30_000);

it('names what cannot be deleted, and takes out the rest', async () => {
  await real.setUp('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } });
  const stuck = {
    ...grant[0],
    metadata: { name: 'stuck', namespace: 'other', labels: ours, finalizers: ['acme.test/keep'] },
  };
  await put(stuck);
  await put({ ...grant[0], metadata: { name: 'free', namespace: 'other', labels: ours } });
  const answer = await uninstall(['--kubeconfig', kubeconfig, '--yes', '--leave-changes']);
  expect(answer.status).toBe(1);
  expect(answer.errors?.join('\n')).toContain('acme.test/keep');
  expect((await leftOver()).filter((one) => one.includes('free'))).toEqual([]);
}, 30_000);

it.each([
  [[], 2, '--kubeconfig'],
  [['--kubeconfig', 'no-such-file'], 1, 'no-such-file'],
  [['--kubeconfig'], 2, '--kubeconfig'],
  [['--now'], 2, '--now'],
] as const)('%j is not understood, or goes nowhere', async (words, status, said) => {
  const answer = await uninstall([...words]);
  expect(answer.status).toBe(status);
  expect(answer.errors?.join('\n')).toContain(said);
});
