import { z } from 'zod';
import type { Manifest } from '#domain/plan.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { Sort } from '#kinds/kind.ts';

export const podSort: Sort = { group: '', version: 'v1', resource: 'pods', kind: 'Pod', namespaced: true };

/** What makes a pod again, or not. */
export type Owner = { readonly kind: string; readonly name: string; readonly uid: string };

/** A pod as it is now, without anything of what it runs. */
export type Pod = {
  readonly name: string;
  readonly made: Temporal.Instant;
  readonly isGoing: boolean;
  /** Its node runs it by itself; what the API server has of it is a copy. */
  readonly isCopy: boolean;
  readonly phase: string;
  readonly isReady: boolean;
  /** Absent while it waits for one. */
  readonly node?: string;
  /** Its controller; absent where nothing makes it again. */
  readonly owner?: Owner;
  /** Seconds that it has to end by itself; of one that is being deleted, from when that began. */
  readonly grace: number;
};

const shape = z.object({
  metadata: z.object({
    name: z.string(),
    creationTimestamp: z.iso.datetime(),
    annotations: z.record(z.string(), z.string()).nullish(),
    deletionTimestamp: z.string().nullish(),
    deletionGracePeriodSeconds: z.number().nullish(),
    ownerReferences: z
      .array(z.object({ kind: z.string(), name: z.string(), uid: z.string(), controller: z.boolean().nullish() }))
      .nullish(),
  }),
  // Whoever makes a pod may say any number of 64 bits, and no pod is to keep others from being read.
  spec: z.object({ nodeName: z.string().nullish(), terminationGracePeriodSeconds: z.number().nullish() }),
  status: z
    .object({
      phase: z.string().nullish(),
      conditions: z.array(z.object({ type: z.string(), status: z.string() })).nullish(),
    })
    .nullish(),
});

/**
 * By which a kubelet knows copies (`k8s.io/kubernetes/pkg/kubelet/types`): it runs nothing of them, and nobody can add it to a pod that
 * runs. An owner of the kind Node anybody may write into a pod of theirs.
 */
const copyNote = 'kubernetes.io/config.mirror';

/** What Kubernetes gives a pod that does not say it (`DefaultTerminationGracePeriodSeconds`). */
const usualGrace = 30;

/** Reads a Pod (v1) as the API server sends it. */
export const readPod = (manifest: Manifest): Result<Pod, string> => {
  const read = shape.safeParse(manifest);
  if (!read.success) return err(`Pod ${manifest.metadata.name} cannot be read. An administrator should look at it.`);
  const { metadata, spec, status } = read.data;
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  return ok({
    name: metadata.name,
    made: Temporal.Instant.from(metadata.creationTimestamp),
    isGoing: typeof metadata.deletionTimestamp === 'string',
    isCopy: Object.hasOwn(metadata.annotations ?? {}, copyNote),
    phase: status?.phase ?? 'Unknown',
    isReady: status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true,
    ...(spec.nodeName ? { node: spec.nodeName } : {}),
    ...(owner === undefined ? {} : { owner: { kind: owner.kind, name: owner.name, uid: owner.uid } }),
    grace: Math.min(
      metadata.deletionGracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? usualGrace,
      Number.MAX_SAFE_INTEGER,
    ),
  });
};
