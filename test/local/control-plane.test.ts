import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { createApiClient } from '#local/parts/api-client.ts';
import { type ControlPlane, startControlPlane } from '#local/parts/control-plane.ts';
import { ensureParts } from '#local/parts/ensure-parts.ts';
import { writeKubeconfig } from '#local/parts/kubeconfig.ts';
import { type NodeStandIn, startNodeStandIn } from '#local/parts/node-stand-in.ts';

const users = [
  { name: 'ben@example.test', groups: ['developers', 'on-call'], token: 'token-of-ben' },
  { name: 'system:serviceaccount:hallpass:worker', groups: ['system:serviceaccounts'], token: 'token-of-worker' },
];

let plane: ControlPlane;
let node: NodeStandIn;
let folder = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hallpass-control-plane-'));
  plane = await startControlPlane({ users, controllerManager: true });
  node = startNodeStandIn({ url: plane.url, caPem: plane.caPem, token: plane.adminToken, interval: 200 });
});

afterAll(async () => {
  await node?.stop();
  await plane?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const as = (token: string) => {
  const client = createApiClient({ url: plane.url, caPem: plane.caPem, token });
  onTestFinished(client.close);
  return client.send;
};

const until = async (isSo: () => Promise<boolean>, seconds = 30) => {
  const deadline = performance.now() + seconds * 1000;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`not so within ${seconds} s`);
    await wait(100);
  }
};

const deployment = (name: string, image: string, replicas: number) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'main', image }] } },
  },
});

const rolledOut = z.object({
  metadata: z.object({ generation: z.number() }),
  status: z.object({
    observedGeneration: z.number().default(0),
    replicas: z.number().default(0),
    updatedReplicas: z.number().default(0),
    readyReplicas: z.number().default(0),
  }),
});

const isRolledOut = async (name: string, replicas: number): Promise<boolean> => {
  const { body } = await as(plane.adminToken)('GET', `/apis/apps/v1/namespaces/default/deployments/${name}`);
  const { metadata, status } = rolledOut.parse(body);
  const counts = [status.replicas, status.updatedReplicas, status.readyReplicas];
  return status.observedGeneration === metadata.generation && counts.every((count) => count === replicas);
};

describe('a local control plane', () => {
  test('says which version it is', () => {
    expect(plane.version).toMatch(/^v1\.\d+\.\d+/);
    expect(plane.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
  });

  test('knows the users by their tokens, with their groups', async () => {
    const { body } = await as(plane.adminToken)('POST', '/apis/authentication.k8s.io/v1/tokenreviews', {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      spec: { token: 'token-of-ben' },
    });
    expect(body).toMatchObject({
      status: {
        authenticated: true,
        user: { username: 'ben@example.test', groups: ['developers', 'on-call', 'system:authenticated'] },
      },
    });
    expect((await as('no-such-token')('GET', '/api/v1/namespaces')).status).toBe(401);
  });

  test('denies what RBAC does not allow, and allows it once a binding does', async () => {
    const asBen = as('token-of-ben');
    const asAdmin = as(plane.adminToken);
    const path = '/api/v1/namespaces/default/configmaps';
    expect((await asBen('GET', path)).status).toBe(403);
    const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['list'] }];
    const roles = '/apis/rbac.authorization.k8s.io/v1/namespaces/default';
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' };
    const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'on-call' }];
    await asAdmin('POST', `${roles}/roles`, { metadata: { name: 'reader' }, rules });
    await asAdmin('POST', `${roles}/rolebindings`, { metadata: { name: 'reader' }, roleRef, subjects });
    await until(async () => (await asBen('GET', path)).status === 200, 5);
  });

  test('gives a kubeconfig that kubectl works with, readable by its owner only', async () => {
    const { kubectl } = await ensureParts(['kubectl']);
    const file = writeKubeconfig(join(folder, 'ben.kubeconfig'), plane.kubeconfig('ben@example.test'));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(parse(plane.kubeconfig())).toMatchObject({ users: [{ name: 'admin', user: { token: plane.adminToken } }] });
    expect(() => plane.kubeconfig('nobody')).toThrow(/no user "nobody"/);
    const asked = ['--kubeconfig', file, 'auth', 'can-i', 'delete', 'nodes'];
    const { stdout } = spawnSync(kubectl, asked, { encoding: 'utf8' });
    expect(stdout.trim()).toBe('no');
  });

  test('rolls a Deployment out on the stand-in for a node, and rolls it over to a new image', async () => {
    const send = as(plane.adminToken);
    await send('POST', '/apis/apps/v1/namespaces/default/deployments', deployment('web', 'web:1', 3));
    await until(() => isRolledOut('web', 3));
    await send('PATCH', '/apis/apps/v1/namespaces/default/deployments/web', deployment('web', 'web:2', 2));
    await until(() => isRolledOut('web', 2));
  });

  test('lets the pods of a Job come to their end', async () => {
    const send = as(plane.adminToken);
    const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'job:1' }] } };
    const path = '/apis/batch/v1/namespaces/default/jobs';
    await send('POST', path, { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'once' }, spec: { template } });
    const done = z.object({ status: z.object({ succeeded: z.number().default(0) }) });
    await until(async () => done.parse((await send('GET', `${path}/once`)).body).status.succeeded === 1);
  });

  test('comes back after a kill with its data, and the stand-in goes on', async () => {
    const before = plane.url;
    await as(plane.adminToken)('POST', '/apis/apps/v1/namespaces/default/deployments', deployment('kept', 'a:1', 1));
    await until(() => isRolledOut('kept', 1));
    await plane.kill();
    await expect(as(plane.adminToken)('GET', '/readyz')).rejects.toThrow();
    await plane.start();
    expect(plane.url).toBe(before);
    const path = '/apis/apps/v1/namespaces/default/deployments/kept';
    await as(plane.adminToken)('PATCH', path, deployment('kept', 'a:2', 2));
    await until(() => isRolledOut('kept', 2));
  });

  test('ends namespaces that are deleted', async () => {
    const send = as(plane.adminToken);
    await send('POST', '/api/v1/namespaces', { metadata: { name: 'short' } });
    await send('DELETE', '/api/v1/namespaces/short');
    await until(async () => (await send('GET', '/api/v1/namespaces/short')).status === 404);
  });
});

describe('a control plane in a folder of its own', () => {
  test('keeps its data, its token and its port over a stop', async () => {
    const dir = join(folder, 'kept');
    const first = await startControlPlane({ dir });
    const client = createApiClient({ url: first.url, caPem: first.caPem, token: first.adminToken });
    await client.send('POST', '/api/v1/namespaces', { metadata: { name: 'kept' } });
    await client.close();
    await first.stop();
    const second = await startControlPlane({ dir });
    onTestFinished(second.stop);
    expect([second.url, second.adminToken, second.caPem]).toEqual([first.url, first.adminToken, first.caPem]);
    const again = createApiClient({ url: second.url, caPem: second.caPem, token: second.adminToken });
    onTestFinished(again.close);
    expect((await again.send('GET', '/api/v1/namespaces/kept')).status).toBe(200);
  });
});
