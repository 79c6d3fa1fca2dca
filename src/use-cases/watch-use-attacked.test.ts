import { describe, expect, test } from 'vitest';
import { bob } from '#test/build/people.ts';
import { accessOver, profiles } from '#test/build/profiles.ts';
import { type AuditEvent, auditEvent, createWatchWorld, refusedEvent } from '#test/build/watch-world.ts';
import { file, look } from '#test/build/world.ts';
import { revokeGrant } from './act-on-request.ts';
import { createUseWatch } from './watch-use.ts';

type WatchWorld = Awaited<ReturnType<typeof createWatchWorld>>;

const tripsIn = async ({ entries }: WatchWorld) =>
  (await entries()).flatMap((event) => (event.type === 'tripped' ? [`${event.rule} ${event.does}`] : []));
const secrets = { resource: 'secrets', apiVersion: 'v1' };

describe('whoever uses a grant cannot make what they do unreadable', () => {
  test('an Audit-ID of their own, which the API server passes on as it is, hides nothing however long', async () => {
    const watched = await createWatchWorld();
    await watched.report(auditEvent({ verb: 'list', objectRef: secrets, auditID: 'x'.repeat(101) }));
    expect(await tripsIn(watched)).toEqual(['secrets-listing revoke']);
  });

  test('addresses of their own in X-Forwarded-For hide nothing, however many', async () => {
    const watched = await createWatchWorld();
    const sourceIPs = [...Array.from({ length: 100 }, (_, index) => `10.9.8.${index}`), '10.1.2.3'];
    await watched.report(auditEvent({ verb: 'list', objectRef: secrets, sourceIPs }));
    expect(await tripsIn(watched)).toEqual(['secrets-listing revoke']);
  });
});

describe('what is longer than anything of its sort', () => {
  test('a port with many zeros before it, through which a node is reached all the same, hides nothing', async () => {
    const watched = await createWatchWorld();
    const name = `https:node-1:${'0'.repeat(250)}10250`;
    await watched.report(
      auditEvent({ objectRef: { resource: 'nodes', subresource: 'proxy', name, apiVersion: 'v1' } }),
    );
    expect(await tripsIn(watched)).toEqual(['node-proxy revoke']);
  });

  test('the name of somebody who does not exist, taken on with the groups of an administrator, hides nothing', async () => {
    const watched = await createWatchWorld();
    const impersonatedUser = { username: 'x'.repeat(301), groups: ['system:masters'] };
    await watched.report(auditEvent({ verb: 'list', objectRef: secrets, impersonatedUser }));
    expect(await tripsIn(watched)).toEqual(['impersonation revoke']);
  });
});

describe('what only says that it is a dry run counts', () => {
  test('a deletion: the API server reads its options from the body, and the address only where there is none', async () => {
    const watched = await createWatchWorld();
    await watched.report(
      auditEvent({
        verb: 'delete',
        objectRef: {
          resource: 'validatingwebhookconfigurations',
          apiGroup: 'admissionregistration.k8s.io',
          apiVersion: 'v1',
          name: 'hallpass-guard',
        },
        requestURI: '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/hallpass-guard?dryRun=All',
      }),
    );
    expect(await tripsIn(watched)).toEqual(['webhook-write revoke']);
  });

  test('a token: the API server makes one that works in a dry run too', async () => {
    const watched = await createWatchWorld();
    await watched.report(
      auditEvent({
        verb: 'create',
        objectRef: {
          resource: 'serviceaccounts',
          subresource: 'token',
          namespace: 'shop',
          name: 'default',
          apiVersion: 'v1',
        },
        requestURI: '/api/v1/namespaces/shop/serviceaccounts/default/token?dryRun=All',
        responseStatus: { code: 201 },
      }),
    );
    expect(await tripsIn(watched)).toEqual(['token-creation revoke']);
  });

  test('many deletions are a burst', async () => {
    const watched = await createWatchWorld();
    const one = (index: number) =>
      auditEvent({
        verb: 'delete',
        objectRef: { resource: 'pods', namespace: 'shop', name: `web-${index}`, apiVersion: 'v1' },
        requestURI: `/api/v1/namespaces/shop/pods/web-${index}?dryRun=All`,
      });
    await watched.report(...Array.from({ length: 25 }, (_, index) => one(index)));
    expect(await tripsIn(watched)).toContain('delete-burst revoke');
  });
});

describe('what reaches further than its name', () => {
  test('a pod that is reached through its Service is a connection opened in a pod', async () => {
    const watched = await createWatchWorld();
    await watched.report(
      auditEvent({
        verb: 'create',
        objectRef: {
          resource: 'services',
          subresource: 'proxy',
          namespace: 'shop',
          name: 'vault:8200',
          apiVersion: 'v1',
        },
      }),
    );
    expect(await tripsIn(watched)).toEqual(['exec revoke']);
  });

  test('a whole collection that is deleted at once is a burst', async () => {
    const watched = await createWatchWorld();
    await watched.report(
      auditEvent({
        verb: 'deletecollection',
        objectRef: { resource: 'deployments', apiGroup: 'apps', namespace: 'bank', apiVersion: 'v1' },
      }),
    );
    expect(await tripsIn(watched)).toContain('delete-burst revoke');
  });
});

describe('nobody is taken for somebody else', () => {
  test('a binding of the same name in another namespace does not make its user the one who holds the grant', async () => {
    const watched = await createWatchWorld();
    const { state } = await watched.request();
    if (state.status !== 'active') throw new Error('It is not in force.');
    const name = state.objects.find(({ kind }) => kind === 'RoleBinding')?.name;
    const reason = `RBAC: allowed by RoleBinding "${name}/dev" of Role "mine" to User "mallory@acme.test"`;
    const user = { username: 'mallory@acme.test' };
    await watched.report(
      auditEvent({
        user,
        objectRef: { resource: 'pods', namespace: 'dev', apiVersion: 'v1' },
        annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': reason },
      }),
    );
    await watched.report(
      auditEvent({ user, verb: 'list', objectRef: { resource: 'secrets', namespace: 'dev', apiVersion: 'v1' } }),
    );
    expect(await tripsIn(watched)).toEqual([]);
  });
});

describe('what was done under a grant that has ended meanwhile', () => {
  test('ends no other grant, though no watcher has seen that one in force', async () => {
    const watched = await createWatchWorld();
    const { world } = watched;
    const reading = {
      name: 'secrets-read',
      title: 'Read Secrets',
      bindings: [{ in: 'requested', rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list'] }] }],
    };
    world.settings.kinds = [accessOver([...profiles, reading])];
    const other = await world.approve(
      await file(world, { ask: { profile: 'secrets-read', objects: [] }, origin: 'form 2' }),
    );
    await world.steps();
    const { state, asked } = (await look(world, other)).request;
    if (state.status !== 'active') throw new Error(`It is ${state.status}.`);
    const [binding] = state.objects.filter(({ kind }) => kind === 'RoleBinding');
    const reason = `RBAC: allowed by RoleBinding "${binding?.name}/shop" of Role "x" to User "alice@example.com"`;
    const event = auditEvent({
      verb: 'list',
      objectRef: { ...secrets, namespace: 'shop' },
      annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': reason },
      requestReceivedTimestamp: world.now().toString(),
    });
    await revokeGrant(world.bot, { by: bob, id: asked.id, reason: 'enough' });
    await world.steps();
    // The API server sends a batch after 30 seconds at the latest.
    world.advance({ seconds: 20 });
    await watched.report(event);
    expect((await look(world, other)).request.state.status).toBe('revoked');
    expect(await tripsIn(watched)).toEqual([]);
  });
});

describe('what a grant was used for', () => {
  test('is told of a write also where whoever holds it has looked at a hundred made-up things before', async () => {
    const watched = await createWatchWorld();
    const ingresses = { resource: 'ingresses', apiGroup: 'networking.k8s.io', apiVersion: 'v1', namespace: 'shop' };
    // `fieldSelector=metadata.name=x` is reported as that name, and answered with an empty list.
    const looks = Array.from({ length: 100 }, (_, index) =>
      auditEvent({ verb: 'list', objectRef: { ...ingresses, name: `x-${index}` } }),
    );
    await watched.report(...looks);
    await watched.report(auditEvent({ verb: 'update', objectRef: { ...ingresses, name: 'web' } }));
    const uses = (await watched.entries()).flatMap((event) => (event.type === 'observed' ? event.uses : []));
    expect(uses.map(({ verb }) => verb)).toContain('update');
  });
});

describe('whom no line of the policy knows', () => {
  test('is known to every watcher once one of them has seen them use what Hallpass made', async () => {
    const watched = await createWatchWorld();
    const { state } = await watched.request();
    if (state.status !== 'active') throw new Error('It is not in force.');
    const name = state.objects.find(({ kind }) => kind === 'RoleBinding')?.name;
    const reason = `RBAC: allowed by RoleBinding "${name}/shop" of Role "x" to User "alice@corp.example.com"`;
    const user = { username: 'alice@corp.example.com' };
    await watched.report(
      auditEvent({
        user,
        annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': reason },
      }),
    );
    watched.restart();
    await watched.report(auditEvent({ user, verb: 'list', objectRef: secrets }));
    expect(await tripsIn(watched)).toEqual(['secrets-listing revoke']);
  });
});

describe('what is left for the bot has room where notes are bounded as in Redis', () => {
  const begin = async () => {
    const watched = await createWatchWorld();
    const { leave: _, ...reports } = watched.ports.reports;
    const { held } = watched.world;
    const watch = createUseWatch({
      ...watched.ports,
      reports: { ...reports, leave: async (entry, urgent) => held.held.note(entry, urgent) },
    });
    const take = async (...events: readonly AuditEvent[]): Promise<void> => {
      const now = watched.world.now().toString();
      await watch.take(events.map((event) => ({ requestReceivedTimestamp: now, ...event })));
      await watched.world.takeIn();
    };
    return { watched, take };
  };

  test('also of many refusals whose names are nothing but quotation marks', async () => {
    const { watched, take } = await begin();
    const tried = (resource: string, index: number): AuditEvent =>
      refusedEvent(resource, {
        verb: 'get',
        objectRef: { resource, namespace: 'shop', name: `${'"'.repeat(240)}${index}`, apiVersion: 'v1' },
      });
    const tries = ['secrets', 'pods', 'configmaps'].flatMap((resource) =>
      Array.from({ length: 5 }, (_, index) => tried(resource, index)),
    );
    for (const one of tries) await take(one);
    expect(await tripsIn(watched)).toEqual(['denied-burst revoke']);
  });
});

describe('what kubectl does by itself', () => {
  test('`kubectl get all`, which asks for ten sorts in one second, ends nothing', async () => {
    const watched = await createWatchWorld();
    const sorts = {
      '': ['pods', 'replicationcontrollers', 'services'],
      apps: ['daemonsets', 'deployments', 'replicasets', 'statefulsets'],
      autoscaling: ['horizontalpodautoscalers'],
      batch: ['cronjobs', 'jobs'],
    };
    const lists = Object.entries(sorts).flatMap(([apiGroup, resources]) =>
      resources.map((resource) => refusedEvent(resource, { objectRef: { resource, apiGroup, namespace: 'shop' } })),
    );
    await watched.report(...lists);
    expect(await tripsIn(watched)).toEqual([]);
  });
});

describe('whoever writes into Redis', () => {
  test.each(['no JSON', '[]', 'null', '{"id":1}', '{}'])(
    'stops no watcher by counting "%s" with the others',
    async (what) => {
      const watched = await createWatchWorld();
      const { add } = watched.ports.seen;
      Object.assign(watched.ports.seen, {
        add: async (...given: Parameters<typeof add>) => [{ what, at: 0 }, ...(await add(...given))],
      });
      await watched.report(auditEvent(), auditEvent({ verb: 'list', objectRef: secrets }));
      expect(await tripsIn(watched)).toEqual(['secrets-listing revoke']);
    },
  );
});
