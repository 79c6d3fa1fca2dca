import { z } from 'zod';
import type { Manifest } from '#domain/plan.ts';
import { createMemoryCluster } from '#test/memory/cluster.ts';
import { describeForeignWrites, madeSorts } from './kubernetes-foreign-suite.ts';
import { describeClusterWriter, type World } from './kubernetes-suite.ts';

const policy = z.object({
  kind: z.literal('NetworkPolicy'),
  spec: z.looseObject({ policyTypes: z.array(z.string()).optional() }),
});

/** As the API server does with NetworkPolicies that say nothing of egress. */
const defaults = (manifest: Manifest): Manifest => {
  const read = policy.safeParse(manifest);
  if (!read.success || read.data.spec.policyTypes !== undefined) return manifest;
  return { ...manifest, spec: z.json().parse({ ...read.data.spec, policyTypes: ['Ingress'] }) };
};

const refuses = (manifest: Manifest): string | undefined => {
  const types = policy.safeParse(manifest).data?.spec.policyTypes ?? [];
  const at = types.findIndex((type) => !['Ingress', 'Egress'].includes(type));
  return at === -1 ? undefined : `spec.policyTypes[${at}]: Unsupported value: "${types[at]}"`;
};

const open = async (): Promise<World> => {
  const cluster = createMemoryCluster({ sorts: madeSorts, defaults, refuses });
  let count = 0;
  return {
    writer: cluster,
    namespace: async (labels) => {
      count += 1;
      cluster.addNamespace(`team-${count}`, labels);
      return `team-${count}`;
    },
    put: async (manifest) => void cluster.put(manifest),
    discard: async (ref) => cluster.discard(ref),
  };
};

describeClusterWriter('the in-memory cluster', open);
describeForeignWrites('the in-memory cluster', open);
