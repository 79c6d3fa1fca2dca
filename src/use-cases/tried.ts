import { requestIdFrom } from '#domain/ids.ts';
import type { Json } from '#domain/json.ts';
import type { Plan } from '#domain/plan.ts';
import {
  type Answer,
  appliesTo,
  type Facts,
  type Found,
  type Named,
  type Policy,
  type Risk,
  type RiskFound,
} from '#domain/policy/policy.ts';
import type { Tried } from '#domain/policy/verdict.ts';
import type { Radius } from '#domain/radius/radius.ts';
import { findingsIn } from '#domain/risk/assess.ts';
import type { Finding } from '#domain/risk/finding.ts';
import type { Kind } from '#kinds/kind.ts';
import { riskFound } from './assess-tried.ts';
import type { DraftInput, Examiner } from './ports.ts';

/** What trying a request has answered of a policy, known by its hash: another one has other rules of the same names. */
export type Judged = {
  readonly policy: string;
  readonly risk: Risk;
  readonly answers: readonly (readonly [rule: string, answer: Answer])[];
};

type Asked = Omit<Named, 'profile'> & { readonly profiles: readonly string[] };

/** Asks the conditions of all rules that speak of what is asked; those that speak of objects are answered by `examiner`. */
export const judgeTried = async (
  { hash, rules }: Policy,
  asked: Asked,
  facts: Facts,
  found: Found,
  examiner?: Pick<Examiner, 'answers'>,
): Promise<Judged> => {
  const lasting = new Map<number, Facts>();
  const factsFor = (seconds: number): Facts => {
    const known = lasting.get(seconds) ?? { ...facts, request: { ...facts.request, seconds } };
    lasting.set(seconds, known);
    return known;
  };
  const questions = rules.flatMap((rule) => {
    const { if: condition } = rule.match;
    if (condition === undefined || !speaksOfAny(rule, asked)) return [];
    const seconds = facts.request.seconds ?? rule.duration.default.total('seconds');
    return [{ rule: rule.name, condition, facts: factsFor(seconds) }];
  });
  const far = examiner === undefined ? [] : questions.filter(({ condition }) => speaksOfObjects(condition));
  const fromAfar = far.length === 0 ? [] : ((await examiner?.answers(far, found)) ?? []);
  const afar = new Map(far.map(({ rule }, index) => [rule, fromAfar[index] ?? unanswered]));
  const answers = questions.map(
    ({ rule, condition, facts: those }) => [rule, afar.get(rule) ?? condition.holds(those, found)] as const,
  );
  return { policy: hash, risk: found.risk.level, answers };
};

const unanswered: Answer = { type: 'failed', why: 'it was not answered' };

export const speaksOfObjects = ({
  speaksOf,
}: Pick<NonNullable<Policy['rules'][number]['match']['if']>, 'speaksOf'>): boolean =>
  speaksOf('before') || speaksOf('after');

/** Undefined where it was judged by another policy than this. */
export const triedBy = ({ hash }: Policy, { policy, risk, answers }: Judged): Tried | undefined =>
  policy === hash ? { risk, answers: new Map(answers) } : undefined;

/**
 * What is judged without trying anything: a kind whose plan follows from the ask alone changes no object. Undefined for other
 * kinds, and where a rule wants to know how far it reaches.
 */
export const judgeUntried = async (
  policy: Policy,
  kind: Kind,
  ask: Json,
  facts: Facts,
): Promise<Judged | undefined> => {
  const { cluster, namespace } = facts.request;
  const [description, looks] = [kind.describe(ask), kind.look(ask, namespace)];
  if (!description.ok || !looks.ok || looks.value.length > 0) return undefined;
  const { profiles, reachesFurther } = description.value;
  const asked = { cluster, namespace, kind: kind.name, profiles, reachesFurther };
  if (policy.rules.some((rule) => rule.match.if?.speaksOf('radius') && speaksOfAny(rule, asked))) return undefined;
  return judgeTried(policy, asked, facts, { risk: riskUntried(kind, ask, namespace), before: [], after: [] });
};

/** The same with what it was found to reach. */
export const judgeOwn = async (
  policy: Policy,
  kind: Kind,
  { ask, facts }: Pick<DraftInput, 'ask' | 'facts'>,
  radius: Radius,
): Promise<Judged | undefined> => {
  const description = kind.describe(ask);
  if (facts === undefined || !description.ok) return undefined;
  const { cluster, namespace } = facts.request;
  const { profiles, reachesFurther } = description.value;
  const asked = { cluster, namespace, kind: kind.name, profiles, reachesFurther };
  return judgeTried(policy, asked, facts, { risk: riskUntried(kind, ask, namespace), radius, before: [], after: [] });
};

/** Whether a rule speaks of anything that is asked. */
export const speaksOfAny = (rule: Policy['rules'][number], asked: Asked): boolean =>
  asked.profiles.some((profile) => appliesTo(rule, { ...asked, profile }));

/** What rules find in what is made does not depend on whom it is for. */
const anybody = { request: requestIdFrom(new Uint8Array(6)), identity: { user: 'anybody', groups: [] } } as const;

/** How risky something is that changes no object that is there: by what it makes, and as its card warns. */
export const riskUntried = (kind: Kind, ask: Json, namespace: string): RiskFound => {
  const plan = kind.plan(ask, { ...anybody, namespace, seen: [] });
  const description = kind.describe(ask);
  const { cautions, reachesFurther } = description.ok ? description.value : { cautions: [], reachesFurther: false };
  const findings = plan.ok ? findingsOfOwn(plan.value) : [];
  return riskFound(findings, cautions.length > 0 || reachesFurther);
};

/** What is found in the objects that Hallpass makes itself, and in those that somebody gets into by them. */
export const findingsOfOwn = ({ create, findings = [] }: Pick<Plan, 'create' | 'findings'>): readonly Finding[] => [
  ...findingsIn(create.map((after) => ({ before: undefined, after }))),
  ...findings,
];
