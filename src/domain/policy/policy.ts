import type { PersonId } from '#domain/ids.ts';
import type { Json } from '#domain/json.ts';
import type { Requirement } from '#domain/quorum.ts';
import type { Window } from './window.ts';

/** Who belongs to a group of the policy: the members of a Slack user group, or people named one by one. */
export type GroupSource =
  | { readonly type: 'slack-group'; readonly id: string }
  | { readonly type: 'people'; readonly people: readonly PersonId[] };

/** The worst that a change introduces, by the rules of risk; of what changes nothing there, `high` where its card has a caution. */
export const risks = ['none', 'high', 'critical'] as const;
export type Risk = (typeof risks)[number];

/** What is known of a request before anything is tried. */
export type Facts = {
  readonly request: {
    readonly kind: string;
    readonly cluster: string;
    readonly namespace: string;
    readonly profiles: readonly string[];
    readonly objects: readonly string[];
    /** Absent where nothing was said: then the rule's default is asked for. 0: for good. */
    readonly seconds?: number;
    readonly reason: string;
    /** For whom it is. */
    readonly subject: string;
  };
  readonly requester: { readonly id: string; readonly groups: readonly string[] };
  /** ISO 8601. */
  readonly now: string;
};

/** What was found when it was tried: the objects before and after, in the same order; `null` where there is none. */
export type Found = { readonly risk: Risk; readonly before: readonly Json[]; readonly after: readonly Json[] };

export type Answer = { readonly type: 'yes' | 'no' } | { readonly type: 'failed'; readonly why: string };

/** A condition of a rule, checked when the policy was read. Whatever goes wrong is said, and never a yes. */
export type Condition = {
  readonly text: string;
  /** Whether it may speak of something, by its name; a yes too many does no harm. */
  readonly speaksOf: (what: 'seconds' | 'groups' | 'before' | 'after' | 'risk') => boolean;
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
  /** Whether what is asked may be for good. */
  readonly permanent: boolean;
  /** How a revert that met somebody else's edit may be settled. */
  readonly settle: readonly ('keep' | 'restore')[];
};

export type Policy = {
  readonly groups: ReadonlyMap<string, GroupSource>;
  readonly rules: readonly Rule[];
  /** Where Hallpass says what an administrator should look at. */
  readonly adminChannel: string;
  /** SHA-256 of the files it was read from. */
  readonly hash: string;
};

/** What a rule is matched against. */
export type Question = {
  readonly cluster: string;
  readonly namespace: string;
  readonly kind: string;
  readonly profile: string;
  /** It reaches beyond the namespace asked for: into others, or the whole cluster. */
  readonly reachesFurther: boolean;
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

/** Whether a rule speaks of what is asked, whoever asks. */
export const appliesTo = (rule: Rule, question: Question): boolean =>
  any(rule.match.clusters, question.cluster) &&
  any(rule.match.namespaces, question.namespace) &&
  any(rule.match.kinds, question.kind) &&
  speaksOf(rule, question);

/**
 * A profile that reaches beyond the namespace asked for is spoken of by its name only, never by a pattern: whoever
 * writes a rule for some namespaces must see that it gives more than these.
 */
export const speaksOf = (
  { match }: Rule,
  { profile, reachesFurther }: Pick<Question, 'profile' | 'reachesFurther'>,
): boolean => (reachesFurther ? match.profiles.includes(profile) : any(match.profiles, profile));

const any = (patterns: readonly string[], text: string): boolean => patterns.some((pattern) => matches(pattern, text));
