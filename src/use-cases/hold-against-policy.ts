import { itself, type PersonId } from '#domain/ids.ts';
import { canonical, type Json } from '#domain/json.ts';
import type { KubernetesIdentity } from '#domain/plan.ts';
import { appliesTo, durationBy, fitsSource, type Policy, type Rule, risks } from '#domain/policy/policy.ts';
import { judgeAll, otherRule } from '#domain/policy/verdict.ts';
import { isWithin, sayWindow, wallsAt } from '#domain/policy/window.ts';
import { tally } from '#domain/quorum.ts';
import type { Asked, State } from '#domain/request/request.ts';
import { isEscalated, momentOf, needsNobody } from '#domain/request/terms.ts';
import { levelOf } from '#domain/risk/assess.ts';
import { type Finding, sayFinding } from '#domain/risk/finding.ts';
import { furthest } from '#domain/start.ts';
import { type Assessed, assessTried, changesOf } from './assess-tried.ts';
import { judge, type Tried } from './draft-request.ts';
import { fromOf } from './from.ts';
import { tolerance } from './marker.ts';
import type { ClusterWriter, WorkerPorts } from './ports.ts';
import { speaksOfAny, triedBy } from './tried.ts';

type Approved = Extract<State, { status: 'approved' }>;

/**
 * Why the worker does not do what the bot says was approved: it holds the policy itself, so that a stolen key of the bot
 * approves nothing past it. The rule must still speak of what is asked, want what was agreed to, and allow so long; where its
 * groups are people one by one, they must be the right ones. Where it may go is looked at with what would be done.
 */
export const byItsRule = (
  { settings }: WorkerPorts,
  asked: Asked,
  approved: Approved,
  now: Temporal.Instant,
): string | undefined => {
  const { policy, kinds } = settings();
  const rule = policy.rules.find(({ name }) => name === asked.approval.rule);
  if (rule === undefined) return 'The rule that it was approved by is no longer in the policy. Ask again.';
  const { quorum, auto, never, breakGlass, escalate } = asked.approval;
  const isBroken = breakGlass !== undefined;
  // Nobody asked for it: what a rule lets people ask for, and how, is not about it.
  const isDrift = asked.drift !== undefined;
  const same =
    rule.refuse === undefined &&
    (isDrift ? auto === undefined : rule.auto === auto) &&
    (!isBroken || rule.breakGlass?.remindEvery.total('seconds') === breakGlass.remindEvery) &&
    // Of what nobody was asked about they are told there.
    (!needsNobody(asked.approval) || rule.channel === asked.approval.channel) &&
    canonical(rule.approve.map((one) => ({ ...one }))) === canonical(quorum) &&
    // Who approved before it was asked for has proven nothing.
    (rule.stepUp === undefined || asked.approval.stepUp === true || needsNobody(asked.approval)) &&
    canonical([...(rule.never ?? [])]) === canonical(never ?? []) &&
    (escalate === undefined || canonical(escalate) === canonical(escalationBy(rule)));
  const { shortest, longest } = durationBy(rule, isBroken);
  const within =
    asked.seconds === undefined
      ? isDrift || (rule.permanent && (!isBroken || asked.held !== undefined))
      : asked.seconds <= longest.total('seconds') &&
        (asked.extends !== undefined || asked.seconds >= (shortest?.total('seconds') ?? 0));
  if (!mayBegin(asked)) return 'It would begin at a time at which nothing may begin. Ask again.';
  const isWorded = isBroken || isDrift || rule.reason === undefined || rule.reason.pattern.matches(asked.reason);
  if (!same || !within || !isWorded) return 'The rule that it was approved by has changed since. Ask again.';
  if (rule.match.when !== undefined && !isWithin(rule.match.when, wallsAt(now)))
    return `The rule that it was approved by allows it only ${rule.match.when.map(sayWindow).join(', or ')}.`;
  const description = kinds.find(({ name }) => name === asked.kind)?.describe(asked.ask as Json);
  if (description?.ok !== true) return 'The kind of request is no longer configured as it was.';
  const { profiles, reachesFurther } = description.value;
  const { cluster, namespace, kind } = asked;
  const named = { cluster, namespace, kind, reachesFurther };
  const speaks = fitsSource(rule, fromOf(asked)) && profiles.every((profile) => appliesTo(rule, { ...named, profile }));
  if (!speaks || profiles.length === 0) return 'The rule that it was approved by does not speak of this. Ask again.';
  return peopleFit(policy, rule, asked, approved) ? undefined : 'Its people do not fit the rule any more. Ask again.';
};

/** Not later than anybody may ask for, and what is taken by break-glass at once. */
const mayBegin = ({ startsAt, submittedAt, approval }: Asked): boolean =>
  startsAt === undefined ||
  (approval.breakGlass === undefined && Temporal.Instant.compare(startsAt, submittedAt.add(furthest)) <= 0);

/** As a request has it in its log. */
const escalationBy = ({ escalate }: Rule): Json =>
  escalate === undefined ? null : { after: escalate.after.total('seconds'), to: [...escalate.to] };

/**
 * Why the rule does not decide on this, by the worker's own policy, what it has tried itself, and two clocks: a rule before it
 * that fits, refuses or fails, or its own times, risk or condition. Who is in a group of Slack's only the bot knows: the
 * requester may be in any one of the rule's; what nobody has looked at is not given more than that.
 */
export const ruledOtherwise = async (
  ports: WorkerPorts,
  cluster: ClusterWriter,
  asked: Asked,
  tried: Tried,
  identity: KubernetesIdentity,
  except: readonly string[],
): Promise<string | undefined> => {
  const { policy, kinds } = ports.settings();
  const { kind, namespace, requester, subject, reason, seconds = 0, approval } = asked;
  const ask = asked.ask as Json;
  const description = kinds.find(({ name }) => name === kind)?.describe(ask);
  const rule = policy.rules.find(({ name }) => name === approval.rule);
  if (description?.ok !== true || rule === undefined) return unruly;
  if (needsNobody(approval) && subject !== requester) return unruly;
  const breakGlass = approval.breakGlass !== undefined;
  const { profiles, reachesFurther, objects } = description.value;
  const named = { cluster: cluster.name, namespace, kind, profiles, reachesFurther };
  const [assessed, now, server] = await Promise.all([
    assessFor(ports, cluster, asked, tried, { identity, except, named }),
    ports.clock.now(),
    cluster.time(),
  ]);
  const worse = worseThanShown(asked, assessed.findings);
  if (worse !== undefined) return `${worse} Ask again.`;
  const place = { cluster: cluster.name, namespace, namespaceLabels: tried.namespaceLabels, kind, ...fromOf(asked) };
  const times = [now, begun(asked, server)];
  let why: string | undefined = unruly;
  for (const groups of mayBeInAll(policy, rule, requester, breakGlass)) {
    const request = { ...place, profiles, objects, seconds, reason, subject, breakGlass };
    const facts = { request, requester: { id: requester, groups }, now: String(times[0]) };
    const what = { kind, namespace, ask, facts, atLeast: asked.drift?.risk };
    const judged = await judge(ports, cluster, what, tried, assessed);
    const by = judged && triedBy(policy, judged);
    if (by === undefined) return unruly;
    const asker = { groups: new Set(groups), failed: [] };
    const all = times.map((at) =>
      otherRule(judgeAll(policy, { ...place, profiles, reachesFurther, asker, at, breakGlass, tried: by }), rule.name),
    );
    why = all.find((one) => one !== undefined);
    if (why === undefined) return undefined;
  }
  return `${why} Ask again.`;
};

/** Why what approvers agreed to is more dangerous by now than it was when they did; of what is kept of it they agreed to the level. */
const worseThanShown = (asked: Asked, findings: readonly Finding[]): string | undefined => {
  const shown = (asked.content ?? asked.around)?.risk;
  if (shown === undefined || risks.indexOf(levelOf(findings)) <= risks.indexOf(shown)) return undefined;
  const worst = findings.find(({ change }) => change === 'introduces');
  return `It is more dangerous by now than when it was approved. ${worst === undefined ? '' : sayFinding(worst, true)}`;
};

/** What stands around it is looked at only where that may be worse than it was shown, or some rule that speaks of it wants to know. */
const assessFor = async (
  ports: WorkerPorts,
  cluster: ClusterWriter,
  asked: Asked,
  tried: Tried,
  {
    identity,
    except,
    named,
  }: {
    readonly identity: KubernetesIdentity;
    readonly except: readonly string[];
    readonly named: Parameters<typeof speaksOfAny>[1];
  },
): Promise<Pick<Assessed, 'findings' | 'radius'>> => {
  const wanted = ports
    .settings()
    .policy.rules.some(
      (rule) =>
        speaksOfAny(rule, named) &&
        (rule.match.risk !== undefined || rule.match.if?.speaksOf('risk') || rule.match.if?.speaksOf('radius')),
    );
  if (wanted || asked.content?.risk !== undefined) return assessTried(ports, cluster, tried, identity, { except });
  return { findings: await ports.examiner.findings(changesOf(tried)) };
};

/** The API server says whole seconds, and learns of its time to begin a little later: within what clocks may differ it has come. */
const begun = (asked: Asked, server: Temporal.Instant): Temporal.Instant =>
  asked.startsAt !== undefined && Temporal.Instant.compare(asked.startsAt, server.add(tolerance)) <= 0
    ? momentOf(asked, server)
    : server;

const unruly = 'By the policy, as the worker reads it, the rule does not decide on this.';

/** The groups that somebody may be in: those of people for certain, and each of the rule's that are Slack's. */
const mayBeInAll = (
  policy: Policy,
  rule: Rule,
  person: PersonId,
  byBreakGlass: boolean,
): readonly (readonly string[])[] => {
  if (person === itself) return [[...policy.groups.keys()]];
  const names = [...policy.groups.keys()].filter((name) => mayBeIn(policy, name, person));
  const sure = names.filter((name) => policy.groups.get(name)?.type === 'people');
  const slack = names.filter((name) => !sure.includes(name));
  const asking = byBreakGlass ? (rule.breakGlass?.who ?? []) : rule.ask;
  const ofRule = slack.filter((name) => asking.includes(name));
  const each = [sure, ...ofRule.map((name) => [...sure, name]), [...sure, ...ofRule]];
  return rule.auto === true || byBreakGlass ? each : [...each, [...sure, ...slack]];
};

/** As far as the worker can know: groups that are Slack's are the bot's to look up. */
const mayBeIn = ({ groups }: Policy, name: string, person: PersonId): boolean => {
  const group = groups.get(name);
  return group !== undefined && (group.type === 'slack-group' || group.people.includes(person));
};

/** Groups of people are known for sure; of Slack's nobody is known to be in one that never decides. */
const isBarred = ({ groups }: Policy, { never = [] }: Rule, person: PersonId): boolean =>
  never.some((name) => {
    const group = groups.get(name);
    return group?.type === 'people' && group.people.includes(person);
  });

const peopleFit = (policy: Policy, rule: Rule, asked: Asked, { by: approvers, votes }: Approved): boolean => {
  const { requester, approval } = asked;
  const wasEscalated = (person: PersonId): boolean =>
    votes.some(({ by, at }) => by === person && isEscalated(asked, at));
  const counts = (from: string, person: PersonId): boolean =>
    [from, ...(wasEscalated(person) ? (approval.escalate?.to ?? []) : [])].some((name) =>
      mayBeIn(policy, name, person),
    );
  const standing = new Map(
    approvers
      .filter((person) => !isBarred(policy, rule, person))
      .map((person) => [person, rule.approve.flatMap(({ from }, at) => (counts(from, person) ? [at] : []))]),
  );
  const isBroken = approval.breakGlass !== undefined;
  const asking = isBroken ? (rule.breakGlass?.who ?? []) : rule.ask;
  if (requester !== itself && !asking.some((name) => mayBeIn(policy, name, requester))) return false;
  return approval.auto === true || isBroken ? approvers.length === 0 : tally(rule.approve, approvers, standing).met;
};
