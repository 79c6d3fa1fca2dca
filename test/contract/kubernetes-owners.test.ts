import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createClusterWriter } from '#adapters/kubernetes/cluster.ts';
import { liveObject } from '#adapters/kubernetes/objects.ts';
import type { RawClient } from '#adapters/kubernetes/raw-client.ts';
import type { Manifest } from '#domain/plan.ts';
import { accessSorts } from '#kinds/access/sorts.ts';
import type { ClusterWriter } from '#use-cases/ports.ts';
import { annotated, metadataOf, policyIn, written } from './kubernetes-foreign-suite.ts';
import { quiet, type RealWorld, startWorld } from './kubernetes-world.ts';

let real: RealWorld;
let client: RawClient;
let writer: ClusterWriter;
beforeAll(async () => {
  real = await startWorld([]);
  client = real.client();
  writer = createClusterWriter(client, { sorts: accessSorts, namespaces: [], alarm: quiet });
});
afterAll(() => real?.close());

/** As Argo CD does with server-side apply. */
const apply = (manifest: Manifest): Promise<Manifest> =>
  client.call(
    {
      method: 'PATCH',
      path: `/apis/networking.k8s.io/v1/namespaces/${manifest.metadata.namespace}/networkpolicies/web?fieldManager=argocd&force=true`,
      contentType: 'application/apply-patch+yaml',
      body: manifest,
      saying: 'apply',
    },
    liveObject,
  );
const by = { manager: 'hallpass-k7m2-qx' };

/** Applied by Argo CD, changed by Hallpass, and restored; owners as before the change, and as they are now. */
const changedAndRestored = async () => {
  const namespace = await real.namespace();
  const before = await apply(policyIn(namespace, { x: '1', y: '1' }));
  const changed = written(await writer.write(annotated(before, { x: '2' }), by));
  const restored = written(await writer.write(annotated(changed, { x: '1' }), by));
  return { namespace, before, restored };
};

describe('fields that were given back', () => {
  it('are removed again by the tool that brought them, once it leaves them out', async () => {
    const { namespace, before, restored } = await changedAndRestored();
    const owners = z.json().parse(metadataOf(before).managedFields);
    await writer.setOwners({ ...before, ...restored.metadata }, metadataOf(restored).resourceVersion, owners);
    const after = await apply(policyIn(namespace, { y: '1' }));
    expect(after.metadata.annotations).toEqual({ y: '1' });
    expect(metadataOf(after).managedFields.map(({ manager }) => manager)).toEqual(['argocd']);
  });

  it('would otherwise stay for ever, which is why they are given back', async () => {
    const { namespace } = await changedAndRestored();
    const after = await apply(policyIn(namespace, { y: '1' }));
    expect(after.metadata.annotations).toEqual({ x: '1', y: '1' });
  });

  it('leave no trace of who gave them, also when Hallpass itself had owned nothing', async () => {
    const { before, restored } = await changedAndRestored();
    const owners = z.json().parse(metadataOf(before).managedFields);
    const version = metadataOf(restored).resourceVersion;
    const back = written(await writer.setOwners({ ...before, ...restored.metadata }, version, owners));
    expect(metadataOf(back).managedFields).toEqual(owners);
    const again = { ...before, ...restored.metadata };
    const same = written(await writer.setOwners(again, metadataOf(back).resourceVersion, owners));
    expect(metadataOf(same)).toEqual(metadataOf(back));
  });
});

// The types of JavaScript's library do not have it yet.
const { rawJSON } = z
  .object({ rawJSON: z.custom<(text: string) => unknown>((value) => typeof value === 'function') })
  .parse(JSON);

it('an object with a number beyond what JavaScript holds is refused, and its number stays', async () => {
  const namespace = await real.namespace();
  const labels = { app: 'web' };
  const spec = {
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        terminationGracePeriodSeconds: rawJSON('9007199254740993'),
        containers: [{ name: 'web', image: 'web:1' }],
      },
    },
  };
  const target = { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'web' };
  const body = { ...target, metadata: { namespace, name: 'web' }, spec };
  await real.setUp('POST', `/apis/apps/v1/namespaces/${namespace}/deployments`, body);
  await expect(writer.get(target)).rejects.toThrow(
    '9007199254740993 at spec.template.spec.terminationGracePeriodSeconds',
  );
});
