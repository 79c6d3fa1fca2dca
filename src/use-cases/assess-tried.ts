import type { KubernetesIdentity } from '#domain/plan.ts';
import type { RiskFound } from '#domain/policy/policy.ts';
import { gainsOf, type Reviewed, rightsGained } from '#domain/radius/gains.ts';
import { nothingReached, type Radius, type ReachLine } from '#domain/radius/radius.ts';
import { type Reach, wantedFor } from '#domain/radius/reach.ts';
import { type Change, levelOf } from '#domain/risk/assess.ts';
import { type Finding, worstFirst } from '#domain/risk/finding.ts';
import type { Tried } from './draft-request.ts';
import { reviewAll } from './look-at-place.ts';
import type { ClusterWriter, WorkerPorts } from './ports.ts';
import { lookAround } from './surroundings.ts';

/** What is dangerous in what was tried, the worst first, and how far it reaches. */
export type Assessed = {
  readonly findings: readonly Finding[];
  /** Absent where not all of it could be seen. */
  readonly radius?: Radius;
  readonly lines: readonly ReachLine[];
  /** What opens, part by part, each always in the same words. */
  readonly openings: readonly string[];
};

/** All that is changed, in the order of the plan: objects of others as the API server would have them, then its own. */
export const changesOf = ({ edits, plan }: Tried): readonly Change[] => [
  ...edits.map(({ live, made }) => ({ before: live, after: made })),
  ...plan.create.map((manifest) => ({ before: undefined, after: manifest })),
];

/**
 * Looks at what stands around it, in the cluster as it is now, or was at most so many milliseconds ago. Rights that somebody has
 * by the objects of `except` do not count as theirs. Throws when the cluster does not answer.
 */
export const assessTried = async (
  { examiner, managed, settings }: Pick<WorkerPorts, 'examiner' | 'managed' | 'settings'>,
  cluster: ClusterWriter,
  tried: Tried,
  identity: KubernetesIdentity,
  { except = [], atMostOld = 0 }: { readonly except?: readonly string[]; readonly atMostOld?: number } = {},
): Promise<Assessed> => {
  // What is known by its uid alone may come again as it was: nothing that is dangerous in it goes away.
  const changes = changesOf({ ...tried, edits: tried.edits.filter(({ byUid }) => byUid !== true) });
  const wanted = wantedFor(changes);
  const around = async (): Promise<Reach> => {
    if (wanted === undefined) return { findings: [], radius: nothingReached, lines: [], openings: [] };
    const { sight, unseen } = await lookAround(cluster, { managed, kinds: settings().kinds, atMostOld }, wanted);
    return examiner.reach(changes, sight, unseen);
  };
  const [found, reach, rights] = await Promise.all([
    examiner.findings(changes),
    around(),
    reviewAll(cluster, identity, tried.plan.probes, except),
  ]);
  return together([...found, ...(tried.plan.findings ?? [])], reach, rights);
};

/** What somebody gets of rights, beside what the changes reach. */
export const together = (found: readonly Finding[], reach: Reach, rights: readonly Reviewed[]): Assessed => ({
  findings: worstFirst([...found, ...reach.findings]),
  ...(reach.radius === undefined ? {} : { radius: { ...reach.radius, gains: [...rightsGained(rights)] } }),
  lines: [...reach.lines, ...gainsOf(rights)],
  openings: reach.openings,
});

/** More than anybody reads, and than conditions need. */
const mostJudged = 1_000;

/** As conditions of rules see it; `warned`: its card has a caution besides. */
export const riskFound = (findings: readonly Finding[], warned: boolean): RiskFound => {
  const level = levelOf(findings);
  return {
    level: warned && (level === 'none' || level === 'medium') ? 'high' : level,
    findings: worstFirst(findings)
      .slice(0, mostJudged)
      .map(({ rule, severity, change, object }) => ({ rule, severity, change, object })),
  };
};
