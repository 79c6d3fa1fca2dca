import { err, ok, type Result } from '#domain/result.ts';
import { sayName } from '#kinds/names.ts';
import { type Budget, budgetsOf, sayBudgets } from './budgets.ts';
import { sayCount, sayFew, sayWorkload } from './say.ts';
import type { Workload } from './workload.ts';

/** Why its pods would not be made anew from another template by themselves. */
export const whyNotRolled = (one: Workload, to: string): Result<null, string> => {
  const said = sayWorkload(one);
  if (one.paused) return err(sayPaused(one));
  if (one.strategy === 'OnDelete')
    return err(
      `${said} does not roll by itself (updateStrategy OnDelete): a pod is made anew only when somebody deletes it. Ask for its pods to be deleted to ${to}.`,
    );
  if (one.kind !== 'DaemonSet' && one.wanted === 0) return err(`${said} has no pods: it is scaled to 0.`);
  if (one.partition > 0 && one.partition >= one.wanted)
    return err(
      `${said} holds all its pods back (partition ${one.partition}, ${sayCount(one.wanted, 'replica')}): none of them would roll.`,
    );
  return ok(null);
};

export const sayPaused = (one: Workload): string =>
  `${sayWorkload(one)} is paused: nothing of it rolls until somebody resumes it (kubectl rollout resume). Then ask again.`;

/** How it is now, how its pods are replaced, and what the budgets over them say. */
export const sayRolling = (one: Workload, budgets: readonly Budget[]): readonly string[] => [
  `${sayWorkload(one)}: ${one.ready} of ${sayCount(one.wanted, 'pod')} ready now; ${howReplaced(one)}.`,
  ...(isRollingNow(one)
    ? [
        `${sayWorkload(one)} is rolling out just now: ${one.updated} of ${sayCount(one.wanted, 'pod')} have its newest template.`,
      ]
    : []),
  ...sayBudgets(one, budgets),
];

/** Where that costs more than a rolling update should. */
export const bewareRolling = (one: Workload, budgets: readonly Budget[]): readonly string[] => {
  const said = sayWorkload(one);
  return [
    ...(isAllGone(one)
      ? [`All pods of ${said} may be gone at once: what it does is down until one is ready again.`]
      : []),
    ...(one.ready < one.wanted
      ? [`${said} is not whole now: if new pods do not become ready, it stays between old and new.`]
      : []),
    ...(one.partition > 0
      ? [`${said} holds pods below number ${one.partition} back (partition): those stay as they are.`]
      : []),
    ...sayFew(
      budgetsOf(one, budgets)
        .filter(({ allowed }) => allowed <= 0)
        .map(
          ({ name }) =>
            `PodDisruptionBudget ${sayName(name)} allows no disruption of ${said} now, and holds this back in no way: budgets hold back evictions only.`,
        ),
      (count) => `${count} more PodDisruptionBudgets allow no disruption of ${said} now.`,
    ),
  ];
};

/** Pods that are held back, or wait until somebody deletes them, are of no rollout. */
const isRollingNow = ({ isSettled, updated, wanted, partition, strategy }: Workload): boolean =>
  !isSettled || (strategy !== 'OnDelete' && updated < wanted - partition);

const howReplaced = ({ strategy, maxUnavailable, kind }: Workload): string => {
  if (strategy === 'Recreate') return 'all are ended before new ones are made (Recreate)';
  if (strategy === 'OnDelete') return 'none is replaced until somebody deletes it (OnDelete)';
  const together = kind === 'StatefulSet' && maxUnavailable === 1;
  return together ? 'they are replaced one after the other' : `at most ${String(maxUnavailable)} missing at a time`;
};

/** Whether no pod need be left while it rolls. */
const isAllGone = (one: Workload): boolean => {
  if (one.wanted === 0 || one.strategy === 'OnDelete') return false;
  return one.strategy === 'Recreate' || missingAtOnce(one) >= one.wanted;
};

/**
 * Shares are rounded down, and up of a DaemonSet; where none comes before an old one goes, at least one goes (`ResolveFenceposts`,
 * `getStatefulSetMaxUnavailable` and `UnavailableCount` in Kubernetes' controllers).
 */
const missingAtOnce = ({ kind, maxUnavailable, maxSurge, wanted }: Workload): number => {
  const missing = amountOf(maxUnavailable, wanted, kind === 'DaemonSet' ? Math.ceil : Math.floor);
  return amountOf(maxSurge, wanted, Math.ceil) > 0 ? missing : Math.max(1, missing);
};

const amountOf = (amount: number | string, wanted: number, round: (share: number) => number): number => {
  if (typeof amount === 'number') return amount;
  const share = /^([0-9]{1,3})%$/.exec(amount)?.[1];
  return share === undefined ? wanted : round((Number.parseInt(share, 10) * wanted) / 100);
};
