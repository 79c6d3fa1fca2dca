import { createMemoryCluster } from '#test/memory/cluster.ts';
import { describeClusterWriter } from './kubernetes-suite.ts';

describeClusterWriter('the in-memory cluster', async () => {
  const cluster = createMemoryCluster();
  let count = 0;
  return {
    writer: cluster,
    namespace: async () => {
      count += 1;
      cluster.addNamespace(`team-${count}`);
      return `team-${count}`;
    },
    put: async (manifest) => void cluster.put(manifest),
    discard: async (ref) => cluster.discard(ref),
  };
});
