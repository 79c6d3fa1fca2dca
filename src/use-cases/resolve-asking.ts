import { formatDuration, isLonger, parseDuration } from '#domain/duration.ts';
import { identityOf } from '#domain/identities.ts';
import type { KubernetesIdentity } from '#domain/plan.ts';
import type { Rule } from '#domain/policy/policy.ts';
import { type Divided, judgeAll, type NotAllowed, type Unsure } from '#domain/policy/verdict.ts';
import { extensionWithin } from '#domain/request/extension.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { Kind } from '#kinds/kind.ts';
import { type Asking, quote, type SubmitRefusal, unclear } from './asking.ts';
import { isOurs } from './home.ts';
import { groupsOf } from './membership.ts';
import type { BotPorts, ClusterReader } from './ports.ts';

const reasonLimit = 1_000;
/** What there is, is shown to those who may ask for it only. */
const shown = 'The form behind /jit shows what you may ask for.';
const nobody = { type: 'not-allowed', passed: [] } as const;
/** A label of RFC 1123, which every namespace's name is. */
const namespaceName = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** An asking whose words are understood and whose rule is found. */
export type Resolved = {
  readonly kind: Kind;
  readonly cluster: ClusterReader;
  readonly rule: Rule;
  readonly identity: KubernetesIdentity;
  /** Absent for what is not taken back. */
  readonly seconds: number | undefined;
};

/** For what is for nobody in the cluster. */
const nobodyThere: KubernetesIdentity = { user: '', groups: [] };

/** Everything that is settled by files alone. The policy is asked before the cluster: who may not ask learns nothing. */
export const resolveAsking = async (ports: BotPorts, asking: Asking): Promise<Result<Resolved, SubmitRefusal>> => {
  const { policy, identities, kinds } = ports.settings();
  const kind = kinds.find(({ name }) => name === asking.kind);
  const cluster = ports.clusters.get(asking.cluster);
  if (kind === undefined) return err(unclear('kind', `There is no kind ${quote(asking.kind)}. ${shown}`));
  if (cluster === undefined) return err(unclear('cluster', `There is no cluster ${quote(asking.cluster)}. ${shown}`));
  if (!namespaceName.test(asking.namespace))
    return err(unclear('namespace', `${quote(asking.namespace)} is not the name of a namespace, as "shop-front" is.`));
  const description = kind.describe(asking.ask);
  if (!description.ok) return err(unclear('ask', description.error));
  const { groups, failed } = await groupsOf(ports, asking.by);
  const { profiles, reachesFurther } = description.value;
  const { namespace } = asking;
  const question = { cluster: cluster.name, namespace, kind: kind.name, reachesFurther };
  const isOwn = isOurs(ports.home, asking.namespace);
  const rule = isOwn ? err(nobody) : judgeAll(policy, question, profiles, groups, failed);
  if (!rule.ok) return err(noRule(rule.error));
  if (asking.reason.trim() === '') return err(unclear('reason', 'Say why, so that approvers can judge it.'));
  if (asking.reason.length > reasonLimit)
    return err(unclear('reason', `Say it in at most ${reasonLimit} characters; these are ${asking.reason.length}.`));
  const seconds = secondsOf(asking.duration, kind, rule.value);
  if (!seconds.ok) return err(unclear('duration', seconds.error));
  if (!kind.isForSomebody && asking.subject !== asking.by)
    return err(unclear('ask', `A ${description.value.noun} is for nobody in particular: leave out "to @…".`));
  const identity = kind.isForSomebody ? identityOf(identities, asking.subject) : ok(nobodyThere);
  if (!identity.ok) return identity;
  const within = withinMaximum(seconds.value, rule.value, asking.extends);
  return within.ok ? ok({ kind, cluster, rule: rule.value, identity: identity.value, seconds: within.value }) : within;
};

/** What goes on from another grant is cut to what the rule leaves of its longest time. */
const withinMaximum = (
  seconds: number | undefined,
  rule: Rule,
  extended: Asking['extends'],
): Result<number | undefined, SubmitRefusal> => {
  if (extended === undefined) return ok(seconds);
  if (seconds === undefined)
    return err(unclear('duration', 'It goes on for a time only. Say for how long, like "30m".'));
  return extensionWithin(extended.grant, rule.duration.longest, seconds);
};

const noRule = (why: NotAllowed | Unsure | Divided): SubmitRefusal => {
  switch (why.type) {
    case 'not-allowed':
      return why;
    case 'unsure':
      return { type: 'lookup-failed', what: `the members of ${why.groups.join(', ')}` };
    case 'divided': {
      const said = why.rules.map(([profile, name]) => `${profile} by rule "${name}"`).join(', ');
      return unclear('ask', `Different rules decide on these: ${said}. Ask for them one by one.`);
    }
  }
};

const secondsOf = (
  typed: string | undefined,
  { mayBePermanent }: Kind,
  rule: Rule,
): Result<number | undefined, string> => {
  if (typed?.trim() === 'good') {
    if (!mayBePermanent) return err('This is for a time only. Say for how long, like "30m".');
    if (!rule.permanent)
      return err(`The rule "${rule.name}" allows this for a time only. Say for how long, like "30m".`);
    return ok(undefined);
  }
  const duration = typed === undefined ? ok(rule.duration.default) : parseDuration(typed);
  if (!duration.ok) return duration;
  const { longest } = rule.duration;
  if (isLonger(duration.value, longest)) {
    return err(
      `${formatDuration(duration.value)} is longer than the ${formatDuration(longest)} that the rule "${rule.name}" allows.`,
    );
  }
  return ok(duration.value.total('seconds'));
};
