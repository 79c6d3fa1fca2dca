import { describe, expect, test } from 'vitest';
import { type TrippedEntry, writeEntry } from '#domain/guard/entry.ts';
import { useRules } from '#domain/watch/suspicion.ts';
import { userOf } from '#test/build/guard-world.ts';
import { bob } from '#test/build/people.ts';
import { type AuditEvent, auditEvent, createWatchWorld, refusedEvent } from '#test/build/watch-world.ts';
import { revokeGrant } from './act-on-request.ts';

type WatchWorld = Awaited<ReturnType<typeof createWatchWorld>>;

const tripsIn = async ({ entries }: WatchWorld) =>
  (await entries()).flatMap((event) => (event.type === 'tripped' ? [`${event.rule} ${event.does}`] : []));
const usesIn = async ({ entries }: WatchWorld) =>
  (await entries()).flatMap((event) => (event.type === 'observed' ? event.uses : []));
const statusOf = async ({ request, world }: WatchWorld): Promise<string> => {
  await world.steps();
  return (await request()).state.status;
};

/** Something that was allowed, by what it is done to. */
const done = (verb: string, objectRef: Record<string, string>, changed: Record<string, unknown> = {}): AuditEvent =>
  auditEvent({ verb, objectRef: { apiVersion: 'v1', ...objectRef }, ...changed });
const tripped = ({ id }: WatchWorld): TrippedEntry => ({
  type: 'tripped',
  id,
  cluster: 'prod',
  rule: 'exec',
  evidence: ['x'],
});
const rbac = 'rbac.authorization.k8s.io';
const burst = (): readonly AuditEvent[] =>
  ['secrets', 'pods', 'configmaps', 'pods', 'secrets'].map((one) => refusedEvent(one));

describe('what nobody does with temporary access ends it at once', () => {
  test.each([
    ['rbac-write', done('create', { resource: 'rolebindings', apiGroup: rbac, namespace: 'shop', name: 'mine' })],
    ['rbac-write', done('patch', { resource: 'clusterroles', apiGroup: rbac, name: 'view' })],
    [
      'webhook-write',
      done('delete', {
        resource: 'validatingwebhookconfigurations',
        apiGroup: 'admissionregistration.k8s.io',
        name: 'hallpass-guard',
      }),
    ],
    [
      'token-creation',
      done('create', { resource: 'serviceaccounts', subresource: 'token', namespace: 'shop', name: 'default' }),
    ],
    ['token-creation', done('create', { resource: 'certificatesigningrequests', apiGroup: 'certificates.k8s.io' })],
    ['node-proxy', done('get', { resource: 'nodes', subresource: 'proxy', name: 'node-1' })],
    ['exec', done('create', { resource: 'pods', subresource: 'exec', namespace: 'shop', name: 'web-1' })],
    [
      'exec',
      done(
        'get',
        { resource: 'pods', subresource: 'exec', namespace: 'bank', name: 'vault-1' },
        { stage: 'ResponseStarted', responseStatus: { code: 101 } },
      ),
    ],
    ['exec', done('create', { resource: 'pods', subresource: 'portforward', namespace: 'shop', name: 'web-1' })],
    ['exec', done('patch', { resource: 'pods', subresource: 'ephemeralcontainers', namespace: 'shop', name: 'web-1' })],
    ['secrets-listing', done('list', { resource: 'secrets' })],
    ['secrets-listing', done('watch', { resource: 'secrets', namespace: 'shop' }, { stage: 'ResponseStarted' })],
    ['own-objects', done('delete', { resource: 'configmaps', namespace: 'hallpass-markers', name: 'k7m2-qx' })],
    ['own-objects', done('get', { resource: 'secrets', namespace: 'hallpass', name: 'keys' })],
    // The API server itself refused to hand on rights that they do not have: they were let that far, and tried it.
    [
      'rbac-write',
      done(
        'create',
        { resource: 'rolebindings', apiGroup: rbac, namespace: 'shop' },
        { responseStatus: { code: 403 } },
      ),
    ],
    ['impersonation', done('get', { resource: 'pods', namespace: 'shop' }, { impersonatedUser: { username: 'root' } })],
  ])('%s', async (name, event) => {
    const watched = await createWatchWorld();
    await watched.report(event);
    expect(await tripsIn(watched)).toEqual([`${name} revoke`]);
    expect(await statusOf(watched)).toBe('revoked');
    expect((await watched.request()).state).toMatchObject({ cause: 'tripped', tripped: [{ rule: name }] });
  });

  test('says what was seen: when, what, by what it was allowed, by which program and from which network', async () => {
    const watched = await createWatchWorld();
    const reason = 'RBAC: allowed by ClusterRoleBinding "ops" of ClusterRole "cluster-admin" to User "alice"';
    await watched.report(
      done(
        'list',
        { resource: 'secrets' },
        { annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': reason } },
      ),
    );
    const [event] = (await watched.entries()).filter(({ type }) => type === 'tripped');
    expect(event).toMatchObject({
      evidence: [
        '12:00:00 list secrets in the whole cluster: allowed by ClusterRoleBinding "ops"; kubectl/v1.30.2, from 10.1.2.0/24',
      ],
    });
    expect(JSON.stringify(event)).not.toContain('10.1.2.3');
  });

  test('does nothing to whoever was granted just that, or who has no grant', async () => {
    const watched = await createWatchWorld();
    await watched.report(
      done('update', { resource: 'ingresses', apiGroup: 'networking.k8s.io', namespace: 'shop', name: 'web' }),
      done('list', { resource: 'secrets' }, { user: { username: userOf('bob') } }),
      done(
        'list',
        { resource: 'secrets' },
        { user: { username: 'system:serviceaccount:kube-system:generic-garbage-collector' } },
      ),
    );
    expect(await tripsIn(watched)).toEqual([]);
    expect(await statusOf(watched)).toBe('active');
  });

  test('what was done before the grant began says nothing about it', async () => {
    const watched = await createWatchWorld();
    const before = watched.world.now().subtract({ seconds: 2 }).toString();
    await watched.report(done('list', { resource: 'secrets' }, { requestReceivedTimestamp: before }));
    await watched.report(...burst().map((event) => ({ ...event, requestReceivedTimestamp: before })));
    expect(await tripsIn(watched)).toEqual([]);
  });

  test('also in the same moment in which the grant began, whatever its person did just before', async () => {
    const watched = await createWatchWorld({}, {}, 'before it is applied');
    await watched.report(auditEvent());
    await watched.world.steps();
    await watched.report(done('list', { resource: 'secrets' }));
    expect(await tripsIn(watched)).toEqual(['secrets-listing revoke']);
  });

  test('also where it is reported before the grant’s log says that it is in force', async () => {
    const watched = await createWatchWorld({}, {}, 'before it is applied');
    const event = {
      ...done('list', { resource: 'secrets' }),
      requestReceivedTimestamp: watched.world.now().toString(),
    };
    await watched.take([event]);
    await watched.world.steps();
    expect(await statusOf(watched)).toBe('active');
    await watched.wait();
    expect(await tripsIn(watched)).toEqual(['secrets-listing revoke']);
  });

  test('also where the worker that made it died before it could say so, and another one says so later', async () => {
    const watched = await createWatchWorld({}, {}, 'before it is applied');
    const event = {
      ...done('list', { resource: 'secrets' }),
      requestReceivedTimestamp: watched.world.now().toString(),
    };
    await watched.take([event]);
    await watched.wait();
    expect(await tripsIn(watched)).toEqual([]);
    await watched.world.steps();
    await watched.wait();
    expect(await tripsIn(watched)).toEqual(['secrets-listing revoke']);
  });

  test('also where a thousand others wait for their last look', async () => {
    const watched = await createWatchWorld({}, {}, 'before it is applied');
    const event = (resource: string) => ({
      ...done('list', { resource }),
      requestReceivedTimestamp: watched.world.now().toString(),
    });
    const other = {
      ...event('secrets'),
      requestReceivedTimestamp: watched.world.now().subtract({ hours: 1 }).toString(),
    };
    await watched.take(Array.from({ length: 1_000 }, () => other));
    await watched.wait();
    await watched.take([event('secrets')]);
    await watched.world.steps();
    await watched.wait();
    expect(await tripsIn(watched)).toEqual(['secrets-listing revoke']);
  });

  test('who only asks what somebody may do has done nothing with it; who uses what is theirs has', async () => {
    const watched = await createWatchWorld();
    const asAlice = { user: { username: 'root' }, impersonatedUser: { username: userOf('alice') } };
    await watched.report(
      done('create', { resource: 'selfsubjectaccessreviews', apiGroup: 'authorization.k8s.io' }, asAlice),
      done('get', { resource: 'pods', namespace: 'shop' }, asAlice),
    );
    expect(await tripsIn(watched)).toEqual([]);
    await watched.report(auditEvent(asAlice));
    expect(await tripsIn(watched)).toEqual(['impersonation revoke']);
  });

  test('a dry run has done nothing', async () => {
    const watched = await createWatchWorld();
    await watched.report(
      done(
        'create',
        { resource: 'roles', apiGroup: rbac, namespace: 'shop' },
        { requestURI: '/apis/x/roles?fieldManager=k&dryRun=All' },
      ),
    );
    expect(await tripsIn(watched)).toEqual([]);
  });
});

describe('what is noise by itself', () => {
  test('a single refusal is no alarm, nor are many of the same', async () => {
    const watched = await createWatchWorld();
    await watched.report(refusedEvent('secrets'));
    await watched.report(...Array.from({ length: 50 }, () => refusedEvent('pods')));
    expect(await tripsIn(watched)).toEqual([]);
  });

  test('five refusals within a minute on three resources end the grant, whoever of the watchers was told of which', async () => {
    const watched = await createWatchWorld();
    const [first, second, ...rest] = burst();
    await watched.report(first ?? {}, second ?? {});
    watched.restart();
    await watched.report(...rest);
    expect(await tripsIn(watched)).toEqual(['denied-burst revoke']);
    expect(await statusOf(watched)).toBe('revoked');
    const tripped = (await watched.entries()).find(({ type }) => type === 'tripped');
    expect(tripped).toHaveProperty('evidence.length', 5);
  });

  test('the same refusal that is reported again and again is one', async () => {
    const watched = await createWatchWorld();
    const [one, two, three] = [refusedEvent('secrets'), refusedEvent('pods'), refusedEvent('configmaps')];
    for (let times = 0; times < 5; times += 1) await watched.report(three, one, two);
    expect(await tripsIn(watched)).toEqual([]);
  });

  test('it is counted by when it was done, in whatever order it is told, and not over more than a minute', async () => {
    const at = (seconds: number) => ({ requestReceivedTimestamp: watched.world.now().add({ seconds }).toString() });
    const watched = await createWatchWorld();
    const spread = ['secrets', 'pods', 'configmaps', 'nodes', 'roles'].map((one, index) =>
      refusedEvent(one, at(index * 20)),
    );
    await watched.report(...spread.toReversed());
    expect(await tripsIn(watched)).toEqual([]);
    // One more that was done in the middle of them, and is told last.
    await watched.report(refusedEvent('jobs', at(30)), refusedEvent('leases', at(31)));
    expect(await tripsIn(watched)).toEqual(['denied-burst revoke']);
  });

  test('many deletions within a minute end the grant also where each is granted', async () => {
    const watched = await createWatchWorld();
    const deleted = (name: string) =>
      done('delete', { resource: 'ingresses', apiGroup: 'networking.k8s.io', namespace: 'shop', name });
    await watched.report(...Array.from({ length: 19 }, (_, index) => deleted(`web-${index}`)));
    expect(await tripsIn(watched)).toEqual([]);
    await watched.report(deleted('last'));
    expect(await tripsIn(watched)).toEqual(['delete-burst revoke']);
  });

  test('another network is told once, and the grant stays', async () => {
    const watched = await createWatchWorld();
    await watched.report(auditEvent(), auditEvent({ sourceIPs: ['10.1.2.99'] }));
    expect(await tripsIn(watched)).toEqual([]);
    await watched.report(
      auditEvent({ sourceIPs: ['8.8.8.8', '192.0.2.7'] }),
      auditEvent({ sourceIPs: ['198.51.100.1'] }),
    );
    expect(await tripsIn(watched)).toEqual(['new-address warn']);
    // What a client has written into a header itself is not believed.
    expect(JSON.stringify(await watched.entries())).not.toContain('8.8.8');
    expect(await statusOf(watched)).toBe('active');
  });

  test('what is written beside what was granted is told once; what is written elsewhere is nobody’s affair', async () => {
    const watched = await createWatchWorld();
    const write = (namespace: string) => done('update', { resource: 'configmaps', namespace, name: 'gate' });
    await watched.report(write('bank'), done('get', { resource: 'configmaps', namespace: 'shop', name: 'gate' }));
    expect(await tripsIn(watched)).toEqual([]);
    await watched.report(write('shop'), write('shop'));
    expect(await tripsIn(watched)).toEqual(['out-of-scope warn']);
  });
});

describe('what a policy says', () => {
  test.each(useRules.filter((name) => name !== 'impersonation'))(
    '%s can be off, and then nothing comes of it',
    async (name) => {
      const watched = await createWatchWorld({ [name]: 'off' });
      await watched.report(done('create', { resource: 'pods', subresource: 'exec', namespace: 'shop', name: 'web' }));
      await watched.report(...burst());
      const trips = await tripsIn(watched);
      expect(trips.some((one) => one.startsWith(name))).toBe(false);
      // The other one of them is there, so that something was looked at.
      expect(trips.length).toBeGreaterThan(0);
    },
  );

  test('a warning is told and ends nothing', async () => {
    const watched = await createWatchWorld({ exec: 'warn' });
    await watched.report(done('create', { resource: 'pods', subresource: 'exec', namespace: 'shop', name: 'web' }));
    expect(await tripsIn(watched)).toEqual(['exec warn']);
    expect(await statusOf(watched)).toBe('active');
  });

  test('the bot’s own policy says what comes of it, not the watcher’s', async () => {
    const watched = await createWatchWorld();
    const entry = tripped(watched);
    watched.world.settings.policy = {
      ...watched.world.settings.policy,
      watch: {
        ...watched.world.settings.policy.watch,
        does: { ...watched.world.settings.policy.watch.does, exec: 'off' },
      },
    };
    watched.world.held.leave(writeEntry(entry, watched.world.signer('watcher')));
    await watched.world.takeIn();
    expect(await tripsIn(watched)).toEqual([]);
  });

  test('what was taken by break-glass stays, and its people are told', async () => {
    const watched = await createWatchWorld({}, { breakGlass: true });
    await watched.report(done('list', { resource: 'secrets' }), ...burst());
    expect(await tripsIn(watched)).toEqual(['secrets-listing warn', 'denied-burst warn']);
    expect(await statusOf(watched)).toBe('active');
  });
});

describe('nothing that comes', () => {
  test('twice, late or after the end changes anything twice', async () => {
    const watched = await createWatchWorld();
    const event = done('list', { resource: 'secrets' });
    await watched.report(event, event);
    watched.restart();
    await watched.report(event);
    await watched.world.steps();
    watched.restart();
    watched.world.advance({ seconds: 60 });
    await watched.report({ ...event, requestReceivedTimestamp: watched.world.now().toString() });
    expect(await tripsIn(watched)).toEqual(['secrets-listing revoke']);
  });

  test('that is no event stops those that are', async () => {
    const watched = await createWatchWorld();
    const junk: readonly unknown[] = [
      null,
      7,
      'event',
      [],
      {},
      { user: 'alice' },
      { user: { username: 7 } },
      { ...auditEvent(), auditID: '' },
      { ...auditEvent(), requestReceivedTimestamp: 'yesterday' },
      { ...auditEvent(), objectRef: { resource: 'x'.repeat(10_000) } },
      { ...auditEvent(), stage: 'Nothing' },
      { ...auditEvent(), annotations: { 'authorization.k8s.io/reason': 7 } },
    ];
    await watched.take([
      ...junk,
      done('list', { resource: 'secrets' }, { requestReceivedTimestamp: watched.world.now().toString() }),
      ...junk,
    ]);
    await watched.world.takeIn();
    expect(await tripsIn(watched)).toEqual(['secrets-listing revoke']);
    expect(watched.world.alarms.join()).toContain('Some of what was sent as audit events are none');
  });

  test('without an object, or that only says that a request came, is looked at', async () => {
    const watched = await createWatchWorld();
    await watched.report(
      done('list', { resource: 'secrets' }, { stage: 'RequestReceived' }),
      auditEvent({ objectRef: undefined, requestURI: '/metrics' }),
    );
    expect((await watched.entries()).filter(({ type }) => type === 'tripped' || type === 'observed')).toEqual([]);
    expect(watched.world.alarms).toEqual([]);
  });

  test('from anybody but a watcher, or of another cluster, ends a grant', async () => {
    const watched = await createWatchWorld();
    const entry = tripped(watched);
    for (const author of ['guard', 'worker', 'bot'] as const)
      watched.world.held.leave(writeEntry(entry, watched.world.signer(author)));
    watched.world.held.leave(writeEntry({ ...entry, cluster: 'other' }, watched.world.signer('watcher')));
    await watched.world.takeIn();
    expect(await tripsIn(watched)).toEqual([]);
  });

  test('is lost where there is no room: it is sent again', async () => {
    const watched = await createWatchWorld();
    watched.full(true);
    const event = done('list', { resource: 'secrets' });
    await expect(watched.report(event)).rejects.toThrow('no room');
    watched.full(false);
    await watched.report(event);
    expect(await tripsIn(watched)).toEqual(['secrets-listing revoke']);
  });
});

describe('what was done with a grant', () => {
  const named = (name: string) =>
    `RBAC: allowed by RoleBinding "${name}/shop" of Role "x" to User "${userOf('alice')}"`;
  const by = (reason: string) => ({
    annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': reason },
  });

  test('is written down, each the first time, and by what else it was allowed', async () => {
    const watched = await createWatchWorld();
    const own = named(`hallpass-${watched.id}-0`);
    await watched.report(auditEvent(by(own)), auditEvent(by(own)), auditEvent({ ...by(named('ops')), verb: 'patch' }));
    watched.restart();
    await watched.report(auditEvent(by(own)));
    expect(await usesIn(watched)).toEqual([
      { verb: 'get', group: 'networking.k8s.io', resource: 'ingresses', namespace: 'shop', name: 'web' },
      {
        verb: 'patch',
        group: 'networking.k8s.io',
        resource: 'ingresses',
        namespace: 'shop',
        name: 'web',
        allowedBy: 'RoleBinding "ops"',
      },
    ]);
  });

  test('came to nothing where it failed, and is told also when it comes late', async () => {
    const watched = await createWatchWorld();
    const failed = auditEvent({ responseStatus: { code: 404 } });
    await watched.report(failed);
    expect(await usesIn(watched)).toEqual([]);
    const late = { ...auditEvent({ verb: 'list' }), requestReceivedTimestamp: watched.world.now().toString() };
    await revokeGrant(watched.world.bot, { by: bob, id: watched.id, reason: 'enough' });
    expect(await statusOf(watched)).toBe('revoked');
    await watched.take([late]);
    await watched.world.takeIn();
    expect(await usesIn(watched)).toHaveLength(1);
  });

  test('is told of whom no line of the policy knows once they have used what Hallpass made', async () => {
    const watched = await createWatchWorld();
    const stranger = { user: { username: 'alice@corp.example.com' } };
    const secret = done('list', { resource: 'secrets' }, stranger);
    await watched.report(secret);
    expect(await tripsIn(watched)).toEqual([]);
    await watched.report(auditEvent({ ...stranger, ...by(named(`hallpass-${watched.id}-0`)) }));
    await watched.report({ ...secret, auditID: 'another' });
    expect(await tripsIn(watched)).toEqual(['secrets-listing revoke']);
  });

  test('is a sign that events come from that cluster', async () => {
    const watched = await createWatchWorld();
    await watched.report();
    await watched.report(auditEvent());
    expect(watched.signs).toEqual(['prod']);
    watched.world.advance({ seconds: 6 });
    await watched.report();
    expect(watched.signs).toEqual(['prod', 'prod']);
  });
});
