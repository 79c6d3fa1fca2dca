import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { selectsNamespaces } from '#adapters/kubernetes/webhooks.ts';
import { createApiClient } from '#local/parts/api-client.ts';
import { configMaps, guarded, ingresses, protection } from '#test/build/guarded.ts';
import { against, status } from '#test/contract/parts/bad-server.ts';
import { type GuardWorld, startGuardWorld } from '#test/contract/parts/guard-world.ts';

const review = z.object({
  request: z.object({
    uid: z.string(),
    operation: z.string(),
    resource: z.object({ version: z.string(), resource: z.string() }),
    subResource: z.string().optional(),
    namespace: z.string().optional(),
    name: z.string().optional(),
    dryRun: z.boolean().optional(),
  }),
});

let world: GuardWorld;
let server: Server | undefined;
let guard: Awaited<ReturnType<GuardWorld['offering']>>;
let admin: ReturnType<typeof createApiClient>;
const asked: string[] = [];

/** Says no to everything that it is asked about, and what that was. */
const listen = async (): Promise<string> => {
  const listening = createServer({ cert: guard.cert, key: guard.key }, async (request, response) => {
    const { uid, operation, resource, subResource, namespace, name } = review.parse(
      JSON.parse(await text(request)),
    ).request;
    const path = [resource.resource, subResource].filter((part) => part !== undefined).join('/');
    asked.push(`${operation} ${path} ${resource.version} ${namespace ?? ''}/${name ?? ''}`);
    const answer = { uid, allowed: false, status: { code: 403, message: 'held' } };
    response.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: answer }));
  });
  server = listening;
  await new Promise<void>((ready) => listening.listen(0, '127.0.0.1', ready));
  const { port } = listening.address() as AddressInfo;
  return `https://127.0.0.1:${port}/`;
};

const stopListening = (): void => {
  server?.close();
  server?.closeAllConnections();
};

/** In Kubernetes 1.20 nobody sets this label but us. */
const namespace = (name: string) =>
  world.setUp('POST', '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
  });
const ingressIn = (version: string) => (namespace: string) => ({
  path: `/apis/networking.k8s.io/${version}/namespaces/${namespace}/ingresses`,
  body: {
    apiVersion: `networking.k8s.io/${version}`,
    kind: 'Ingress',
    metadata: { name: 'web' },
    spec: {
      [version === 'v1' ? 'defaultBackend' : 'backend']:
        version === 'v1' ? { service: { name: 'web', port: { number: 80 } } } : { serviceName: 'web', servicePort: 80 },
    },
  },
});
const configMapIn = (namespace: string) => ({
  path: `/api/v1/namespaces/${namespace}/configmaps`,
  body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'web' }, data: { a: 'b' } },
});
const create = async ({ path, body }: { readonly path: string; readonly body: object }) =>
  (await admin.send('POST', path, body)).status;

/** Puts it there as the worker does, and waits until the API server goes by it and believes the guard. */
const hold = async (selects: boolean, namespaces: readonly string[], url: string): Promise<void> => {
  await world.remove();
  const wanted = guarded([protection({ namespaces })], {
    at: { url },
    selectsNamespaces: selects,
    held: [ingresses, configMaps],
  });
  await world.keeper(() => wanted).look();
  expect(await guard.offer()).toBe(true);
  const probe = async () => {
    const { body } = await admin.send(
      'POST',
      `${ingressIn('v1')('shop').path}?dryRun=All`,
      ingressIn('v1')('shop').body,
    );
    return JSON.stringify(body);
  };
  await expect.poll(probe, { interval: 50 }).toContain('held');
  asked.splice(0);
};

beforeAll(async () => {
  world = await startGuardWorld();
  admin = createApiClient({ url: world.plane.url, caPem: world.plane.caPem, token: world.plane.adminToken });
  guard = await world.offering();
  for (const name of ['shop', 'pay', 'going']) await namespace(name);
  for (const name of ['shop', 'pay']) {
    const { path, body } = ingressIn('v1')(name);
    await world.setUp('POST', path, { ...body, metadata: { name: 'there' } });
  }
});
beforeEach(() => void asked.splice(0));
afterAll(async () => {
  stopListening();
  await admin?.close();
  await world?.close();
});

describe('the API server', () => {
  it('asks about writes of what is protected in namespaces that are named, and about nothing else', async () => {
    await hold(true, ['shop'], await listen());
    const there = `${ingressIn('v1')('shop').path}/there`;
    expect(await create(ingressIn('v1')('shop'))).toBe(403);
    expect((await admin.send('PATCH', there, { metadata: { labels: { a: 'b' } } })).status).toBe(403);
    expect((await admin.send('PATCH', `${there}/status`, { metadata: { labels: { a: 'b' } } })).status).toBe(403);
    expect((await admin.send('DELETE', there)).status).toBe(403);
    expect((await admin.send('DELETE', ingressIn('v1')('shop').path)).status).toBe(403);
    expect((await admin.send('DELETE', '/api/v1/namespaces/shop')).status).toBe(403);
    const wanted = [
      'CREATE ingresses v1 shop/web',
      'UPDATE ingresses v1 shop/there',
      'UPDATE ingresses/status v1 shop/there',
      'DELETE ingresses v1 shop/there',
      'DELETE namespaces v1 shop/shop',
    ];
    for (const one of wanted) expect(asked).toContain(one);
    expect(asked.filter((one) => !wanted.includes(one) && !one.startsWith('DELETE ingresses'))).toEqual([]);

    asked.splice(0);
    expect(await create(configMapIn('shop'))).toBe(201);
    expect(await create(ingressIn('v1')('pay'))).toBe(201);
    expect((await admin.send('DELETE', '/api/v1/namespaces/going')).status).toBe(200);
    expect(asked).toEqual([]);
  });

  it('converts an older version to the one that is asked about', async () => {
    const isThere = Number(world.plane.version.split('.')[1]) < 22;
    expect(await create(ingressIn('v1beta1')('shop'))).toBe(isThere ? 403 : 404);
    expect(asked).toEqual(isThere ? ['CREATE ingresses v1 shop/web'] : []);
  });

  it("asks about all namespaces but Hallpass's own where one is a pattern", async () => {
    await namespace('team-a');
    for (const name of ['hallpass', 'hallpass-markers'])
      await world.setUp('PATCH', `/api/v1/namespaces/${name}`, {
        metadata: { labels: { 'kubernetes.io/metadata.name': name } },
      });
    stopListening();
    await hold(true, ['shop', 'team-*'], await listen());
    expect(await create(ingressIn('v1')('team-a'))).toBe(403);
    expect((await admin.send('DELETE', '/api/v1/namespaces/team-a')).status).toBe(403);
    expect(await create(ingressIn('v1')('hallpass'))).toBe(201);
    // Of a deletion that is held it asks twice.
    expect([...new Set(asked)]).toEqual(['CREATE ingresses v1 team-a/web', 'DELETE namespaces v1 team-a/team-a']);
  });

  it('asks about all of them where namespaces cannot be chosen by name, however they are labelled', async () => {
    stopListening();
    await hold(false, ['shop'], await listen());
    await world.setUp('PATCH', '/api/v1/namespaces/shop', {
      metadata: { labels: { 'kubernetes.io/metadata.name': 'elsewhere' } },
    });
    for (const name of ['shop', 'pay']) expect(await create(configMapIn(name))).toBe(name === 'shop' ? 409 : 201);
    expect(await create(ingressIn('v1')('shop'))).toBe(403);
    expect(asked).toEqual(['CREATE ingresses v1 shop/web']);
  });

  it('refuses what it cannot ask about', async () => {
    stopListening();
    const { status: code, body } = await admin.send('POST', ingressIn('v1')('shop').path, ingressIn('v1')('shop').body);
    expect(code).toBe(500);
    expect(JSON.stringify(body)).toContain('failed calling webhook');
    expect(
      await create({ ...configMapIn('shop'), body: { ...configMapIn('shop').body, metadata: { name: 'x' } } }),
    ).toBe(201);
  });
});

describe('whether namespaces can be chosen by name', () => {
  const saying = (body: object) => against((_, response) => void response.end(JSON.stringify(body)));

  it('is so on a server that sets the label itself', async () => {
    const minor = Number(world.plane.version.split('.')[1]);
    expect(await selectsNamespaces(world.worker)).toBe(minor >= 22);
  });

  it.each([
    [{ major: '1', minor: '20' }, false],
    [{ major: '1', minor: '21' }, false],
    [{ major: '1', minor: '22' }, true],
    [{ major: '1', minor: '27+' }, true],
    [{ major: '2', minor: '0' }, true],
    [{ major: '', minor: '' }, false],
  ])('follows from its version %o', async (version, expected) => {
    expect(await selectsNamespaces(await saying(version))).toBe(expected);
  });

  it('is not so where the server does not say its version, and unknown where it does not answer', async () => {
    const silent = await against((_, response) => void response.writeHead(403).end(status(403, 'Forbidden', 'no')));
    expect(await selectsNamespaces(silent)).toBe(false);
    const broken = await against((_, response) => void response.writeHead(500).end());
    await expect(selectsNamespaces(broken)).rejects.toThrow('500');
  });
});
