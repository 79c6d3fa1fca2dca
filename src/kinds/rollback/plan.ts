import { isMap, memberOf } from '#domain/content/tree.ts';
import type { Json } from '#domain/json.ts';
import type { Manifest, Plan } from '#domain/plan.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { few } from '#domain/text.ts';
import type { Look, PlanContext } from '#kinds/kind.ts';
import { sayName } from '#kinds/names.ts';
import { type Budget, looksForBudgets, readBudgets } from '#kinds/workloads/budgets.ts';
import { undoneBy } from '#kinds/workloads/keepers.ts';
import { bewareRolling, sayPaused, sayRolling } from '#kinds/workloads/rolling.ts';
import { sayWorkload } from '#kinds/workloads/say.ts';
import { historySorts, looksAt, type WorkKind } from '#kinds/workloads/sorts.ts';
import { readWorkload, type Workload } from '#kinds/workloads/workload.ts';
import type { Ask } from './ask.ts';
import { isExact, isOfTemplate, type Revision, revisionKey, revisionsOf } from './history.ts';
import { sayImages, sayRevision } from './say.ts';

export const looksFor = ({ name }: Ask, kind: WorkKind, namespace: string): readonly Look[] => [
  ...looksAt(kind, [name], namespace),
  { type: 'list', of: historySorts[kind], namespace },
  ...looksForBudgets(namespace),
];

/** The template of then in the place of the one of now. */
export const planRollback = (
  { name, revision }: Ask,
  kind: WorkKind,
  { namespace, seen }: Pick<PlanContext, 'namespace' | 'seen'>,
): Result<Plan, string> => {
  const [found, history = [], ...budgeted] = seen;
  const live = found?.[0];
  const one = readWorkload(kind, namespace, name, live);
  if (!one.ok) return one;
  if (live === undefined || !isMap(live.spec)) return err(`${sayWorkload(one.value)} cannot be read.`);
  if (one.value.paused) return err(sayPaused(one.value));
  const template = memberOf(live.spec, 'template');
  const there = revisionsOf(kind, one.value.uid, history);
  const wanted = chosen(one.value, there, revision, template);
  if (!wanted.ok) return wanted;
  const budgets = readBudgets(budgeted.flat());
  if (!budgets.ok) return budgets;
  return ok({
    create: [],
    edits: [{ op: 'write', content: rolledBack(live, wanted.value, kind) }],
    notes: [
      sayRevision(
        one.value,
        wanted.value,
        there.find((other) => isOfTemplate(template, other)),
      ),
      ...sayImages(template, wanted.value.template),
      'ConfigMaps and Secrets that its pods use are taken as they are now, not as they were then.',
      ...sayRolling(one.value, budgets.value),
    ],
    cautions: beware(one.value, budgets.value),
    probes: [],
    proofs: [],
  });
};

const chosen = (
  workload: Workload,
  there: readonly Revision[],
  revision: number,
  template: Json | undefined,
): Result<Revision, string> => {
  const said = sayWorkload(workload);
  const numbers = there.map((one) => String(one.revision));
  const known = few(numbers, 20);
  const [wanted, other] = there.filter((one) => one.revision === revision);
  if (wanted === undefined)
    return err(
      there.length === 0
        ? `${said} has no revisions to go back to: none is kept.`
        : `${said} has no revision ${revision}. There are: ${known}.`,
    );
  // Kubernetes counts on; whoever makes ReplicaSets may write any number onto them.
  if (other !== undefined)
    return err(
      `${said} has revision ${revision} twice, in ${sayName(wanted.keptIn)} and ${sayName(other.keptIn)}. An administrator should look at them.`,
    );
  if (!isExact(wanted.template))
    return err(
      `${said} has in revision ${revision} a number beyond 2^53, which Hallpass cannot write back without altering it. Roll it back with kubectl.`,
    );
  return isOfTemplate(template, wanted)
    ? err(`${said} is at revision ${revision} now: nothing would change. There are: ${known}.`)
    : ok(wanted);
};

/** What the controller of Deployments keeps for itself, and what is of the object rather than of a revision (`k8s.io/kubectl/pkg/polymorphichelpers/rollback.go`). */
const ofNoRevision = [
  'kubectl.kubernetes.io/last-applied-configuration',
  revisionKey,
  'deployment.kubernetes.io/revision-history',
  'deployment.kubernetes.io/desired-replicas',
  'deployment.kubernetes.io/max-replicas',
  'deprecated.deployment.rollback.to',
];

/** As `kubectl rollout undo` does it: of a Deployment its annotations are those of then too, the change-cause among them. */
const rolledBack = (live: Manifest, { template, annotations }: Revision, kind: WorkKind): Manifest => {
  const spec = { ...(isMap(live.spec) ? live.spec : {}), template };
  if (kind !== 'Deployment') return { ...live, spec };
  const isKept = ([key]: readonly [string, string]): boolean => ofNoRevision.includes(key);
  const kept = Object.entries(live.metadata.annotations ?? {}).filter(isKept);
  const then = Object.entries(annotations).filter((entry) => !isKept(entry));
  return { ...live, metadata: { ...live.metadata, annotations: Object.fromEntries([...kept, ...then]) }, spec };
};

const beware = (one: Workload, budgets: readonly Budget[]): readonly string[] => {
  const said = sayWorkload(one);
  return [
    ...(one.strategy === 'OnDelete'
      ? [`${said} does not roll by itself (OnDelete): its pods stay as they are until somebody deletes them.`]
      : []),
    ...bewareRolling(one, budgets),
    // kubernetes.io/docs/concepts/workloads/controllers/statefulset, "Forced rollback".
    ...(one.kind === 'StatefulSet' && one.ready < one.wanted
      ? [`${said} waits for a pod that is not ready, also after this: who wants it to go on has to delete that pod.`]
      : []),
    ...undoneBy(one),
  ];
};
