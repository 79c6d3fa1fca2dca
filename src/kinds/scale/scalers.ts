import { z } from 'zod';
import type { Manifest } from '#domain/plan.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { Look, PolicyRule, Sort } from '#kinds/kind.ts';
import { sayName } from '#kinds/names.ts';
import { sayCount, sayFew, sayWorkload } from '#kinds/workloads/say.ts';
import type { Workload } from '#kinds/workloads/workload.ts';

/** In the version that every Kubernetes has; it says whom, and between how many. */
const sort: Sort = {
  group: 'autoscaling',
  version: 'v1',
  resource: 'horizontalpodautoscalers',
  kind: 'HorizontalPodAutoscaler',
  namespaced: true,
};

export const looksForScalers = (namespace: string): Look => ({ type: 'list', of: sort, namespace });
export const listsScalers: PolicyRule = { apiGroups: [sort.group], resources: [sort.resource], verbs: ['list'] };

export type Scaler = {
  readonly name: string;
  readonly kind: string;
  readonly of: string;
  readonly least: number;
  readonly most: number;
  /** What makes it, as in `ScaledObject web`: that scales by itself what it scales. */
  readonly owner?: string;
};

const shape = z.object({
  metadata: z.object({
    name: z.string(),
    ownerReferences: z
      .array(z.object({ kind: z.string(), name: z.string(), controller: z.boolean().nullish() }))
      .nullish(),
  }),
  spec: z.object({
    scaleTargetRef: z.object({ apiVersion: z.string().nullish(), kind: z.string(), name: z.string() }),
    minReplicas: z.int().nullish(),
    maxReplicas: z.int(),
  }),
});

export const readScalers = (found: readonly Manifest[]): Result<readonly Scaler[], string> => {
  const scalers: Scaler[] = [];
  for (const manifest of found) {
    const read = shape.safeParse(manifest);
    if (!read.success)
      return err(
        `HorizontalPodAutoscaler ${sayName(manifest.metadata.name)} cannot be read. An administrator should look at it.`,
      );
    const { metadata, spec } = read.data;
    const { kind, name, apiVersion } = spec.scaleTargetRef;
    // Other groups have sorts of the same names.
    if (!(apiVersion ?? 'apps/').startsWith('apps/')) continue;
    const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
    scalers.push({
      name: metadata.name,
      kind,
      of: name,
      least: spec.minReplicas ?? 1,
      most: spec.maxReplicas,
      ...(owner === undefined ? {} : { owner: `${sayName(owner.kind)} ${sayName(owner.name)}` }),
    });
  }
  return ok(scalers);
};

/** What an autoscaler makes of it, where there is one. */
export const bewareScalers = (one: Workload, scalers: readonly Scaler[], replicas: number): readonly string[] =>
  sayFew(
    scalers
      .filter(({ kind, of }) => kind === one.kind && of === one.name)
      .map((scaler) => `${sayScaler(one, scaler)}: ${whatItDoes(scaler, one.wanted, replicas)}.`),
    (count) => `${count} more HorizontalPodAutoscalers are for ${sayWorkload(one)}.`,
  );

const sayScaler = (one: Workload, { name, least, most }: Scaler): string =>
  `HorizontalPodAutoscaler ${sayName(name)} keeps ${sayWorkload(one)} between ${least} and ${sayCount(most, 'pod')}`;

/**
 * One that finds no pod wanted leaves it so, unless it may go down to 0 itself
 * (kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale, "Implicit maintenance-mode deactivation").
 */
const whatItDoes = ({ least, most, owner }: Scaler, now: number, replicas: number): string => {
  if (replicas === 0 && least > 0)
    return `at 0 it leaves it alone until somebody scales it up again${owner === undefined ? '' : `, as ${owner} may by itself`}`;
  if (replicas < least || replicas > most) return `${replicas} is beyond that, and it undoes this at once`;
  return now === 0 && least > 0
    ? 'from now on it decides again how many'
    : 'it goes on from there, and may undo this within seconds';
};
