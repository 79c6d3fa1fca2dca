import type { PersonId } from '#domain/ids.ts';
import type { Requirement } from '#domain/quorum.ts';

/** Who belongs to a group of the policy: the members of a Slack user group, or people named one by one. */
export type GroupSource =
  | { readonly type: 'slack-group'; readonly id: string }
  | { readonly type: 'people'; readonly people: readonly PersonId[] };

/** One rule, as `rules.yaml` says it. Patterns know `*` (any run of characters) only. */
export type Rule = {
  readonly name: string;
  readonly match: {
    readonly clusters: readonly string[];
    readonly namespaces: readonly string[];
    readonly kinds: readonly string[];
    readonly profiles: readonly string[];
  };
  /** Names of groups; being in one of them is enough to ask. */
  readonly ask: readonly string[];
  readonly approve: readonly Requirement[];
  readonly channel: string;
  readonly duration: { readonly default: Temporal.Duration; readonly longest: Temporal.Duration };
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
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return pattern === text;
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
