import { mergePatch } from '#domain/content/patch.ts';
import type { Edit, Manifest, Plan } from '#domain/plan.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { Look, PlanContext } from '#kinds/kind.ts';
import { type Budget, looksForBudgets, readBudgets } from '#kinds/workloads/budgets.ts';
import { bewareRolling, sayRolling, whyNotRolled } from '#kinds/workloads/rolling.ts';
import { sayWorkload } from '#kinds/workloads/say.ts';
import { looksAt, type WorkKind } from '#kinds/workloads/sorts.ts';
import { readWorkload, type Workload } from '#kinds/workloads/workload.ts';
import type { Ask } from './ask.ts';

/** What `kubectl rollout restart` writes into the template (`k8s.io/kubectl/pkg/polymorphichelpers/objectrestarter.go`). */
const restartedAt = 'kubectl.kubernetes.io/restartedAt';

export const looksFor = ({ names }: Ask, kind: WorkKind, namespace: string): readonly Look[] => [
  ...looksAt(kind, names, namespace),
  ...looksForBudgets(namespace),
];

/** A template with another annotation is another one: its pods are made anew, and nothing else of them is different. */
export const planRestart = (
  { names, at }: Ask,
  kind: WorkKind,
  { namespace, seen }: Pick<PlanContext, 'namespace' | 'seen'>,
): Result<Plan, string> => {
  if (at === undefined) return err('It does not say when it was asked. Ask again.');
  const budgets = readBudgets(seen.slice(names.length).flat());
  if (!budgets.ok) return budgets;
  const restarts: Restart[] = [];
  for (const [index, name] of names.entries()) {
    const one = readOne(kind, namespace, name, seen[index]?.[0]);
    if (!one.ok) return one;
    restarts.push(one.value);
  }
  return ok({
    create: [],
    edits: restarts.map(({ live }): Edit => ({ op: 'write', content: annotated(live, at) })),
    notes: restarts.flatMap(({ workload }) => sayRolling(workload, budgets.value)),
    cautions: restarts.flatMap(({ workload }) => beware(workload, budgets.value)),
    probes: [],
    proofs: [],
  });
};

type Restart = { readonly workload: Workload; readonly live: Manifest };

const readOne = (
  kind: WorkKind,
  namespace: string,
  name: string,
  live: Manifest | undefined,
): Result<Restart, string> => {
  const workload = readWorkload(kind, namespace, name, live);
  if (!workload.ok) return workload;
  const rolls = whyNotRolled(workload.value, 'restart them');
  if (!rolls.ok) return rolls;
  return live === undefined ? err(`There is no ${kind} ${name}.`) : ok({ workload: workload.value, live });
};

const annotated = (live: Manifest, at: string): Manifest => ({
  ...live,
  spec: mergePatch(live.spec ?? {}, { template: { metadata: { annotations: { [restartedAt]: at } } } }),
});

/** An annotation that nobody else keeps stays where others apply what they keep; who makes it whole takes it away. */
const beware = (one: Workload, budgets: readonly Budget[]): readonly string[] => [
  ...bewareRolling(one, budgets),
  ...(one.owner === undefined
    ? []
    : [`${sayWorkload(one)} is made by ${one.owner}: that may take the annotation away, and all pods roll once more.`]),
];
