import { identityOf, needsAddress } from '#domain/identities.ts';
import type { Rule } from '#domain/policy/policy.ts';
import type { Passed } from '#domain/policy/verdict.ts';
import type { Requirement } from '#domain/quorum.ts';
import { extensionWithin } from '#domain/request/extension.ts';
import type { Asked } from '#domain/request/request.ts';
import { ownIdentity } from './identify.ts';
import type { PastJudge, PastVerdict } from './judge-past.ts';
import { unfitFor } from './policy-case.ts';
import type { Settings } from './ports.ts';

/** What a rule wants before something is approved. */
export type Approvals = {
  readonly auto: boolean;
  /** Nobody was asked, by break-glass. */
  readonly breakGlass: boolean;
  readonly quorum: readonly Requirement[];
  readonly never: readonly string[];
};

/** What a policy says of a request. `unfit`: the rule decides, and would not have taken it as it was asked. */
export type Outcome =
  | ({ readonly type: 'decides'; readonly rule: string; readonly unfit?: string } & Approvals)
  | { readonly type: 'refused' | 'failed'; readonly rule: string; readonly why: string }
  | { readonly type: 'no-break-glass'; readonly rule: string }
  | { readonly type: 'nobody' }
  | { readonly type: 'divided'; readonly rules: readonly (readonly [profile: string, rule: string])[] }
  | { readonly type: 'unknown-here'; readonly why: string };

/** What a verdict comes to for a request, with what the rule would not have taken of it. */
export const outcomeOf = (verdict: PastVerdict, settings: Settings, { kind }: PastJudge, asked: Asked): Outcome => {
  if (!verdict.ok) {
    const { error } = verdict;
    return error.type === 'not-allowed' ? { type: 'nobody' } : error;
  }
  const { rule } = verdict.value;
  // Which address they had is in no log: who is mapped by it may well have been.
  const isKnown =
    !kind.isForSomebody ||
    (asked.caller?.own === true
      ? ownIdentity(settings, asked).ok
      : needsAddress(settings, asked.subject) || identityOf(settings.identities, asked.subject).ok);
  const unfit = isKnown ? unfitNow(rule, asked) : 'identities.yaml does not say who its subject is in the cluster';
  const breakGlass = asked.approval.breakGlass !== undefined;
  const approvals = { auto: rule.auto === true, breakGlass, quorum: rule.approve, never: rule.never ?? [] };
  return { type: 'decides', rule: rule.name, ...approvals, ...(unfit === undefined ? {} : { unfit }) };
};

/** What the rule would not have taken: words, lengths, for whom. */
const unfitNow = (
  rule: Rule,
  { reason, seconds, extends: extended, subject, requester, approval }: Asked,
): string | undefined => {
  if (rule.auto === true && subject !== requester) return 'it approves by itself only what one asks for oneself';
  const breakGlass = approval.breakGlass !== undefined;
  if (breakGlass && subject !== requester) return 'by break-glass everybody takes only what they need themselves';
  if (extended === undefined || seconds === undefined)
    return unfitFor(rule, { seconds: seconds ?? 0, reason, breakGlass });
  const room = extensionWithin(extended, rule.duration.longest, seconds);
  if (!room.ok) return 'nothing is left of its longest time to extend by';
  return room.value < seconds
    ? 'less is left of its longest time to extend by'
    : unfitFor(rule, { reason, breakGlass });
};

export const approvalsThen = ({ approval }: Asked): Approvals => ({
  auto: approval.auto === true,
  breakGlass: approval.breakGlass !== undefined,
  quorum: approval.quorum,
  never: approval.never ?? [],
});

/** In whatever order, and with the first step written out or not. */
export const isSameApprovals = (one: Approvals, other: Approvals): boolean => textOf(one) === textOf(other);
const textOf = ({ auto, breakGlass, quorum, never }: Approvals): string =>
  JSON.stringify([
    auto,
    breakGlass,
    quorum.map(({ from, count, step = 1 }) => `${step} ${from} ${count}`).sort(),
    [...never].sort(),
  ]);

/** Whether it is what was decided then. */
export const isSame = (asked: Asked, outcome: Outcome): boolean =>
  outcome.type === 'decides' &&
  outcome.unfit === undefined &&
  outcome.rule === asked.approval.rule &&
  isSameApprovals(outcome, approvalsThen(asked));

/** Why a rule does not decide, where that is the same in all worlds. */
export const whyNot = (name: string, verdicts: readonly PastVerdict[], rules: readonly Rule[]): string | undefined => {
  if (!rules.some((rule) => rule.name === name)) return `there is no rule "${name}" now`;
  const said = new Set(verdicts.map((verdict) => whyPassed(name, verdict, rules)));
  const [only] = said;
  return said.size === 1 ? only : undefined;
};

const whyPassed = (name: string, verdict: PastVerdict, rules: readonly Rule[]): string | undefined => {
  const found = passedIn(verdict).find(({ rule }) => rule === name);
  if (found !== undefined) return `"${name}": ${found.why}`;
  const last = decidingIn(verdict);
  if (last === undefined || last === name) return undefined;
  const placeOf = (one: string): number => rules.findIndex((rule) => rule.name === one);
  return placeOf(last) < placeOf(name) ? `"${last}" stands above "${name}"` : undefined;
};

const passedIn = (verdict: PastVerdict): readonly Passed[] => {
  if (verdict.ok) return verdict.value.passed;
  return verdict.error.type === 'not-allowed' ? verdict.error.passed : [];
};

const decidingIn = (verdict: PastVerdict): string | undefined => {
  if (verdict.ok) return verdict.value.rule.name;
  return 'rule' in verdict.error ? verdict.error.rule : undefined;
};
