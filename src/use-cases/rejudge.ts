import type { PersonId } from '#domain/ids.ts';
import type { GroupSource } from '#domain/policy/policy.ts';
import { inAllWorlds, type Step, type Unknown, type World } from '#domain/policy/worlds.ts';
import { extensionWithin } from '#domain/request/extension.ts';
import type { Asked } from '#domain/request/request.ts';
import { createPastJudge, type PastJudge, type PastVerdict, type Told } from './judge-past.ts';
import { type Approvals, approvalsThen, isSame, type Outcome, outcomeOf, whyNot } from './outcome.ts';
import type { Settings } from './ports.ts';
import { isStillApproved } from './still-approved.ts';

/** A request of the past. `approvedBy` are the people whose approvals were enough, if they were. */
export type Past = { readonly asked: Asked; readonly approvedBy?: readonly PersonId[] | undefined };

/** What is known beyond a log: the policies of then by their hashes, and who was in groups of Slack's. */
export type Known = { readonly policies: ReadonlyMap<string, Settings>; readonly told: Told };

/** Whether who approved then makes the approvals of now; absent where nobody did, or nobody has to. */
type Still = boolean | readonly Unknown[] | undefined;

export type Rejudged =
  | { readonly type: 'same' }
  | {
      readonly type: 'other';
      readonly outcome: Outcome;
      /** Why the rule of then does not decide any more, where that is certain. */
      readonly whyNot?: string | undefined;
      readonly still: Still;
    }
  /** It depends on these. `isOther`: however it is, it is not as it was. */
  | {
      readonly type: 'unknown';
      readonly on: readonly Unknown[];
      readonly outcomes: readonly Outcome[];
      readonly isOther: boolean;
      /** Whether the policy of then was among what is known. */
      readonly isPolicyKnown: boolean;
    }
  /** By what is known beyond the log, another rule would have decided then. */
  | { readonly type: 'contradicted' };

/** Worlds for each request; one that has more of them depends on too much to be of use. */
const mostWorlds = 2_000;

/**
 * Says what a policy would have made of a request when that was filed, and whether it is what was made of it. Nothing is taken
 * for granted that the log does not hold: where it matters the answer is that it is not known, and on what it depends. With the
 * policy of then among those that are known, what was decided then says something about what the log does not hold.
 */
export const rejudge = (settings: Settings, past: Past, { policies, told }: Known): Rejudged => {
  const { asked } = past;
  const { policyHash } = asked.approval;
  // The same files say the same, whatever of it is not in the log.
  if (policyHash === settings.policy.hash) return { type: 'same' };
  const before = policies.get(policyHash);
  const isPolicyKnown = before !== undefined;
  const isExact = isExactly(asked, before);
  const now = createPastJudge(settings, asked, isExact, told);
  if (!now.ok) return otherwise({ type: 'unknown-here', why: now.error });
  const then = before && createPastJudge(before, asked, isExact, told);
  const isPossible = then?.ok ? (world: World) => asItWas(then.value, asked, world) : undefined;
  const found = inAllWorlds(
    (world) => {
      const made = isPossible?.(world);
      return made === undefined || made.type === 'answer' ? now.value.verdict(world) : made;
    },
    (verdict) => JSON.stringify(outcomeOf(verdict, settings, now.value, asked)),
    mostWorlds,
  );
  if (!found.ok) return { type: 'unknown', on: found.error, outcomes: [], isOther: false, isPolicyKnown };
  const verdicts = found.value.answers;
  const outcomes = [
    ...new Map(
      verdicts.map((one) => outcomeOf(one, settings, now.value, asked)).map((one) => [JSON.stringify(one), one]),
    ).values(),
  ];
  const [outcome, ...more] = outcomes;
  if (outcome === undefined) return { type: 'contradicted' };
  if (more.length > 0) {
    const isOther = outcomes.every((one) => !isSame(asked, one));
    return { type: 'unknown', on: found.value.differ, outcomes, isOther, isPolicyKnown };
  }
  return settled(past, outcome, verdicts, { now: settings, before, told });
};

const otherwise = (outcome: Outcome): Rejudged => ({ type: 'other', outcome, still: undefined });

const settled = (
  { asked, approvedBy }: Past,
  outcome: Outcome,
  verdicts: readonly PastVerdict[],
  { now, before, told }: { readonly now: Settings; readonly before: Settings | undefined; readonly told: Told },
): Rejudged => {
  const still =
    outcome.type === 'decides' && !outcome.auto && approvedBy !== undefined
      ? // A group of the same name is taken for the same, where it is not known what it was.
        isStillApproved(approvedBy, wanted(asked, (before ?? now).policy.groups), wantedBy(outcome, now), told)
      : undefined;
  if (!isSame(asked, outcome) || still === false)
    return { type: 'other', outcome, whyNot: whyNot(asked.approval.rule, verdicts, now.policy.rules), still };
  if (still === undefined || still === true) return { type: 'same' };
  return { type: 'unknown', on: still, outcomes: [outcome], isOther: false, isPolicyKnown: before !== undefined };
};

/** What is cut to the time that was left does not say for how long it was asked. */
const isExactly = ({ extends: extended, seconds, approval }: Asked, before: Settings | undefined): boolean => {
  if (extended === undefined) return true;
  const rule = before?.policy.rules.find(({ name }) => name === approval.rule);
  if (rule === undefined || seconds === undefined) return false;
  const room = extensionWithin(extended, rule.duration.longest, Number.POSITIVE_INFINITY);
  return room.ok && seconds < room.value;
};

/** A world in which the policy of then would have decided otherwise than it did was not ours. */
const asItWas = (then: PastJudge, { approval }: Asked, world: World): Step<null> => {
  const step = then.verdict(world);
  if (step.type !== 'answer') return step;
  const { answer } = step;
  const isSo =
    answer.ok &&
    answer.value.rule.name === approval.rule &&
    (approval.passed ?? []).every(({ rule, why }, index) => {
      const passed = answer.value.passed[index];
      return passed?.rule === rule && passed.why === why;
    });
  return isSo ? { type: 'answer', answer: null } : { type: 'impossible' };
};

const wanted = (asked: Asked, groups: ReadonlyMap<string, GroupSource>) => ({ ...approvalsThen(asked), groups });
const wantedBy = (outcome: Approvals, { policy }: Settings) => ({ ...outcome, groups: policy.groups });
