import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Manifest, Target } from '#domain/plan.ts';
import { accessSorts } from '#kinds/access/sorts.ts';
import type { Sort } from '#kinds/kind.ts';
import { type ClusterWriter, isClusterRefusal, type Managed, type Moved, type Written } from '#use-cases/ports.ts';
import type { World } from './kubernetes-suite.ts';

const policies: Sort = {
  group: 'networking.k8s.io',
  version: 'v1',
  resource: 'networkpolicies',
  kind: 'NetworkPolicy',
  namespaced: true,
};
/** What Hallpass makes in these tests: more than access is made of. */
export const madeSorts: readonly Sort[] = [...accessSorts, policies];

/** Somebody's NetworkPolicy. The server adds `policyTypes`, and takes only two words in it. */
export const policyIn = (
  namespace: string,
  annotations: Readonly<Record<string, string>> = {},
  spec: Readonly<Record<string, Manifest['spec']>> = {},
): Manifest => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { namespace, name: 'web', annotations },
  spec: { podSelector: {}, ...spec },
});

const given = z.looseObject({
  resourceVersion: z.string(),
  managedFields: z.array(z.looseObject({ manager: z.string(), fieldsV1: z.json() })).default([]),
});
/** What the server has put into an object's metadata. */
export const metadataOf = (live: Manifest): z.infer<typeof given> => given.parse(live.metadata);
const versionOf = (live: Manifest): string => metadataOf(live).resourceVersion;

export const written = (answer: Written | Moved): Manifest => {
  if (answer.type === 'moved') throw new Error('it moved');
  return answer.live;
};

export const annotated = (live: Manifest, annotations: Readonly<Record<string, string>>): Manifest => ({
  ...live,
  metadata: { ...live.metadata, annotations: { ...live.metadata.annotations, ...annotations } },
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

const by = { manager: 'hallpass-k7m2-qx' };

const deploymentIn = (namespace: string): Manifest => {
  const labels = { app: 'web' };
  const containers = ['web', 'proxy'].map((container) => ({ name: container, image: `${container}:1` }));
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace, name: 'web' },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  };
};
/** The same with another image in one container, whatever else the server has put in. */
const withImage = (live: Manifest, container: string, image: string): Manifest => {
  const containers = z.looseObject({ name: z.string(), image: z.string() }).array();
  const template = z.looseObject({ spec: z.looseObject({ containers }) });
  const spec = z.looseObject({ template }).parse(live.spec);
  for (const each of spec.template.spec.containers) if (each.name === container) each.image = image;
  return { ...live, spec: z.json().parse(spec) };
};

/** What every `ClusterWriter` does with objects that are not Hallpass's own. */
export const describeForeignWrites = (name: string, open: () => Promise<World>): void => {
  describe(`foreign objects in ${name}`, () => {
    let world: World;
    let writer: ClusterWriter;
    beforeAll(async () => {
      world = await open();
      writer = world.writer;
    });

    const there = async (target: Target): Promise<Managed> => {
      const found = await writer.get(target);
      if (found === undefined) throw new Error('it is not there');
      return found;
    };
    /** Puts somebody's policy into a new namespace. */
    const somebodys = async (annotations: Readonly<Record<string, string>> = { team: 'shop' }): Promise<Managed> => {
      const manifest = policyIn(await world.namespace(), annotations);
      await world.put(manifest);
      return there({ ...manifest, ...manifest.metadata });
    };

    it('are listed whole, in one namespace or all', async () => {
      const [one, other] = [await somebodys(), await somebodys()];
      expect(await writer.list(policies, one.ref.namespace)).toEqual([one.live]);
      expect(await writer.scan(policies, one.ref.namespace, ({ metadata }) => metadata.name)).toEqual([one.ref.name]);
      expect(await writer.list(policies)).toEqual(expect.arrayContaining([one.live, other.live]));
    });

    it('are created by a write, and answered as the server keeps them', async () => {
      const manifest = policyIn(await world.namespace());
      const live = written(await writer.write(manifest, by));
      expect(live).toMatchObject({ kind: 'NetworkPolicy', spec: { policyTypes: ['Ingress'] } });
      expect((await there({ ...manifest, ...manifest.metadata })).live).toEqual(live);
    });

    it('are replaced at the very version that was read, with all that Hallpass does not know of', async () => {
      const { ref, live } = await somebodys({ 'example.com/unknown': 'kept' });
      const now = written(await writer.write(annotated(live, { x: '1' }), by));
      expect(now.metadata).toMatchObject({ uid: ref.uid, annotations: { 'example.com/unknown': 'kept', x: '1' } });
      expect(versionOf(now)).not.toBe(versionOf(live));
      expect((await there(ref)).live).toEqual(now);
    });

    it('are left as they are when somebody has changed them since', async () => {
      const { ref, live } = await somebodys();
      const theirs = written(await writer.write(annotated(live, { theirs: '1' }), { manager: 'kubectl' }));
      for (const write of [writer.tryWrite, writer.write])
        expect(await write(annotated(live, { ours: '1' }), by)).toEqual({ type: 'moved' });
      expect((await there(ref)).live).toEqual(theirs);
    });

    it('are not brought back when they are gone, nor replaced when made anew', async () => {
      const { ref, live } = await somebodys();
      await world.discard(ref);
      for (const write of [writer.tryWrite, writer.write]) expect(await write(live, by)).toEqual({ type: 'moved' });
      expect(await writer.get(ref)).toBeUndefined();
      await world.put(policyIn(ref.namespace ?? '', { new: '1' }));
      expect(await writer.write(live, by)).toEqual({ type: 'moved' });
      expect((await there(ref)).live.metadata.annotations).toEqual({ new: '1' });
    });

    it.each([undefined, '', '0', '000'])('are never overwritten by a write of version %j', async (resourceVersion) => {
      const { ref, live } = await somebodys();
      const blind = { ...annotated(live, { x: '1' }), metadata: { ...live.metadata, resourceVersion } };
      for (const write of [writer.tryWrite, writer.write]) expect(await write(blind, by)).toEqual({ type: 'moved' });
      expect((await there(ref)).live).toEqual(live);
    });

    it('are replaced once by ten writes at the same time', async () => {
      const { live } = await somebodys();
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, index) => writer.write(annotated(live, { x: String(index) }), by)),
      );
      expect(answers.filter(({ type }) => type === 'written')).toHaveLength(1);
    });

    it('are not touched by a dry run, which answers what they would become', async () => {
      const manifest = policyIn(await world.namespace(), { x: '1' });
      const target = { ...manifest, ...manifest.metadata };
      const tried = written(await writer.tryWrite(manifest, by));
      expect(tried).toMatchObject({ metadata: { annotations: { x: '1' } }, spec: { policyTypes: ['Ingress'] } });
      expect(await writer.get(target)).toBeUndefined();
      const live = written(await writer.write(manifest, by));
      const { policyTypes: _, ...spec } = z.looseObject({}).parse(live.spec);
      const again = written(await writer.tryWrite({ ...annotated(live, { x: '2' }), spec: z.json().parse(spec) }, by));
      expect(again).toMatchObject({ metadata: { annotations: { x: '2' } }, spec: { policyTypes: ['Ingress'] } });
      expect((await there(target)).live).toEqual(live);
    });

    it('are not written with a content that the server refuses, and its words come through', async () => {
      const namespace = await world.namespace();
      const bad = policyIn(namespace, {}, { policyTypes: ['Sideways'] });
      for (const write of [writer.tryWrite, writer.write]) {
        const fault = await faultOf(write(bad, by));
        expect(isClusterRefusal(fault) && fault.refused.status).toBe(422);
        expect(isClusterRefusal(fault) && fault.message).toContain(
          'spec.policyTypes[0]: Unsupported value: "Sideways"',
        );
      }
      const { live } = await somebodys();
      expect(await statusOf(writer.write({ ...live, spec: bad.spec }, by))).toBe(422);
    });

    it('are not created in a namespace that is not there', async () => {
      for (const write of [writer.tryWrite, writer.write])
        expect(await statusOf(write(policyIn('nowhere'), by))).toBe(404);
    });

    it('say after a write who owns what was changed, and nothing else', async () => {
      const { live } = await somebodys({ x: '1', y: '1' });
      const now = written(await writer.write(annotated(live, { x: '2' }), by));
      const owners = metadataOf(now).managedFields.filter(({ manager }) => manager === by.manager);
      expect(owners.map(({ fieldsV1 }) => fieldsV1)).toEqual([{ 'f:metadata': { 'f:annotations': { 'f:x': {} } } }]);
    });

    it('are owned by a field of one item, where items of a list have names', async () => {
      const manifest = deploymentIn(await world.namespace());
      await world.put(manifest);
      const { live } = await there({ ...manifest, ...manifest.metadata });
      const now = written(await writer.write(withImage(live, 'web', 'web:2'), by));
      const owners = metadataOf(now).managedFields.filter(({ manager }) => manager === by.manager);
      const item = { 'k:{"name":"web"}': { 'f:image': {} } };
      expect(owners.map(({ fieldsV1 }) => fieldsV1)).toEqual([
        { 'f:spec': { 'f:template': { 'f:spec': { 'f:containers': item } } } },
      ]);
      expect(now.metadata).toMatchObject({ generation: 2 });
    });

    it('get back exactly the owners that they had, at the version that was read', async () => {
      const { ref, live } = await somebodys({ x: '1', y: '1' });
      const before = z.json().parse(metadataOf(live).managedFields);
      const changed = written(await writer.write(annotated(live, { x: '2' }), by));
      expect(await writer.setOwners(ref, versionOf(live), before)).toEqual({ type: 'moved' });
      expect((await there(ref)).live).toEqual(changed);
      const restored = written(await writer.write(annotated(changed, { x: '1' }), by));
      const back = written(await writer.setOwners(ref, versionOf(restored), before));
      expect(metadataOf(back).managedFields).toEqual(before);
      expect(await writer.setOwners(ref, versionOf(back), before)).toEqual({ type: 'written', live: back });
      expect(back).toMatchObject({ spec: live.spec, metadata: { annotations: live.metadata.annotations } });
      expect((await there(ref)).live).toEqual(back);
    });

    it('have no owners when they had none, and none are set on what is gone', async () => {
      const { ref, live } = await somebodys();
      const bare = written(await writer.setOwners(ref, versionOf(live), []));
      expect(metadataOf(bare).managedFields).toEqual([]);
      await world.discard(ref);
      expect(await writer.setOwners(ref, versionOf(bare), [])).toEqual({ type: 'moved' });
    });

    it('are not touched by a dry run of their deletion, which refuses for another one and one that is gone', async () => {
      const { ref, live } = await somebodys();
      await writer.tryDelete(ref);
      expect(await statusOf(writer.tryDelete({ ...ref, uid: '00000000-0000-4000-8000-aaaaaaaaaaaa' }))).toBe(404);
      expect((await there(ref)).live).toEqual(live);
      await world.discard(ref);
      const fault = await faultOf(writer.tryDelete(ref));
      expect(isClusterRefusal(fault) && fault.message).toContain('gone');
    });

    it('are deleted at the very version that was read, and deleting again is harmless', async () => {
      const { ref, live } = await somebodys();
      const now = written(await writer.write(annotated(live, { x: '1' }), by));
      expect(await writer.delete(ref, versionOf(live))).toBe('moved');
      expect((await there(ref)).live).toEqual(now);
      expect(await writer.delete(ref, versionOf(now))).toBe('deleted');
      expect(await writer.get(ref)).toBeUndefined();
      expect(await writer.delete(ref, versionOf(now))).toBe('gone');
    });

    it('are not deleted when somebody has made them anew', async () => {
      const { ref, live } = await somebodys();
      await world.discard(ref);
      await world.put(policyIn(ref.namespace ?? ''));
      expect(await writer.delete(ref, versionOf(live))).toBe('gone');
      expect(await writer.get(ref)).toBeDefined();
    });

    it('are not called deleted while a finalizer holds them, nor made anew', { timeout: 15_000 }, async () => {
      const { ref, live } = await somebodys();
      const held = { ...live, metadata: { ...live.metadata, finalizers: ['example.com/hold'] } };
      const now = written(await writer.write(held, by));
      const fault = await faultOf(writer.delete(ref, versionOf(now)));
      expect(isClusterRefusal(fault) && fault.message).toContain('"example.com/hold"');
      for (const write of [writer.tryWrite, writer.write])
        expect(await write(policyIn(ref.namespace ?? ''), by)).toEqual({ type: 'moved' });
      const going = (await there(ref)).live;
      const letGo = { ...going, metadata: { ...going.metadata, finalizers: [] } };
      expect((await writer.write(letGo, by)).type).toBe('written');
      expect(await writer.get(ref)).toBeUndefined();
      expect(await writer.delete(ref, versionOf(now))).toBe('gone');
    });

    it('are deleted by their uid alone, whatever their version, without waiting for their end', async () => {
      const { ref, live } = await somebodys();
      const held = { ...live, metadata: { ...live.metadata, finalizers: ['example.com/hold'] } };
      written(await writer.write(held, by));
      expect(await writer.beginDelete(ref)).toBe('begun');
      const going = (await there(ref)).live;
      expect(going.metadata).toHaveProperty('deletionTimestamp');
      // Somebody is deleting it already: that goes on.
      await writer.beginDelete(ref);
      const letGo = { ...going, metadata: { ...going.metadata, finalizers: [] } };
      written(await writer.write(letGo, by));
      expect(await writer.beginDelete(ref)).toBe('gone');
      await world.put(policyIn(ref.namespace ?? ''));
      expect(await writer.beginDelete(ref)).toBe('gone');
      expect(await writer.get(ref)).toBeDefined();
    });

    it('are told from those that Hallpass made, which are found whatever their sort', async () => {
      const { ref } = await somebodys();
      const labels = { 'app.kubernetes.io/managed-by': 'hallpass', 'hallpass.dev/request': ref.namespace ?? '' };
      const made = await writer.create({
        ...policyIn(ref.namespace ?? ''),
        metadata: { namespace: ref.namespace ?? '', name: 'made', labels },
      });
      expect((await writer.managed(`hallpass.dev/request=${ref.namespace}`)).map((found) => found.ref)).toEqual([
        made.ref,
      ]);
    });

    it('are told from journals, which are found by label in their namespace alone, and never read', async () => {
      const [namespace, elsewhere] = [await world.namespace(), await world.namespace()];
      const secretIn = (place: string, title: string, labels: Readonly<Record<string, string>>): Manifest => ({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { namespace: place, name: title, labels },
        data: { journal: 'c2VjcmV0' },
      });
      const ours = { 'app.kubernetes.io/managed-by': 'hallpass', 'hallpass.dev/request': 'k7m2-qx' };
      const { ref } = await writer.create(secretIn(namespace, 'journal', ours));
      await writer.create(secretIn(elsewhere, 'journal', ours));
      const other = await writer.create(secretIn(namespace, 'other', { ...ours, 'hallpass.dev/request': 'zzzz-zz' }));
      await world.put(secretIn(namespace, 'foreign', { 'hallpass.dev/request': 'k7m2-qx' }));
      const found = await writer.journals(namespace, 'hallpass.dev/request=k7m2-qx');
      expect(found.map((each) => each.ref)).toEqual([ref]);
      expect(found.map(({ live }) => 'data' in live)).toEqual([false]);
      expect((await writer.journals(namespace, '')).map((each) => each.ref.uid).sort()).toEqual(
        [ref.uid, other.ref.uid].sort(),
      );
      expect((await writer.get(ref))?.live.data).toEqual({ journal: 'c2VjcmV0' });
      expect(await writer.remove(ref)).toBe('removed');
      expect(await writer.journals(namespace, 'hallpass.dev/request=k7m2-qx')).toEqual([]);
    });
  });
};
