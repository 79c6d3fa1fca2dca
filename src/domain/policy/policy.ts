import { isLonger } from '#domain/duration.ts';
import type { Protection } from '#domain/guard/protection.ts';
import type { PersonId } from '#domain/ids.ts';
import type { Json } from '#domain/json.ts';
import type { Requirement } from '#domain/quorum.ts';
import type { Radius } from '#domain/radius/radius.ts';
import type { Finding } from '#domain/risk/finding.ts';
import type { Source } from '#domain/source.ts';
import type { Watch } from '#domain/watch/watch.ts';
import type { Window } from './window.ts';

/** Who belongs to a group of the policy: the members of a Slack user group, or people named one by one. */
export type GroupSource =
  | { readonly type: 'slack-group'; readonly id: string }
  | { readonly type: 'people'; readonly people: readonly PersonId[] };

/** The worst that it introduces, by the rules of risk; `high` too where its card has a caution. */
export const risks = ['none', 'medium', 'high', 'critical'] as const;
export type Risk = (typeof risks)[number];

/** Of a namespace, as the cluster has them. */
export type Labels = Readonly<Record<string, string>>;

/** What is known of a request before anything is tried. */
export type Facts = {
  readonly request: {
    readonly kind: string;
    readonly cluster: string;
    readonly namespace: string;
    /** Absent where no rule looks at them, or where they could not be looked up: then a condition that speaks of them fails. */
    readonly namespaceLabels?: Labels;
    readonly profiles: readonly string[];
    readonly objects: readonly string[];
    /** Absent where nothing was said: then the rule's default is asked for. 0: for good. */
    readonly seconds?: number;
    readonly reason: string;
    /** For whom it is. */
    readonly subject: string;
    /** Whether it is to be taken by break-glass. */
    readonly breakGlass: boolean;
    readonly source: Source;
    /** The pipeline or agent that asks, by its name; absent for people. */
    readonly caller?: string;
  };
  readonly requester: {
    readonly id: string;
    readonly groups: readonly string[];
    /** Groups that could not be looked up, if any: then a condition that speaks of groups fails. */
    readonly unknown?: readonly string[];
  };
  /** ISO 8601. */
  readonly now: string;
};

/** How risky something is: the worst of it, and what the rules of risk found. */
export type RiskFound = {
  readonly level: Risk;
  readonly findings: readonly Pick<Finding, 'rule' | 'severity' | 'change' | 'object'>[];
};

/** What was found when it was tried. */
export type Found = {
  readonly risk: RiskFound;
  /** Absent where not all of what it would reach could be seen: then a condition that speaks of it fails. */
  readonly radius?: Radius;
  /** The objects before and after, in the same order; `null` where there is none. */
  readonly before: readonly Json[];
  readonly after: readonly Json[];
};

export type Answer = { readonly type: 'yes' | 'no' } | { readonly type: 'failed'; readonly why: string };

/** A condition of a rule, checked when the policy was read. Whatever goes wrong is said, and never a yes. */
export type Condition = {
  readonly text: string;
  /** Whether it may speak of something, by its name; a yes too many does no harm. */
  readonly speaksOf: (
    what: 'seconds' | 'groups' | 'namespaceLabels' | 'before' | 'after' | 'risk' | 'risk.findings' | 'radius',
  ) => boolean;
  readonly holds: (facts: Facts, found: Found) => Answer;
};

/** A regular expression that takes time in proportion to the text, whatever it says. */
export type Pattern = { readonly text: string; readonly matches: (text: string) => boolean };

/** One rule, as `rules.yaml` says it. Patterns know `*` (any run of characters) only. */
export type Rule = {
  readonly name: string;
  readonly match: {
    readonly clusters: readonly string[];
    readonly namespaces: readonly string[];
    readonly kinds: readonly string[];
    readonly profiles: readonly string[];
    /** By label the patterns of which one must fit; all labels must. Absent: whatever its labels. */
    readonly namespaceLabels?: Readonly<Record<string, readonly string[]>> | undefined;
    /** Absent: wherever it comes from. */
    readonly sources?: readonly Source[] | undefined;
    /** Patterns for names of pipelines and agents. Absent: whoever asks, people too; otherwise none of them. */
    readonly callers?: readonly string[] | undefined;
    /** Absent: at any time. */
    readonly when?: readonly Window[] | undefined;
    /** Absent: whatever the risk. */
    readonly risk?: readonly Risk[] | undefined;
    readonly if?: Condition | undefined;
  };
  /** Names of groups; being in one of them is enough to ask. */
  readonly ask: readonly string[];
  /** Empty in a rule that refuses: then no number of people makes an approval. */
  readonly approve: readonly Requirement[];
  /** It is approved at once, and nobody is asked; those who would have been may still take it back. */
  readonly auto?: true | undefined;
  /** It is refused, for this reason. */
  readonly refuse?: string | undefined;
  /** An approval counts only from who has just proven who they are outside of Slack. */
  readonly stepUp?: true | undefined;
  /** Names of groups whose people never decide, whatever other groups they are in. */
  readonly never?: readonly string[] | undefined;
  readonly channel: string;
  readonly duration: {
    readonly shortest?: Temporal.Duration | undefined;
    readonly default: Temporal.Duration;
    readonly longest: Temporal.Duration;
  };
  /** What a reason must look like, and how that is said. */
  readonly reason?: { readonly pattern: Pattern; readonly say: string } | undefined;
  readonly respondWithin: Temporal.Duration;
  /** Who may take it at once, without being asked why first; those who would have been asked are told, and review it. */
  readonly breakGlass?: BreakGlass | undefined;
  /** So often those whose turn it is are reminded while it waits. */
  readonly remindEvery?: Temporal.Duration | undefined;
  /** Once it has waited so long, the people of these groups may decide in the place of any other. */
  readonly escalate?: { readonly after: Temporal.Duration; readonly to: readonly string[] } | undefined;
  /** Whether what is asked may be for good. */
  readonly permanent: boolean;
  /** How a revert that met somebody else's edit may be settled. */
  readonly settle: readonly ('keep' | 'restore')[];
};

export type BreakGlass = {
  /** Names of groups. */
  readonly who: readonly string[];
  readonly longest: Temporal.Duration;
  /** So often those who have to review it are reminded. */
  readonly remindEvery: Temporal.Duration;
};

/** How long it lasts when nobody says, and at most. */
export const durationBy = ({ duration, breakGlass }: Rule, byBreakGlass: boolean): Rule['duration'] => {
  if (!byBreakGlass || breakGlass === undefined) return duration;
  const { longest } = breakGlass;
  return { ...duration, default: isLonger(duration.default, longest) ? longest : duration.default, longest };
};

export type Policy = {
  readonly groups: ReadonlyMap<string, GroupSource>;
  readonly rules: readonly Rule[];
  /** Objects of which a direct write is held. */
  readonly protect: readonly Protection[];
  /** What grants are watched for. */
  readonly watch: Watch;
  /** Where Hallpass says what an administrator should look at. */
  readonly adminChannel: string;
  /** Where checkpoints of all logs are posted; absent: nowhere, and there are none. */
  readonly auditChannel?: string | undefined;
  /** Milliseconds for which what Slack said last counts where somebody decides over the API and Slack does not answer; absent: not at all. */
  readonly slackAway?: number | undefined;
  /** Days after which the log of a finished request is removed; absent: never. */
  readonly retention?: number | undefined;
  /** SHA-256 of the files it was read from. */
  readonly hash: string;
};

/** What is asked, by its names. */
export type Named = {
  readonly cluster: string;
  readonly namespace: string;
  readonly kind: string;
  readonly profile: string;
  /** It reaches beyond the namespace asked for: into others, or the whole cluster. */
  readonly reachesFurther: boolean;
};

/** By which way something is asked, and the pipeline or agent that asks; absent for people. */
export type From = { readonly source: Source; readonly caller?: string };

/** What a rule is matched against. */
export type Question = Named &
  From & {
    /** Absent where they were not, or could not be, looked up: rules that look at them say neither yes nor no. */
    readonly namespaceLabels?: Labels | undefined;
  };

/** `*` stands for any run of characters; everything else for itself. Linear in the length of the text. */
export const matches = (pattern: string, text: string): boolean => {
  // Most patterns are one of these, and hundreds of rules have four each.
  if (pattern === '*') return true;
  if (!pattern.includes('*')) return pattern === text;
  const [first = '', ...rest] = pattern.split('*');
  if (!text.startsWith(first)) return false;
  const last = rest.pop() ?? '';
  let from = first.length;
  for (const part of rest) {
    const at = text.indexOf(part, from);
    if (at === -1) return false;
    from = at + part.length;
  }
  return text.length - last.length >= from && text.endsWith(last);
};

/** Whether a rule speaks of what is asked, whoever asks, from wherever, and whatever labels the namespace has. */
export const appliesTo = (rule: Rule, question: Named): boolean =>
  any(rule.match.clusters, question.cluster) &&
  any(rule.match.namespaces, question.namespace) &&
  any(rule.match.kinds, question.kind) &&
  speaksOf(rule, question);

/** Whether a rule speaks of what comes from there. */
export const fitsSource = ({ match: { sources, callers } }: Rule, { source, caller }: From): boolean =>
  (sources === undefined || sources.includes(source)) &&
  (callers === undefined || (caller !== undefined && any(callers, caller)));

/** Whether a rule speaks of a namespace with these labels. One that is not there fits no pattern. */
export const fitsLabels = ({ match }: Rule, labels: Labels | undefined): 'yes' | 'no' | 'unknown' => {
  const wanted = match.namespaceLabels;
  if (wanted === undefined) return 'yes';
  if (labels === undefined) return 'unknown';
  const fits = Object.entries(wanted).every(([label, patterns]) => {
    const value = Object.hasOwn(labels, label) ? labels[label] : undefined;
    return value !== undefined && any(patterns, value);
  });
  return fits ? 'yes' : 'no';
};

/** Whether it may depend on the labels of the namespace what a rule says. */
export const looksAtLabels = ({ match }: Rule): boolean =>
  match.namespaceLabels !== undefined || match.if?.speaksOf('namespaceLabels') === true;

/**
 * A profile that reaches beyond the namespace asked for is spoken of by its name only, never by a pattern: whoever
 * writes a rule for some namespaces must see that it gives more than these.
 */
export const speaksOf = (
  { match }: Rule,
  { profile, reachesFurther }: Pick<Named, 'profile' | 'reachesFurther'>,
): boolean => (reachesFurther ? match.profiles.includes(profile) : any(match.profiles, profile));

const any = (patterns: readonly string[], text: string): boolean => patterns.some((pattern) => matches(pattern, text));
