import { setTimeout as pause } from 'node:timers/promises';
import { Pool } from 'undici';
import { z } from 'zod';
import { createCredentials } from '#adapters/kubernetes/credentials.ts';
import type { Json } from '#domain/json.ts';

/** What everything is measured against: undici with 32 kept connections and nothing around it. */
export type Bare = {
  /** A PATCH is a JSON patch. */
  readonly send: (method: Method, path: string, body?: Json) => Promise<Answer>;
  readonly close: () => Promise<void>;
};
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type Answer = { readonly status: number; readonly text: string };

/** How many calls, or grants, are under way at once: as many as the worker has. */
export const atOnce = 32;

/** A client as whoever a kubeconfig says. */
export const createBare = async (kubeconfig: string): Promise<Bare> => {
  const credentials = createCredentials({ name: 'bare', source: { type: 'kubeconfig', path: kubeconfig } });
  const { origin, tls, headers } = await credentials.current();
  const pool = new Pool(origin, { connections: atOnce, pipelining: 1, allowH2: false, connect: { ...tls } });
  return {
    send: async (method, path, body) => {
      const answer = await pool.request({
        method,
        path,
        headers: {
          ...headers,
          accept: 'application/json',
          'content-type': method === 'PATCH' ? 'application/json-patch+json' : 'application/json',
        },
        body: body === undefined ? null : JSON.stringify(body),
        // Otherwise undici closes the connection after each DELETE with a body, and the baseline would be an easy one.
        reset: false,
      });
      return { status: answer.statusCode, text: await answer.body.text() };
    },
    close: () => pool.destroy(),
  };
};

const rbac = 'rbac.authorization.k8s.io';
const resource = { group: 'networking.k8s.io', resource: 'networkpolicies' };
const user = 'alice@acme.test';
const groups = ['engineers'];

/** One grant as the bare client makes it: the same objects in number, kind and size. */
export type BareGrant = {
  readonly namespace: string;
  readonly name: string;
  /** The NetworkPolicy that it lets the person edit. */
  readonly object: string;
};
export type Made = BareGrant & { readonly uids: { readonly role: string; readonly binding: string } };

/** As big as a stamp; under other labels, so that no sweep takes it for one of Hallpass's. */
export const metadataOf = (name: string, namespace: string) => ({
  name,
  namespace,
  labels: { 'app.kubernetes.io/managed-by': 'bench', 'bench.test/request': name, 'bench.test/hour': '2026-01-01T00' },
  annotations: Object.fromEntries(
    ['request', 'requester', 'approvers', 'seal', 'started-at', 'expires-at', 'key', 'signature'].map((what) => [
      `bench.test/${what}`,
      'x'.repeat(60),
    ]),
  ),
});

const created = z.object({ metadata: z.object({ uid: z.string() }) });
const review = z.object({ status: z.object({ allowed: z.boolean() }) });

export const wanted = (answer: Answer, status: number, what: string): Answer => {
  if (answer.status !== status) throw new Error(`${what}: ${answer.status} ${answer.text.slice(0, 300)}`);
  return answer;
};

export const post = async (bare: Bare, path: string, body: Json): Promise<string> => {
  const { text } = wanted(await bare.send('POST', path, body), 201, path);
  return created.parse(JSON.parse(text)).metadata.uid;
};

const rolesIn = (namespace: string): string => `/apis/${rbac}/v1/namespaces/${namespace}/roles`;
const bindingsIn = (namespace: string): string => `/apis/${rbac}/v1/namespaces/${namespace}/rolebindings`;

const isAllowed = async (bare: Bare, { namespace, object }: BareGrant): Promise<boolean> => {
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: { user, groups, resourceAttributes: { verb: 'delete', ...resource, namespace, name: object } },
  };
  const { text } = wanted(
    await bare.send('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', body),
    201,
    'review',
  );
  return review.parse(JSON.parse(text)).status.allowed;
};

const reviewUntil = async (bare: Bare, grant: BareGrant, allowed: boolean): Promise<void> => {
  while ((await isAllowed(bare, grant)) !== allowed) await pause(4);
};

/** GET namespace, POST marker, POST Role, POST RoleBinding, SubjectAccessReview until allowed. */
export const makeBare = async (bare: Bare, grant: BareGrant): Promise<Made> => {
  const { namespace, name, object } = grant;
  wanted(await bare.send('GET', `/api/v1/namespaces/${namespace}`), 200, 'get namespace');
  const marker = { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadataOf(`bare-${name}`, 'hallpass-markers') };
  await post(bare, '/api/v1/namespaces/hallpass-markers/configmaps', marker);
  const metadata = metadataOf(name, namespace);
  const rules = [
    {
      apiGroups: [resource.group],
      resources: [resource.resource],
      resourceNames: [object],
      verbs: ['get', 'list', 'update', 'patch', 'delete'],
    },
  ];
  const role = await post(bare, rolesIn(namespace), { apiVersion: `${rbac}/v1`, kind: 'Role', metadata, rules });
  const binding = await post(bare, bindingsIn(namespace), {
    apiVersion: `${rbac}/v1`,
    kind: 'RoleBinding',
    metadata,
    roleRef: { apiGroup: rbac, kind: 'Role', name },
    subjects: [{ apiGroup: rbac, kind: 'User', name: user }],
  });
  await reviewUntil(bare, grant, true);
  return { ...grant, uids: { role, binding } };
};

const remove = async (bare: Bare, path: string, uid: string): Promise<void> => {
  const options = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid }, propagationPolicy: 'Background' };
  wanted(await bare.send('DELETE', path, options), 200, `delete ${path}`);
  while ((await bare.send('GET', path)).status !== 404) await pause(4);
};

/** DELETE and GET until 404 of the binding and of the role, SubjectAccessReview until denied. */
export const endBare = async (bare: Bare, made: Made): Promise<void> => {
  const { namespace, name, uids } = made;
  await remove(bare, `${bindingsIn(namespace)}/${name}`, uids.binding);
  await remove(bare, `${rolesIn(namespace)}/${name}`, uids.role);
  await reviewUntil(bare, made, false);
};

/** Does something for each item, so many at a time. The first fault ends it. */
export const inLanes = async <T, R>(
  items: Iterable<T>,
  lanes: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<readonly R[]> => {
  const results: R[] = [];
  const waiting = [...items].entries();
  const lane = async (): Promise<void> => {
    for (const [index, item] of waiting) results[index] = await work(item, index);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
};
