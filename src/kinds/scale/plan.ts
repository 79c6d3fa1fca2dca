import { z } from 'zod';
import { mergePatch } from '#domain/content/patch.ts';
import type { Edit, Manifest, Plan } from '#domain/plan.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { Look, PlanContext } from '#kinds/kind.ts';
import { sayName } from '#kinds/names.ts';
import { type Budget, budgetsOf, looksForBudgets, readBudgets, sayBudgets } from '#kinds/workloads/budgets.ts';
import { undoneBy } from '#kinds/workloads/keepers.ts';
import { sayCount, sayFew, sayWorkload } from '#kinds/workloads/say.ts';
import { looksAt, type WorkKind } from '#kinds/workloads/sorts.ts';
import { readWorkload, type Workload } from '#kinds/workloads/workload.ts';
import type { Ask } from './ask.ts';
import { bewareScalers, looksForScalers, readScalers, type Scaler } from './scalers.ts';

export const looksFor = ({ names }: Ask, kind: WorkKind, namespace: string): readonly Look[] => [
  ...looksAt(kind, names, namespace),
  looksForScalers(namespace),
  ...looksForBudgets(namespace),
];

/** Only how many pods there shall be is another number. */
export const planScaling = (
  { names, replicas }: Ask,
  kind: WorkKind,
  { namespace, seen }: Pick<PlanContext, 'namespace' | 'seen'>,
): Result<Plan, string> => {
  const around = readAround(names.length, seen);
  if (!around.ok) return around;
  const edits: Edit[] = [];
  const notes: string[] = [];
  const cautions: string[] = [];
  for (const [index, name] of names.entries()) {
    const live = seen[index]?.[0];
    const one = readWorkload(kind, namespace, name, live);
    if (!one.ok) return one;
    const said = sayWorkload(one.value);
    if (live === undefined || one.value.wanted === replicas) {
      notes.push(`${said} has ${sayCount(replicas, 'pod')} already.`);
      continue;
    }
    edits.push({ op: 'write', content: { ...live, spec: mergePatch(live.spec ?? {}, { replicas }) } });
    notes.push(...sayScaling(one.value, replicas, around.value.budgets));
    cautions.push(...beware(one.value, replicas, live, around.value));
  }
  return edits.length === 0
    ? err(`Nothing would change: ${notes.join(' ')}`)
    : ok({ create: [], edits, notes, cautions, probes: [], proofs: [] });
};

type Around = { readonly scalers: readonly Scaler[]; readonly budgets: readonly Budget[] };

const readAround = (count: number, seen: PlanContext['seen']): Result<Around, string> => {
  const scalers = readScalers(seen[count] ?? []);
  if (!scalers.ok) return scalers;
  const budgets = readBudgets(seen.slice(count + 1).flat());
  return budgets.ok ? ok({ scalers: scalers.value, budgets: budgets.value }) : budgets;
};

const sayScaling = (one: Workload, replicas: number, budgets: readonly Budget[]): readonly string[] => {
  const more = replicas - one.wanted;
  const does = more > 0 ? `${more} more` : `${-more} ${more === -1 ? 'ends' : 'end'}`;
  return [
    `${sayWorkload(one)}: ${one.ready} of ${sayCount(one.wanted, 'pod')} ready now. It gets ${replicas}: ${does}.`,
    ...sayBudgets(one, budgets),
  ];
};

const beware = (one: Workload, replicas: number, live: Manifest, { scalers, budgets }: Around): readonly string[] => {
  const said = sayWorkload(one);
  const broken = replicas < one.wanted ? budgetsOf(one, budgets).filter(({ desired }) => desired > replicas) : [];
  return [
    ...(replicas === 0 ? [`No pod of ${said} is left: what it does is down until it is scaled up again.`] : []),
    ...(losesVolumes(live)
      ? [`${said} deletes the volumes of pods that it loses when it is scaled down, then or back.`]
      : []),
    ...sayFew(
      broken.map(
        ({ name, desired }) =>
          `PodDisruptionBudget ${sayName(name)} wants ${desired} healthy, more than are left of ${said}, and holds this back in no way: budgets hold back evictions only.`,
      ),
      (count) => `${count} more PodDisruptionBudgets of ${said} want more than are left.`,
    ),
    ...bewareScalers(one, scalers, replicas),
    ...undoneBy(one),
  ];
};

const retention = z.object({
  spec: z.object({ persistentVolumeClaimRetentionPolicy: z.object({ whenScaled: z.literal('Delete') }) }),
});

/** StatefulSets alone have that; without it claims stay. */
const losesVolumes = (live: Manifest): boolean => retention.safeParse(live).success;
