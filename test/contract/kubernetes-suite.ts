import { beforeAll, describe, expect, it } from 'vitest';
import type { AccessProbe, Manifest, ObjectRef } from '#domain/plan.ts';
import { dueSelector, minuteLabel } from '#domain/request/stamp.ts';
import type { ClusterWriter } from '#use-cases/ports.ts';
import { isClusterRefusal } from '#use-cases/ports.ts';

/** A cluster to try a writer on, and hands that do what happens to it from elsewhere. */
export type World = {
  readonly writer: ClusterWriter;
  /** A new namespace. */
  readonly namespace: (labels?: Readonly<Record<string, string>>) => Promise<string>;
  readonly put: (manifest: Manifest) => Promise<void>;
  readonly discard: (ref: ObjectRef) => Promise<void>;
};

const apiVersion = 'rbac.authorization.k8s.io/v1';
const ours = (labels: Readonly<Record<string, string>> = {}) => ({
  'app.kubernetes.io/managed-by': 'hallpass',
  ...labels,
});

export const roleIn = (namespace: string, name: string, rules: Manifest['rules'], labels = {}): Manifest => ({
  apiVersion,
  kind: 'Role',
  metadata: { namespace, name, labels: ours(labels), annotations: { 'hallpass.dev/request': 'k7m2-qx' } },
  rules,
});
export const bindingIn = (namespace: string, name: string, user: string, labels = {}): Manifest => ({
  apiVersion,
  kind: 'RoleBinding',
  metadata: { namespace, name, labels: ours(labels) },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
});
export const editIngresses = [{ apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: ['get', 'update'] }];

const marker = (namespace: string, name: string, labels: Readonly<Record<string, string>> = ours()): Manifest => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace, name, labels, annotations: { 'hallpass.dev/seal': 'abc' } },
});

/** An informer follows the store within some milliseconds. */
const soon = { timeout: 5_000, interval: 10 };

/** What every `ClusterWriter` does, whatever is behind it. */
export const describeClusterWriter = (name: string, open: () => Promise<World>): void => {
  describe(name, () => {
    let world: World;
    let writer: ClusterWriter;
    const probeIn = (namespace: string, more: Partial<AccessProbe> = {}): AccessProbe => ({
      verb: 'update',
      group: 'networking.k8s.io',
      resource: 'ingresses',
      namespace,
      ...more,
    });
    const asks = (user: string, probe: AccessProbe, groups: readonly string[] = []) =>
      writer.review({ user, groups }, probe);

    beforeAll(async () => {
      world = await open();
      writer = world.writer;
    });

    it('lists namespaces, and knows one by its uid until it is gone', async () => {
      const namespace = await world.namespace();
      expect((await writer.namespaces()).map(({ name }) => name)).toContain(namespace);
      expect(await writer.namespace(namespace)).toMatchObject({ terminating: false, uid: expect.stringMatching(/./) });
      expect(await writer.namespace('nowhere')).toBeUndefined();
    });

    it('tells the labels of namespaces, of one and in the list of all', async () => {
      const labels = { env: 'prod', 'acme.test/team': '' };
      const namespace = await world.namespace(labels);
      const [bare, other] = [await world.namespace(), await world.namespace({ env: 'dev' })];
      expect((await writer.namespace(namespace))?.labels).toMatchObject(labels);
      expect((await writer.namespace(bare))?.labels).not.toHaveProperty('env');
      const listed = new Map((await writer.namespaces()).map((one) => [one.name, one.labels]));
      expect(listed.get(namespace)).toMatchObject(labels);
      expect(listed.get(other)).toMatchObject({ env: 'dev' });
      expect(listed.get(bare)).not.toHaveProperty('env');
    });

    it('lists the names of objects in one namespace only', async () => {
      const [one, other] = [await world.namespace(), await world.namespace()];
      await world.put(marker(one, 'here'));
      await world.put(marker(other, 'elsewhere'));
      const names = await writer.names({ group: '', version: 'v1', resource: 'configmaps' }, one);
      expect(names).toContain('here');
      expect(names).not.toContain('elsewhere');
    });

    it('creates an object once and answers it as it is when asked again', async () => {
      const namespace = await world.namespace();
      const first = await writer.create(roleIn(namespace, 'grant', editIngresses));
      expect(first).toMatchObject({
        existed: false,
        ref: { apiVersion, kind: 'Role', namespace, name: 'grant', uid: expect.stringMatching(/./) },
        live: { apiVersion, kind: 'Role', rules: editIngresses },
      });
      const again = await writer.create(roleIn(namespace, 'grant', []));
      expect(again).toMatchObject({ existed: true, ref: first.ref, live: { rules: editIngresses } });
    });

    it('creates an object once when asked twenty times at the same time', async () => {
      const namespace = await world.namespace();
      const made = await Promise.all(
        Array.from({ length: 20 }, () => writer.create(roleIn(namespace, 'grant', editIngresses))),
      );
      expect(made.filter(({ existed }) => !existed)).toHaveLength(1);
      expect(new Set(made.map(({ ref }) => ref.uid)).size).toBe(1);
    });

    it('refuses to create in a namespace that is not there', async () => {
      const fault = await writer.create(roleIn('nowhere', 'grant', editIngresses)).catch((error: unknown) => error);
      expect(isClusterRefusal(fault) && fault.refused.status).toBe(404);
    });

    it('gets what is there with its uid, and undefined for what is not', async () => {
      const namespace = await world.namespace();
      const { ref } = await writer.create(roleIn(namespace, 'grant', editIngresses));
      expect(await writer.get(ref)).toMatchObject({ ref, live: { rules: editIngresses } });
      expect(await writer.get({ ...ref, name: 'other' })).toBeUndefined();
    });

    it('removes an object, and removing it again is harmless', async () => {
      const namespace = await world.namespace();
      const { ref } = await writer.create(roleIn(namespace, 'grant', editIngresses));
      expect(await writer.remove(ref)).toBe('removed');
      expect(await writer.get(ref)).toBeUndefined();
      expect(await writer.remove(ref)).toBe('gone');
    });

    it('removes an object once when asked ten times at the same time', async () => {
      const namespace = await world.namespace();
      const { ref } = await writer.create(roleIn(namespace, 'grant', editIngresses));
      const ended = await Promise.all(Array.from({ length: 10 }, () => writer.remove(ref)));
      expect(ended.filter((how) => how === 'removed')).toHaveLength(1);
      expect(ended.filter((how) => how === 'replaced')).toHaveLength(0);
    });

    it('leaves alone an object that somebody else made anew under the same name', async () => {
      const namespace = await world.namespace();
      const { ref } = await writer.create(roleIn(namespace, 'grant', editIngresses));
      await world.discard(ref);
      await world.put(roleIn(namespace, 'grant', []));
      expect(await writer.remove(ref)).toBe('replaced');
      expect((await writer.get(ref))?.live.rules ?? []).toEqual([]);
    });

    it('does not call removed what a foreign finalizer keeps alive', { timeout: 15_000 }, async () => {
      const namespace = await world.namespace();
      const binding = bindingIn(namespace, 'grant', 'ann');
      const held = { ...binding, metadata: { ...binding.metadata, finalizers: ['example.com/hold'] } };
      await writer.create(roleIn(namespace, 'grant', editIngresses));
      const { ref } = await writer.create(held);
      const fault = await writer.remove(ref).catch((error: unknown) => error);
      expect(isClusterRefusal(fault) && fault.message).toContain('finalizer');
      expect(await writer.get(ref)).toBeDefined();
      // What is going must not pass for one that was made before: it would be called active and vanish.
      const again = await writer.create(binding).catch((error: unknown) => error);
      expect(again).toBeInstanceOf(Error);
      expect(isClusterRefusal(again)).toBe(false);
    });

    it('finds what it made by label, and nothing else', async () => {
      const namespace = await world.namespace();
      const labels = { 'hallpass.dev/request': namespace, [minuteLabel]: '2026-11-20T22-05' };
      await writer.create(roleIn(namespace, 'grant', editIngresses, labels));
      await writer.create(bindingIn(namespace, 'grant', 'ann', labels));
      await writer.create(roleIn(namespace, 'later', [], { ...labels, [minuteLabel]: '2026-11-20T22-08' }));
      const foreign = roleIn(namespace, 'foreign', []);
      await world.put({ ...foreign, metadata: { ...foreign.metadata, labels: { 'hallpass.dev/request': namespace } } });
      const found = async (selector: string) =>
        (await writer.managed(selector)).map(({ ref }) => `${ref.kind} ${ref.name}`).sort();
      expect(await found(`hallpass.dev/request=${namespace}`)).toEqual([
        'Role grant',
        'Role later',
        'RoleBinding grant',
      ]);
      const due = `hallpass.dev/request=${namespace},${dueSelector(Temporal.Instant.from('2026-11-20T22:07:00Z'))}`;
      expect(await found(due)).toEqual(['Role grant', 'RoleBinding grant']);
      expect(await found('hallpass.dev/request')).toEqual(expect.arrayContaining(['Role later']));
    });

    it('finds in what may lag the same in the end, and loses what is gone', async () => {
      const namespace = await world.namespace();
      const selector = `hallpass.dev/request=${namespace}`;
      const metadata = { 'hallpass.dev/request': namespace };
      const { ref, live } = await writer.create(roleIn(namespace, 'grant', editIngresses, metadata));
      const found = async () => (await writer.managed(selector, { mayLag: true })).map((one) => one.live.metadata);
      await expect.poll(found, soon).toEqual([live.metadata]);
      await writer.remove(ref);
      await expect.poll(found, soon).toEqual([]);
    });

    it('gives of what it found the same metadata as of what it created', async () => {
      const namespace = await world.namespace();
      const { ref, live } = await writer.create(
        roleIn(namespace, 'grant', editIngresses, { 'hallpass.dev/request': namespace }),
      );
      const [found] = await writer.managed(`hallpass.dev/request=${namespace}`);
      expect(found?.ref).toEqual(ref);
      expect(found?.live).toMatchObject({ apiVersion: live.apiVersion, kind: live.kind });
      expect(found?.live.metadata).toEqual(live.metadata);
    });

    it('finds the markers of a namespace, and no other ConfigMaps', async () => {
      const namespace = await world.namespace();
      const { ref } = await writer.create(marker(namespace, 'applied'));
      await world.put({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name: 'foreign' } });
      expect((await writer.markers(namespace)).map((found) => found.ref)).toEqual([ref]);
    });

    it('adds annotations and leaves the others as they are', async () => {
      const namespace = await world.namespace();
      const { ref } = await writer.create(marker(namespace, 'applied'));
      await Promise.all([
        writer.annotate(ref, { 'hallpass.dev/a': '1' }),
        writer.annotate(ref, { 'hallpass.dev/b': '2' }),
      ]);
      const live = (await writer.get(ref))?.live;
      expect(live?.metadata.annotations).toEqual({
        'hallpass.dev/seal': 'abc',
        'hallpass.dev/a': '1',
        'hallpass.dev/b': '2',
      });
    });

    it('annotates neither what is not there nor what is not ours', async () => {
      const namespace = await world.namespace();
      const target = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'foreign' };
      const annotate = () => writer.annotate(target, { a: '1' }).catch((error: unknown) => error);
      expect(isClusterRefusal(await annotate())).toBe(true);
      await world.put(marker(namespace, 'foreign', {}));
      expect(isClusterRefusal(await annotate())).toBe(true);
    });

    it('lets the person do what the role says, only there, and names the binding', async () => {
      const [namespace, elsewhere] = [await world.namespace(), await world.namespace()];
      expect(await asks('ann', probeIn(namespace))).toMatchObject({ allowed: false });
      await writer.create(roleIn(namespace, 'grant', editIngresses));
      await writer.create(bindingIn(namespace, 'grant', 'ann'));
      await expect.poll(async () => (await asks('ann', probeIn(namespace))).allowed, soon).toBe(true);
      expect((await asks('ann', probeIn(namespace))).reason).toContain(`RoleBinding "grant/${namespace}"`);
      expect((await asks('ann', probeIn(elsewhere))).allowed).toBe(false);
      expect((await asks('bob', probeIn(namespace))).allowed).toBe(false);
      expect((await asks('ann', probeIn(namespace, { verb: 'delete' }))).allowed).toBe(false);
      expect((await asks('ann', probeIn(namespace, { subresource: 'status' }))).allowed).toBe(false);
    });

    it('narrows to named objects: not to others, and not to a list of all', async () => {
      const namespace = await world.namespace();
      const rules = [
        { apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: ['get', 'list'], resourceNames: ['web'] },
      ];
      await writer.create(roleIn(namespace, 'grant', rules));
      await writer.create(bindingIn(namespace, 'grant', 'ann'));
      const may = async (more: Partial<AccessProbe>) => (await asks('ann', probeIn(namespace, more))).allowed;
      await expect.poll(() => may({ verb: 'get', name: 'web' }), soon).toBe(true);
      expect(await may({ verb: 'get', name: 'api' })).toBe(false);
      expect(await may({ verb: 'list' })).toBe(false);
    });

    it('counts groups, as long as the binding is there', async () => {
      const namespace = await world.namespace();
      const bound = bindingIn(namespace, 'grant', 'nobody');
      const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'shop-devs' }];
      await writer.create(roleIn(namespace, 'grant', editIngresses));
      const { ref } = await writer.create({ ...bound, subjects });
      const allowed = async (groups: readonly string[]) => (await asks('ann', probeIn(namespace), groups)).allowed;
      await expect.poll(() => allowed(['shop-devs']), soon).toBe(true);
      expect(await allowed([])).toBe(false);
      await writer.remove(ref);
      await expect.poll(() => allowed(['shop-devs']), soon).toBe(false);
    });

    it('grants cluster-wide and takes it back', async () => {
      const named = await world.namespace();
      const rbac = 'rbac.authorization.k8s.io';
      const metadata = { name: named, labels: ours({ 'hallpass.dev/request': named }) };
      const rules = [{ apiGroups: ['networking.k8s.io'], resources: ['ingressclasses'], verbs: ['update'] }];
      const role = await writer.create({ apiVersion, kind: 'ClusterRole', metadata, rules });
      const subjects = [{ apiGroup: rbac, kind: 'User', name: 'ann' }];
      const roleRef = { apiGroup: rbac, kind: 'ClusterRole', name: named };
      const binding = await writer.create({ apiVersion, kind: 'ClusterRoleBinding', metadata, roleRef, subjects });
      const probe = { verb: 'update', group: 'networking.k8s.io', resource: 'ingressclasses' };
      await expect.poll(async () => (await asks('ann', probe)).allowed, soon).toBe(true);
      const found = (await writer.managed(`hallpass.dev/request=${named}`)).map(({ ref }) => ref.uid);
      expect(found.sort()).toEqual([role.ref.uid, binding.ref.uid].sort());
      for (const { ref } of [binding, role]) expect(await writer.remove(ref)).toBe('removed');
      await expect.poll(async () => (await asks('ann', probe)).allowed, soon).toBe(false);
    });

    it('tells the time in whole seconds', async () => {
      expect((await writer.time()).epochMilliseconds % 1_000).toBe(0);
    });
  });
};
