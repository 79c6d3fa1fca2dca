import { z } from 'zod';
import { labelSelector, selects } from '#domain/networkpolicy/selector.ts';
import type { Manifest } from '#domain/plan.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { Look, PolicyRule, Sort } from '#kinds/kind.ts';
import { sayName } from '#kinds/names.ts';
import { sayCount, sayFew, sayWorkload } from './say.ts';
import type { Workload } from './workload.ts';

const sort = (version: string): Sort => ({
  group: 'policy',
  version,
  resource: 'poddisruptionbudgets',
  kind: 'PodDisruptionBudget',
  namespaced: true,
});

/** `policy/v1` is there from Kubernetes 1.21 on, `policy/v1beta1` until 1.24: the one or the other, or both. */
export const looksForBudgets = (namespace: string): readonly Look[] =>
  ['v1', 'v1beta1'].map((version) => ({ type: 'list', of: sort(version), namespace, mayBeUnknown: true }));

export const listsBudgets: PolicyRule = { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: ['list'] };

/** What a PodDisruptionBudget allows now, by its own account. */
export type Budget = {
  readonly name: string;
  readonly selector?: z.infer<typeof labelSelector>;
  readonly allowed: number;
  readonly healthy: number;
  readonly desired: number;
};

const shape = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({ selector: labelSelector.nullish() }).nullish(),
  status: z
    .object({
      disruptionsAllowed: z.int().nullish(),
      currentHealthy: z.int().nullish(),
      desiredHealthy: z.int().nullish(),
    })
    .nullish(),
});

/** Each once, though it may be seen in two versions. */
export const readBudgets = (found: readonly Manifest[]): Result<readonly Budget[], string> => {
  const budgets = new Map<string, Budget>();
  for (const manifest of found) {
    const read = shape.safeParse(manifest);
    if (!read.success)
      return err(
        `PodDisruptionBudget ${sayName(manifest.metadata.name)} cannot be read. An administrator should look at it.`,
      );
    const { metadata, spec, status } = read.data;
    const selector = spec?.selector ?? undefined;
    if (budgets.has(metadata.name)) continue;
    budgets.set(metadata.name, {
      name: metadata.name,
      ...(selector === undefined || isNone(manifest, selector) ? {} : { selector }),
      allowed: status?.disruptionsAllowed ?? 0,
      healthy: status?.currentHealthy ?? 0,
      desired: status?.desiredHealthy ?? 0,
    });
  }
  return ok([...budgets.values()]);
};

/** An empty selector selects everything in `policy/v1`, and nothing in the version before it. */
const isNone = ({ apiVersion }: Manifest, { matchLabels, matchExpressions }: z.infer<typeof labelSelector>): boolean =>
  apiVersion === 'policy/v1beta1' &&
  Object.keys(matchLabels ?? {}).length === 0 &&
  (matchExpressions ?? []).length === 0;

export const budgetsOf = ({ labels }: Workload, budgets: readonly Budget[]): readonly Budget[] =>
  budgets.filter(({ selector }) => selector !== undefined && selects(selector, labels));

/** As in `PodDisruptionBudget web allows 1 disruption of pods of Deployment web now: 2 healthy, 1 has to be.` */
export const sayBudgets = (one: Workload, budgets: readonly Budget[]): readonly string[] =>
  sayFew(
    budgetsOf(one, budgets).map(
      ({ name, allowed, healthy, desired }) =>
        `PodDisruptionBudget ${sayName(name)} allows ${sayCount(allowed, 'disruption')} of pods of ${sayWorkload(one)} now: ${healthy} healthy, ${desired} ${desired === 1 ? 'has' : 'have'} to be.`,
    ),
    (count) => `${count} more PodDisruptionBudgets are over pods of ${sayWorkload(one)}.`,
  );
