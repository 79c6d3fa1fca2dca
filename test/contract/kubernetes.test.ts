import { afterAll, beforeAll } from 'vitest';
import { createClusterWriter } from '#adapters/kubernetes/cluster.ts';
import { collectionPath } from '#adapters/kubernetes/resources.ts';
import type { Manifest } from '#domain/plan.ts';
import { describeForeignWrites, madeSorts } from './kubernetes-foreign-suite.ts';
import { describeClusterWriter, type World } from './kubernetes-suite.ts';
import { quiet, type RealWorld, startWorld } from './kubernetes-world.ts';

let real: RealWorld;
beforeAll(async () => {
  real = await startWorld([]);
});
afterAll(() => real?.close());

const pathOf = ({ apiVersion, kind, metadata }: Pick<Manifest, 'apiVersion' | 'kind' | 'metadata'>): string =>
  collectionPath(apiVersion, `${kind.toLowerCase().replace(/y$/, 'ie')}s`, metadata.namespace);

const open = async (): Promise<World> => ({
  writer: createClusterWriter(real.client(), { sorts: madeSorts, namespaces: [], alarm: quiet }),
  namespace: real.namespace,
  put: async (manifest) => void (await real.setUp('POST', pathOf(manifest), manifest)),
  discard: async ({ apiVersion, kind, namespace, name }) => {
    const path = pathOf({ apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } });
    await real.setUp('DELETE', `${path}/${name}`);
  },
});

describeClusterWriter('a real API server', open);
describeForeignWrites('a real API server', open);
