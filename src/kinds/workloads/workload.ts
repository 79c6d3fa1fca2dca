import { z } from 'zod';
import { type Manifest, targetKey, targetOf } from '#domain/plan.ts';
import { managedBy } from '#domain/request/stamp.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { sayName } from '#kinds/names.ts';
import { targetIn, type WorkKind } from './sorts.ts';

const texts = z.record(z.string(), z.string());
const count = z.int().min(0).nullish();
/** A number of pods, or a share of them as in `25%`. */
const amount = z.union([z.int(), z.string()]).nullish();

const shape = z.object({
  metadata: z.object({
    uid: z.string(),
    deletionTimestamp: z.string().nullish(),
    labels: texts.nullish(),
    annotations: texts.nullish(),
    generation: z.int().nullish(),
    ownerReferences: z
      .array(z.object({ kind: z.string(), name: z.string(), controller: z.boolean().nullish() }))
      .nullish(),
    managedFields: z.array(z.object({ manager: z.string().nullish() })).nullish(),
  }),
  spec: z.object({
    replicas: count,
    paused: z.boolean().nullish(),
    // The three name it differently.
    strategy: z
      .object({
        type: z.string().nullish(),
        rollingUpdate: z.object({ maxUnavailable: amount, maxSurge: amount }).nullish(),
      })
      .nullish(),
    updateStrategy: z
      .object({
        type: z.string().nullish(),
        rollingUpdate: z.object({ maxUnavailable: amount, maxSurge: amount, partition: count }).nullish(),
      })
      .nullish(),
    template: z.object({ metadata: z.object({ labels: texts.nullish() }).nullish() }),
  }),
  status: z
    .object({
      observedGeneration: z.int().nullish(),
      replicas: count,
      readyReplicas: count,
      availableReplicas: count,
      updatedReplicas: count,
      currentRevision: z.string().nullish(),
      updateRevision: z.string().nullish(),
      conditions: z
        .array(z.object({ type: z.string(), reason: z.string().nullish(), message: z.string().nullish() }))
        .nullish(),
      desiredNumberScheduled: count,
      currentNumberScheduled: count,
      numberReady: count,
      numberAvailable: count,
      updatedNumberScheduled: count,
    })
    .nullish(),
});

/** A Deployment, StatefulSet or DaemonSet as it is now, without anything of what its pods run. */
export type Workload = {
  readonly kind: WorkKind;
  readonly name: string;
  readonly uid: string;
  /** How many pods it shall have; of a DaemonSet, on so many nodes it shall be. */
  readonly wanted: number;
  readonly ready: number;
  /** Of the newest template. */
  readonly updated: number;
  /** Those that are ready for long enough (`minReadySeconds`). */
  readonly available: number;
  /** All of them, old and new; those that are being ended do not count. */
  readonly existing: number;
  /** A StatefulSet's own word that none of its pods has an older template. */
  readonly isOneRevision: boolean;
  /** Its controller gave up on replacing its pods, and says why. */
  readonly stalled?: string;
  /** Whether its controller has seen what it shall be now. */
  readonly isSettled: boolean;
  readonly paused: boolean;
  /** `RollingUpdate`, `Recreate` or `OnDelete`. */
  readonly strategy: string;
  readonly maxUnavailable: number | string;
  /** How many may be there beside the old ones while it rolls. */
  readonly maxSurge: number | string;
  /** Pods with a lower number keep the old template; of StatefulSets. */
  readonly partition: number;
  /** Those of its pods. */
  readonly labels: Readonly<Record<string, string>>;
  /** What makes it, as in `Rollout web`. */
  readonly owner?: string;
  readonly marks: Marks;
};

/** By what it may be seen who keeps an object from outside of the cluster. */
export type Marks = {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly managers: readonly string[];
};

/** What Kubernetes fills in for each of them where nothing is said (`k8s.io/api/apps/v1`). */
const usual: Readonly<Record<WorkKind, number | string>> = { Deployment: '25%', StatefulSet: 1, DaemonSet: 1 };
const usualSurge: Readonly<Record<WorkKind, number | string>> = { Deployment: '25%', StatefulSet: 0, DaemonSet: 0 };

/** Reads one of them as the API server sends it; refuses what is not there, is going, or is Hallpass's own. */
export const readWorkload = (
  kind: WorkKind,
  namespace: string,
  name: string,
  live: Manifest | undefined,
): Result<Workload, string> => {
  const said = `${kind} ${sayName(name)}`;
  if (live === undefined) return err(`There is no ${said} in ${namespace}. Check the name and the namespace.`);
  if (targetKey(targetOf(live)) !== targetKey(targetIn(kind, namespace, name)))
    return err(`${said}: another object was found in its place. Ask again.`);
  const read = shape.safeParse(live);
  if (!read.success) return err(`${said} cannot be read. An administrator should look at it.`);
  const { metadata, spec, status } = read.data;
  if (typeof metadata.deletionTimestamp === 'string') return err(`${said} is being deleted. Leave it out.`);
  if (metadata.labels?.[managedBy.label] === managedBy.value)
    return err(`${said} was made by Hallpass itself. Leave it out.`);
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  const isDaemon = kind === 'DaemonSet';
  const rolling = spec.strategy?.rollingUpdate ?? spec.updateStrategy?.rollingUpdate;
  return ok({
    kind,
    name,
    uid: metadata.uid,
    wanted: (isDaemon ? status?.desiredNumberScheduled : (spec.replicas ?? 1)) ?? 0,
    ready: (isDaemon ? status?.numberReady : status?.readyReplicas) ?? 0,
    updated: (isDaemon ? status?.updatedNumberScheduled : status?.updatedReplicas) ?? 0,
    available: availableIn(kind, status),
    existing: (isDaemon ? status?.currentNumberScheduled : status?.replicas) ?? 0,
    isOneRevision: kind !== 'StatefulSet' || (status?.updateRevision ?? '') === (status?.currentRevision ?? ''),
    ...stalledBy(status),
    isSettled: (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0),
    paused: spec.paused === true,
    strategy: spec.strategy?.type ?? spec.updateStrategy?.type ?? 'RollingUpdate',
    maxUnavailable: rolling?.maxUnavailable ?? usual[kind],
    maxSurge: rolling?.maxSurge ?? usualSurge[kind],
    partition: spec.updateStrategy?.rollingUpdate?.partition ?? 0,
    labels: spec.template.metadata?.labels ?? {},
    ...(owner === undefined ? {} : { owner: `${sayName(owner.kind)} ${sayName(owner.name)}` }),
    marks: {
      labels: metadata.labels ?? {},
      annotations: metadata.annotations ?? {},
      managers: (metadata.managedFields ?? []).flatMap(({ manager }) => manager ?? []),
    },
  });
};

type Status = z.infer<typeof shape>['status'];

const availableIn = (kind: WorkKind, status: Status): number => {
  if (kind === 'DaemonSet') return status?.numberAvailable ?? 0;
  // StatefulSets of older servers do not say which are available.
  return (kind === 'StatefulSet' ? status?.readyReplicas : status?.availableReplicas) ?? 0;
};

const stalledBy = (status: Status): { readonly stalled?: string } => {
  const found = status?.conditions?.find(
    ({ type, reason }) => type === 'Progressing' && reason === 'ProgressDeadlineExceeded',
  );
  return found === undefined ? {} : { stalled: found.message ?? 'ProgressDeadlineExceeded' };
};
