import {
  type Answer,
  appliesTo,
  type Facts,
  type Found,
  type Policy,
  type Question,
  type Risk,
} from '#domain/policy/policy.ts';
import type { Tried } from '#domain/policy/verdict.ts';

/** What trying a request has answered of a policy, known by its hash: another one has other rules of the same names. */
export type Judged = {
  readonly policy: string;
  readonly risk: Risk;
  readonly answers: readonly (readonly [rule: string, answer: Answer])[];
};

type Asked = Omit<Question, 'profile'> & { readonly profiles: readonly string[] };

/** Asks the conditions of all rules that speak of what is asked; `breathe` is waited for after each. */
export const judgeTried = async (
  { hash, rules }: Policy,
  asked: Asked,
  facts: Facts,
  found: Found,
  breathe: () => Promise<void> = async () => {},
): Promise<Judged> => {
  const answers: (readonly [string, Answer])[] = [];
  for (const rule of rules) {
    const { if: condition } = rule.match;
    if (condition === undefined || !asked.profiles.some((profile) => appliesTo(rule, { ...asked, profile }))) continue;
    const seconds = facts.request.seconds ?? rule.duration.default.total('seconds');
    answers.push([rule.name, condition.holds({ ...facts, request: { ...facts.request, seconds } }, found)]);
    await breathe();
  }
  return { policy: hash, risk: found.risk, answers };
};

/** Undefined where it was judged by another policy than this. */
export const triedBy = ({ hash }: Policy, { policy, risk, answers }: Judged): Tried | undefined =>
  policy === hash ? { risk, answers: new Map(answers) } : undefined;
