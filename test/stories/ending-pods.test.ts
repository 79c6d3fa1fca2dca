import { expect, it } from 'vitest';
import { z } from 'zod';
import { requestId } from '#domain/ids.ts';
import type { Manifest } from '#domain/plan.ts';
import { inMemory } from '#local/ways-in.ts';
import { companyFor } from './company.ts';
import { storyOf, typed } from './story.ts';

const company = companyFor(inMemory, { watcher: true });
const story = storyOf(company);

const pods = '/api/v1/namespaces/shop-payments/pods';
const rbac = 'rbac.authorization.k8s.io';
const password = 'hunter2-of-the-pod';

/** No kubelet runs here: a pod that is on no node is gone as soon as it is deleted. */
const podNamed = (name: string): Manifest => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop-payments' },
  spec: {
    containers: [{ name: 'web', image: 'web:1', env: [{ name: 'PASSWORD', value: password }] }],
    // Nothing schedules it.
    schedulerName: 'nobody',
  },
});
const made = z.object({ metadata: z.object({ uid: z.string() }) });
const make = async (name: string): Promise<string> => {
  const { status, body } = await company().stand.admin.send('POST', pods, podNamed(name));
  expect(status).toBe(201);
  return made.parse(body).metadata.uid;
};
const uidOf = async (name: string): Promise<string | undefined> => {
  const { status, body } = await company().stand.admin.send('GET', `${pods}/${name}`);
  return status === 404 ? undefined : made.parse(body).metadata.uid;
};
const replace = async (name: string): Promise<string> => {
  await company().stand.admin.send('DELETE', `${pods}/${name}`);
  await story.until(`${name} to be gone`, async () => (await uidOf(name)) === undefined);
  return make(name);
};

/** What Alice may do there anyhow: the watch's rule is about what she was not granted, and this she was, by somebody else. */
const letAliceIntoPods = async () => {
  const { admin } = company().stand;
  const metadata = { namespace: 'shop-payments', name: 'pod-visitors' };
  const at = `/apis/${rbac}/v1/namespaces/shop-payments`;
  const rules = [{ apiGroups: [''], resources: ['pods/log'], verbs: ['get'] }];
  await admin.send('POST', `${at}/roles`, { apiVersion: `${rbac}/v1`, kind: 'Role', metadata, rules });
  await admin.send('POST', `${at}/rolebindings`, {
    apiVersion: `${rbac}/v1`,
    kind: 'RoleBinding',
    metadata,
    roleRef: { apiGroup: rbac, kind: 'Role', name: 'pod-visitors' },
    subjects: [{ apiGroup: rbac, kind: 'User', name: 'alice@acme.test' }],
  });
};

it('what may be open after the end of a grant is ended by a click and an approval, and never in a pod that came later', async () => {
  const [first, second] = [await make('web-0'), await make('web-1')];
  await letAliceIntoPods();
  const id = await story.ask(typed('30m'));
  await story.approve(id);
  await story.reaches(id, 'active');
  for (const name of ['web-0', 'web-1']) await company().tries('requester', 'GET', `${pods}/${name}/log?follow=true`);
  console.log((await story.chain(id)).request.state);
  await company().slack.as('U0ALICE').command(`/jit done ${id}`);
  await story.reaches(id, 'revoked');
  console.log((await story.chain(id)).request.state);
  await story.shows(id, 'May be open still');
  console.log(first, second, requestId);
});
