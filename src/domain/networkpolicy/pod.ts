import { z } from 'zod';
import type { Manifest } from '#domain/plan.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { type Address, parseAddress } from './cidr.ts';
import type { Labels } from './selector.ts';

export const protocol = z.enum(['TCP', 'UDP', 'SCTP']);
export type Protocol = z.infer<typeof protocol>;

/** What NetworkPolicies see of a pod. */
export type Pod = {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Labels;
  readonly addresses: readonly Address[];
  /** Ports that bear a name. */
  readonly ports: readonly { readonly name: string; readonly protocol: Protocol; readonly number: number }[];
  /** On the node's network it looks like the node: selectors do not see it, and nothing isolates it. */
  readonly onNode: boolean;
  /** Ran to its end: it sends and takes nothing any more. */
  readonly over: boolean;
};

const containers = z
  .array(
    z.object({
      ports: z
        .array(z.object({ name: z.string().nullish(), protocol: protocol.nullish(), containerPort: z.int() }))
        .nullish(),
    }),
  )
  .nullish();
const shape = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    labels: z.record(z.string(), z.string()).nullish(),
  }),
  spec: z.object({ containers, initContainers: containers, hostNetwork: z.boolean().nullish() }),
  status: z
    .object({
      phase: z.string().nullish(),
      podIP: z.string().nullish(),
      podIPs: z.array(z.object({ ip: z.string() })).nullish(),
    })
    .nullish(),
});

/** Reads a Pod (v1) as the API server sends it. */
export const readPod = (manifest: Manifest): Result<Pod, string> => {
  const read = shape.safeParse(manifest);
  if (!read.success) return err(`Pod ${manifest.metadata.namespace ?? ''}/${manifest.metadata.name} cannot be read.`);
  const { metadata, spec, status } = read.data;
  const texts = [status?.podIP ?? '', ...(status?.podIPs ?? []).map(({ ip }) => ip)];
  return ok({
    name: metadata.name,
    namespace: metadata.namespace,
    labels: metadata.labels ?? {},
    addresses: [...new Set(texts)].map(parseAddress).filter((address) => address !== undefined),
    ports: [...(spec.containers ?? []), ...(spec.initContainers ?? [])].flatMap(({ ports }) =>
      (ports ?? []).flatMap(({ name, protocol: spoken, containerPort }) =>
        typeof name === 'string' ? [{ name, protocol: spoken ?? ('TCP' as const), number: containerPort }] : [],
      ),
    ),
    onNode: spec.hostNetwork === true,
    over: status?.phase === 'Succeeded' || status?.phase === 'Failed',
  });
};
