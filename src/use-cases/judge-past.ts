import type { PersonId } from '#domain/ids.ts';
import {
  type Answer,
  appliesTo,
  type Facts,
  type Found,
  type GroupSource,
  type Labels,
  type Policy,
  type Rule,
  risks,
} from '#domain/policy/policy.ts';
import { type Divided, judgeAll, type NoRule, type Tried, type Verdict } from '#domain/policy/verdict.ts';
import type { Step, Unknown, World } from '#domain/policy/worlds.ts';
import type { Asked } from '#domain/request/request.ts';
import { momentOf } from '#domain/request/terms.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { Description, Kind } from '#kinds/kind.ts';
import { fromOf } from './from.ts';
import type { Settings } from './ports.ts';
import { riskUntried, speaksOfObjects } from './tried.ts';

/** Who was in groups of Slack's, where somebody has said so: by the groups' ids. */
export type Told = ReadonlyMap<string, ReadonlySet<PersonId>>;

/** A rule decides, or why none does. What cannot be looked up is asked for instead. */
export type PastVerdict = Result<
  Extract<Verdict, { type: 'decides' }>,
  Exclude<NoRule, { type: 'unsure' | 'unlabelled' }> | Divided
>;

/** A past request under one policy: what it asks by that policy's files, and which rule decides in a world. */
export type PastJudge = {
  readonly kind: Kind;
  readonly description: Description;
  readonly verdict: (world: World) => Step<PastVerdict>;
};

/** So many groups of which nothing is known are tried in a condition that speaks of groups; beyond it is a condition nobody can answer. */
const mostInCondition = 6;

export const whoIsIn = (id: string, name: string): Pick<Unknown, 'say'> => ({ say: `who was in "${name}" (${id})` });
const isIn = (id: string, name: string): Unknown => ({
  key: `group ${id}`,
  ...whoIsIn(id, name),
  values: ['yes', 'no'],
});
/** Rules that look at the same labels say the same of them. */
const labelsOf = ({ name, match }: Rule): Unknown => ({
  key: `labels ${JSON.stringify(match.namespaceLabels)}`,
  say: `which labels the namespace had, at which "${name}" looks`,
  values: ['yes', 'no'],
});
const risk: Unknown = { key: 'risk', say: 'how risky it was', values: risks };

/**
 * Puts a policy to a request of the past, at the instant at which that was filed. What its log does not hold is asked for as
 * unknown: who is in groups of Slack's, and, of what was tried on objects, those objects and the risk. `isExact`: it lasts as
 * long as the log says, and was not cut to what was left. `err`: these files do not know what it asks.
 */
export const createPastJudge = (
  { policy, kinds }: Pick<Settings, 'policy' | 'kinds'>,
  asked: Asked,
  isExact: boolean,
  told: Told,
): Result<PastJudge, string> => {
  const kind = kinds.find(({ name }) => name === asked.kind);
  if (kind === undefined) return err(`there is no kind "${asked.kind}"`);
  const description = kind.describe(asked.ask);
  if (!description.ok) return description;
  const looks = kind.look(asked.ask, asked.namespace);
  if (!looks.ok) return looks;
  const { cluster, namespace, requester, submittedAt } = asked;
  const at = momentOf(asked, submittedAt);
  const breakGlass = asked.approval.breakGlass !== undefined;
  const { profiles, reachesFurther } = description.value;
  const question = { cluster, namespace, kind: kind.name, ...fromOf(asked), reachesFurther };
  const speaking = policy.rules.filter((rule) => profiles.some((profile) => appliesTo(rule, { ...question, profile })));
  const card = looks.value.length === 0 ? riskUntried(kind, asked.ask, namespace) : undefined;
  const defined = JSON.stringify([...policy.groups]);
  const wantsRisk = card === undefined && speaking.some(speaksOfRisk);

  const verdict = (world: World): Step<PastVerdict> => {
    const given = world.get(risk.key);
    if (card === undefined && given === undefined && wantsRisk) return { type: 'unknown', unknown: risk };
    const level = risks.find((one) => one === given) ?? 'none';
    const found: Found = { risk: card ?? { level, findings: [] }, before: [], after: [] };
    const labelled = labelledIn(policy, speaking, world);
    if ('unknown' in labelled) return { type: 'unknown', unknown: labelled.unknown };
    const { groups, open } = groupsIn(policy, requester, told, world);
    const facts = factsOf(asked, description.value, groups);
    const answers = new Map<string, Answer>();
    const unanswered = new Map<string, Unknown>();
    for (const rule of speaking) {
      const { if: condition } = rule.match;
      if (condition === undefined) continue;
      const missing = missingFor(rule, { hasObjects: card === undefined, isExact, open, groups: defined });
      const known = missing && world.get(missing.key);
      if (missing === undefined) answers.set(rule.name, condition.holds(facts, found));
      else if (known === undefined) unanswered.set(rule.name, missing);
      else answers.set(rule.name, known === 'yes' || known === 'no' ? { type: known } : unanswerable);
    }
    const tried: Tried = { risk: found.risk.level, answers };
    const asker = { groups: new Set(groups), failed: open.map(({ name }) => name) };
    const judged = judgeAll(labelled.policy, { ...question, ...labelled, profiles, asker, at, breakGlass, tried });
    return stepOf(judged, open, unanswered);
  };
  return ok({ kind, description: description.value, verdict });
};

const unanswerable: Answer = { type: 'failed', why: 'it could not be answered' };

const speaksOfRisk = ({ match }: Rule): boolean => match.risk !== undefined || match.if?.speaksOf('risk') === true;

/**
 * The policy in a world in which it is taken for so which rules' labels the namespace had. Which labels these were nobody says,
 * so that each rule looks at one of its own instead.
 */
const labelledIn = (
  policy: Policy,
  speaking: readonly Rule[],
  world: World,
): { readonly policy: Policy; readonly namespaceLabels: Labels } | { readonly unknown: Unknown } => {
  const looking = speaking.filter(({ match }) => match.namespaceLabels !== undefined);
  const unknown = looking.map(labelsOf).find(({ key }) => !world.has(key));
  if (unknown !== undefined) return { unknown };
  const own = ({ name, match, ...rule }: Rule): Rule =>
    match.namespaceLabels === undefined
      ? { name, match, ...rule }
      : { name, match: { ...match, namespaceLabels: { [name]: ['yes'] } }, ...rule };
  return {
    policy: { ...policy, rules: policy.rules.map(own) },
    namespaceLabels: Object.fromEntries(looking.map((rule) => [rule.name, world.get(labelsOf(rule).key) ?? 'no'])),
  };
};

type Open = { readonly name: string; readonly unknown: Unknown };

/** The policy's groups that they are in, and those of which it is not known. */
const groupsIn = (policy: Policy, person: PersonId, told: Told, world: World) => {
  const groups: string[] = [];
  const open: Open[] = [];
  for (const [name, group] of policy.groups) {
    const is = isMember(person, group, told);
    const unknown = group.type === 'people' ? undefined : isIn(group.id, name);
    const taken = unknown && world.get(unknown.key);
    if (is === true || taken === 'yes') groups.push(name);
    else if (is === undefined && taken === undefined && unknown !== undefined) open.push({ name, unknown });
  }
  return { groups, open };
};

/** Undefined for a group of Slack's of which nobody has said who is in it. */
export const isMember = (person: PersonId, group: GroupSource, told: Told): boolean | undefined =>
  group.type === 'people' ? group.people.includes(person) : told.get(group.id)?.has(person);

const factsOf = (asked: Asked, { profiles, objects }: Description, groups: readonly string[]): Facts => {
  const { kind, cluster, namespace, subject, requester, reason, seconds = 0, approval } = asked;
  const breakGlass = approval.breakGlass !== undefined;
  const request = { kind, cluster, namespace, profiles, objects, seconds, reason, subject, breakGlass };
  return {
    request: { ...request, ...fromOf(asked) },
    requester: { id: requester, groups },
    now: momentOf(asked, asked.submittedAt).toString(),
  };
};

/** What a condition depends on that is not known. Two policies with one condition in common have its answer in common. */
const missingFor = (
  { name, match }: Rule,
  {
    hasObjects,
    isExact,
    open,
    groups,
  }: { hasObjects: boolean; isExact: boolean; open: readonly Open[]; groups: string },
): Unknown | undefined => {
  const { if: condition } = match;
  if (condition === undefined) return undefined;
  const speaksOfGroups = condition.speaksOf('groups');
  const [first] = speaksOfGroups ? open : [];
  const isTooMuch = first !== undefined && open.length > mostInCondition;
  const onObjects = hasObjects && speaksOfObjects(condition);
  const onReach = condition.speaksOf('radius') || (hasObjects && condition.speaksOf('risk.findings'));
  const onLabels = condition.speaksOf('namespaceLabels');
  const onLength = !isExact && condition.speaksOf('seconds');
  if (!onObjects && !onReach && !onLabels && !onLength && !isTooMuch) return first?.unknown;
  const what = onObjects
    ? 'what its objects were like'
    : onReach
      ? 'what it reached'
      : onLabels
        ? 'which labels its namespace had'
        : onLength
          ? 'how long it was asked for'
          : 'who was in its groups';
  return {
    // The same words about groups say something else where the groups are others.
    key: `if ${speaksOfGroups ? groups : ''} ${condition.text}`,
    say: `${what}, of which the condition of "${name}" speaks`,
    values: ['yes', 'no', 'failed'],
  };
};

const stepOf = (
  judged: ReturnType<typeof judgeAll>,
  open: readonly Open[],
  unanswered: ReadonlyMap<string, Unknown>,
): Step<PastVerdict> => {
  if (judged.ok) {
    if (judged.value.type === 'open') throw new Error('What was tried leaves no rule open');
    return { type: 'answer', answer: ok(judged.value) };
  }
  const { error } = judged;
  if (error.type === 'unlabelled') throw new Error(`Nobody says which labels "${error.rule}" was looked at with`);
  if (error.type === 'unsure') {
    const asked = open.find(({ name }) => error.groups.includes(name));
    if (asked === undefined)
      throw new Error(`It is not known who is in ${error.groups.join(', ')}, and nothing says so`);
    return { type: 'unknown', unknown: asked.unknown };
  }
  const unknown = error.type === 'failed' ? unanswered.get(error.rule) : undefined;
  return unknown === undefined ? { type: 'answer', answer: err(error) } : { type: 'unknown', unknown };
};
