import { formatDuration, isLonger, parseDuration } from '#domain/duration.ts';
import { isNamespaceName } from '#domain/namespace-name.ts';
import type { KubernetesIdentity } from '#domain/plan.ts';
import { appliesTo, durationBy, type Facts, fitsLabels, fitsSource, type Rule } from '#domain/policy/policy.ts';
import { type Case, type Divided, judgeAll, type NoRule, type Passed } from '#domain/policy/verdict.ts';
import { extensionWithin } from '#domain/request/extension.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { parseStart } from '#domain/start.ts';
import type { Kind } from '#kinds/kind.ts';
import { type Asking, quote, type SubmitRefusal, unclear } from './asking.ts';
import { fromOf } from './from.ts';
import { isOurs } from './home.ts';
import { identifyFor } from './identify.ts';
import { groupsOf, requesterOf } from './membership.ts';
import { labelsFor } from './namespace-labels.ts';
import type { BotPorts, ClusterReader } from './ports.ts';
import { type Judged, judgeUntried, triedBy } from './tried.ts';

const reasonLimit = 1_000;
/** What there is, is shown to those who may ask for it only. */
const shown = 'The form behind /jit shows what you may ask for.';
const nobody = { type: 'not-allowed', passed: [] } as const;

/** An asking whose words are understood, and that some rule of the policy may let this person ask. */
export type Resolved = {
  readonly kind: Kind;
  readonly cluster: ClusterReader;
  readonly identity: KubernetesIdentity;
  /** Whether it is taken back after a time. */
  readonly temporary: boolean;
  readonly facts: Facts;
  /** When it shall begin; absent: as soon as it is approved. */
  readonly startsAt: Temporal.Instant | undefined;
  /** The rule that decides, by the policy that was in force when it was resolved, on what was tried. */
  readonly ruledBy: (judged: Judged | undefined) => Result<Ruled, SubmitRefusal>;
};

/** Which rule decides, and what follows from it. */
export type Ruled = {
  readonly rule: Rule;
  readonly policyHash: string;
  readonly passed: readonly Passed[];
  /** Absent for what is not taken back. */
  readonly seconds: number | undefined;
};

/** For what is for nobody in the cluster. */
const nobodyThere: KubernetesIdentity = { user: '', groups: [] };

/** Everything that is settled by files alone. The policy is asked before the cluster: who may not ask learns nothing. */
export const resolveAsking = async (ports: BotPorts, typed: Asking): Promise<Result<Resolved, SubmitRefusal>> => {
  const { policy, kinds } = ports.settings();
  const kind = kinds.find(({ name }) => name === typed.kind);
  const cluster = ports.clusters.get(typed.cluster);
  if (kind === undefined) return err(unclear('kind', `There is no kind ${quote(typed.kind)}. ${shown}`));
  const asking = typed.duration === undefined && kind.isOnlyPermanent ? { ...typed, duration: forGood } : typed;
  if (cluster === undefined) return err(unclear('cluster', `There is no cluster ${quote(asking.cluster)}. ${shown}`));
  if (!isNamespaceName(asking.namespace))
    return err(unclear('namespace', `${quote(asking.namespace)} is not the name of a namespace, as "shop-front" is.`));
  const description = kind.describe(asking.ask);
  if (!description.ok) return err(unclear('ask', description.error));
  const asker = await groupsOf(ports, asking.by);
  const { profiles, reachesFurther, objects, noun } = description.value;
  const { namespace } = asking;
  const from = fromOf(asking);
  const start = await startOf(ports, asking).catch(() => undefined);
  // By which clock it was typed.
  if (start === undefined) return err({ type: 'lookup-failed', what: 'where your clock is' });
  if (!start.ok) return err(unclear('start', start.error));
  const startsAt = start.value;
  // Its rule has to allow it when it begins.
  const at = startsAt ?? (await ports.clock.now());
  const place = { cluster: cluster.name, namespace, kind: kind.name };
  const namespaceLabels = await labelsFor(ports, { ...place, reachesFurther, profiles }, asker);
  const labels = namespaceLabels === undefined ? {} : { namespaceLabels };
  const facts = factsOf(asking, { ...place, ...labels, ...from, profiles, objects }, asker, at);
  const untried = await judgeUntried(policy, kind, asking.ask, facts);
  const tried = untried && triedBy(policy, untried);
  const breakGlass = asking.breakGlass === true;
  const asked: Case = {
    ...place,
    ...labels,
    ...from,
    reachesFurther,
    profiles,
    asker,
    at,
    breakGlass,
    ...(tried === undefined ? {} : { tried }),
  };
  const before = isOurs(ports.home, namespace) ? err(nobody) : judgeAll(policy, asked);
  if (!before.ok) return err(noRule(before.error, namespace));
  const wording = checkWords(asking);
  if (wording !== undefined) return err(wording);
  // What is wrong under every rule that may decide is said before anything is tried.
  const early =
    before.value.type === 'decides' ? fitsRule(asking, kind, before.value.rule) : typedSeconds(asking, kind);
  if (!early.ok) return early;
  const isOpen = policy.rules.some(
    (rule) =>
      rule.match.if?.speaksOf('seconds') === true &&
      fitsSource(rule, from) &&
      fitsLabels(rule, namespaceLabels) !== 'no' &&
      profiles.some((profile) => appliesTo(rule, { ...place, profile, reachesFurther })),
  );
  if (isOpen && asking.duration === undefined)
    return err(unclear('duration', 'Say for how long, like "30m": which rule decides depends on it.'));
  if (!kind.isForSomebody && asking.subject !== asking.by)
    return err(unclear('ask', `A ${noun} is for nobody in particular: leave out "to @…".`));
  const identity = kind.isForSomebody ? await whoIs(ports, asking) : ok(nobodyThere);
  if (!identity.ok) return identity;
  const ruledBy = (judged = untried): Result<Ruled, SubmitRefusal> => {
    const found = judged && triedBy(policy, judged);
    if (found === undefined) {
      ports.alarm('A worker has another policy than the bot; what it must try is not filed until they agree', {
        bot: policy.hash,
        worker: judged?.policy ?? 'none',
      });
      return err({ type: 'policies-differ' });
    }
    const verdict = judgeAll(policy, { ...asked, tried: found });
    if (!verdict.ok) return err(noRule(verdict.error, namespace));
    if (verdict.value.type === 'open') return err({ type: 'policies-differ' });
    const { rule, passed } = verdict.value;
    if (rule.auto === true && asking.subject !== asking.by)
      return err(unclear('ask', `The rule "${rule.name}" approves by itself only what one asks for oneself.`));
    if (rule.auto === true && asking.caller !== undefined && !namesCallers(rule))
      return err(unclear('ask', forPeople(rule)));
    if (breakGlass && asking.subject !== asking.by)
      return err(unclear('ask', 'By break-glass everybody takes only what they need themselves.'));
    const fits = fitsRule(asking, kind, rule);
    if (!fits.ok) return fits;
    const within = withinMaximum(fits.value, rule, asking.extends);
    return within.ok ? ok({ rule, passed, policyHash: policy.hash, seconds: within.value }) : within;
  };
  const temporary = asking.duration?.trim() !== forGood;
  return ok({ kind, cluster, identity: identity.value, temporary, facts, startsAt, ruledBy });
};

const namesCallers = ({ match: { sources = [], callers } }: Rule): boolean =>
  callers !== undefined || sources.some((source) => source === 'api' || source === 'mcp');

/** A rule that was written with people in mind lets no pipeline have anything at once. */
const forPeople = ({ name }: Rule): string =>
  `The rule "${name}" approves by itself what people ask for. For pipelines and agents it has to say so: with "api" or "mcp" under match.sources, or their names under match.callers.`;

/** When it shall begin; undefined for as soon as it is approved. */
const startOf = async (
  ports: BotPorts,
  { by, start = '', breakGlass = false, extends: before }: Asking,
): Promise<Result<Temporal.Instant | undefined, string>> => {
  if (start.trim() === '') return ok(undefined);
  if (breakGlass) return err('What is taken by break-glass works at once. Leave out when it shall begin.');
  if (before !== undefined) return err('It goes on when the grant before it ends. Leave out when it shall begin.');
  const zone = (await ports.directory.person(by))?.zone ?? 'UTC';
  return parseStart(start, zone, await ports.clock.now());
};

const whoIs = async (ports: BotPorts, asking: Asking): Promise<Result<KubernetesIdentity, SubmitRefusal>> => {
  try {
    return await identifyFor(ports, asking);
  } catch (cause) {
    ports.alarm('Slack could not say what somebody’s address is; nobody can ask for them', {
      person: asking.subject,
      cause: String(cause),
    });
    return err({ type: 'lookup-failed', what: 'who this is in the cluster' });
  }
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

const factsOf = (
  { by, subject, duration, reason, breakGlass = false }: Asking,
  request: Pick<
    Facts['request'],
    'kind' | 'cluster' | 'namespace' | 'namespaceLabels' | 'source' | 'caller' | 'profiles' | 'objects'
  >,
  asker: Case['asker'],
  at: Temporal.Instant,
): Facts => {
  const parsed = duration === undefined ? undefined : parseDuration(duration);
  const seconds = duration?.trim() === forGood ? 0 : parsed?.ok === true ? parsed.value.total('seconds') : undefined;
  return {
    request: { ...request, reason: reason.trim(), subject, breakGlass, ...(seconds === undefined ? {} : { seconds }) },
    requester: requesterOf(by, asker),
    now: at.toString(),
  };
};

const checkWords = ({ reason }: Asking): SubmitRefusal | undefined => {
  if (reason.trim() === '') return unclear('reason', 'Say why, so that approvers can judge it.');
  if (reason.length > reasonLimit)
    return unclear('reason', `Say it in at most ${reasonLimit} characters; these are ${reason.length}.`);
  return undefined;
};

/** What a rule wants of the words: its form of a reason, and a duration within its bounds. */
const fitsRule = (asking: Asking, kind: Kind, rule: Rule): Result<number | undefined, SubmitRefusal> => {
  // In an emergency there may be no ticket yet.
  if (
    asking.breakGlass !== true &&
    asking.drift === undefined &&
    rule.reason !== undefined &&
    !rule.reason.pattern.matches(asking.reason.trim())
  )
    return err(unclear('reason', `The rule "${rule.name}" wants another reason: ${rule.reason.say}`));
  const seconds = secondsOf(asking, kind, rule);
  return seconds.ok ? seconds : err(unclear('duration', seconds.error));
};

const noRule = (why: NoRule | Divided, namespace: string): SubmitRefusal => {
  switch (why.type) {
    case 'not-allowed':
    case 'refused':
    case 'no-break-glass':
      return why;
    case 'failed':
      return { type: 'rule-failed', rule: why.rule, why: why.why };
    case 'unsure':
      return { type: 'lookup-failed', what: `the members of ${why.groups.join(', ')}` };
    case 'unlabelled':
      return { type: 'lookup-failed', what: `the labels of namespace ${quote(namespace)}` };
    case 'divided': {
      const said = why.rules.map(([profile, name]) => `${profile} by rule "${name}"`).join(', ');
      return unclear('ask', `Different rules decide on these: ${said}. Ask for them one by one.`);
    }
  }
};

/** The word for what is not to be taken back. */
const forGood = 'good';

/** What can be said of a duration while it is open which rule decides. */
const typedSeconds = (
  { duration }: Asking,
  { mayBePermanent, isOnlyPermanent }: Kind,
): Result<number | undefined, SubmitRefusal> => {
  if (duration === undefined) return ok(undefined);
  if (duration.trim() === forGood) return mayBePermanent ? ok(undefined) : err(unclear('duration', onlyForATime));
  if (isOnlyPermanent) return err(unclear('duration', onlyForGood));
  const parsed = parseDuration(duration);
  return parsed.ok ? ok(parsed.value.total('seconds')) : err(unclear('duration', parsed.error));
};

const onlyForATime = 'This is for a time only. Say for how long, like "30m".';

const sayHowLong = '. Say for how long, like "30m".';
const notForGood = ({ name }: Rule): string =>
  `The rule "${name}" allows nothing for good, and this is for good only. Whoever keeps the policy writes "permanent: true" into it.`;
const onlyForGood = 'This is for good only: nothing could be taken back. Leave out for how long.';

const secondsOf = (
  { duration: typed, breakGlass = false, held, drift }: Asking,
  { mayBePermanent, isOnlyPermanent }: Kind,
  rule: Rule,
): Result<number | undefined, string> => {
  const allowed = durationBy(rule, breakGlass);
  const by = breakGlass ? `the rule "${rule.name}" allows by break-glass` : `the rule "${rule.name}" allows`;
  if (typed?.trim() === forGood) {
    if (!mayBePermanent) return err(onlyForATime);
    if (breakGlass && held === undefined)
      return err(
        `What is taken by break-glass is for a time only${isOnlyPermanent ? ', and this is for good. Ask in the usual way.' : sayHowLong}`,
      );
    if (!rule.permanent && drift === undefined)
      return err(
        isOnlyPermanent ? notForGood(rule) : `The rule "${rule.name}" allows this for a time only${sayHowLong}`,
      );
    return ok(undefined);
  }
  if (isOnlyPermanent) return err(onlyForGood);
  const duration = typed === undefined ? ok(allowed.default) : parseDuration(typed);
  if (!duration.ok) return duration;
  const { longest, shortest } = allowed;
  if (isLonger(duration.value, longest)) {
    return err(`${formatDuration(duration.value)} is longer than the ${formatDuration(longest)} that ${by}.`);
  }
  if (shortest !== undefined && isLonger(shortest, duration.value)) {
    return err(
      `${formatDuration(duration.value)} is shorter than the ${formatDuration(shortest)} that the rule "${rule.name}" wants at least.`,
    );
  }
  return ok(duration.value.total('seconds'));
};
