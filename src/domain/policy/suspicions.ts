import type { Protection } from '#domain/guard/protection.ts';
import { sources } from '#domain/source.ts';
import { fitsSource, matches, type Policy, type Rule, speaksOf } from './policy.ts';

/** What may be asked for, as the kinds have it. */
export type Offered = {
  readonly name: string;
  readonly profiles: readonly { readonly profile: string; readonly reachesFurther: boolean }[];
  /** Of which a direct write can be held. */
  readonly holds?: { readonly sorts: readonly { readonly profile: string }[] };
};

/** What is valid and probably a mistake, and what it is about; kinds and profiles by their place. */
export type Suspicion = {
  readonly about:
    | { readonly type: 'rule'; readonly index: number }
    | { readonly type: 'group'; readonly name: string }
    | { readonly type: 'protection'; readonly index: number }
    | { readonly type: 'profile'; readonly kind: number; readonly index: number };
  readonly message: string;
};

/**
 * Looks for what has no effect: rules that never decide, groups that nobody names, things to ask for that no rule speaks
 * of, or that nobody may write; for what is taken by break-glass and looked at by nobody else, or past a stricter rule. Only what is certain is said: a
 * condition that is not understood here may always make the difference.
 */
export const suspicionsOf = (policy: Policy, kinds: readonly Offered[]): readonly Suspicion[] => [
  ...unusedGroups(policy),
  ...idleRules(policy.rules, kinds),
  ...reviewedByThemselves(policy),
  ...takenPast(policy, kinds),
  ...unspokenOf(policy.rules, kinds),
  ...heldForEver(policy, kinds),
  ...heldWhole(policy, kinds),
];

/** A group is used where its name stands, wherever that is. */
const unusedGroups = ({ groups, rules, ...rest }: Policy): readonly Suspicion[] => {
  const named = rules.map(({ match }) => groupsNamedIn(match.if?.text ?? ''));
  if (named.includes(undefined)) return [];
  const words = new Set([
    ...wordsIn(rest),
    ...rules.flatMap(({ name: _, ...rule }) => [...wordsIn(rule)]),
    ...named.flatMap((names) => names ?? []),
  ]);
  return [...groups.keys()]
    .filter((name) => !words.has(name))
    .map((name) => ({
      about: { type: 'group', name },
      message: `nothing names the group "${name}". Use it in a rule, or take it out.`,
    }));
};

/** The groups that a condition asks about by their names; undefined where it asks about them in another way. */
const groupsNamedIn = (condition: string): readonly string[] | undefined => {
  const byName = /(["'])([a-z0-9-]+)\1\s+in\s+requester\.groups\b/g;
  if (/\bgroups\b/.test(condition.replaceAll(byName, ''))) return undefined;
  return [...condition.matchAll(byName)].flatMap(([, , name]) => name ?? []);
};

function* wordsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, part] of Object.entries(value)) {
    yield key;
    yield* wordsIn(part);
  }
}

const idleRules = (rules: readonly Rule[], kinds: readonly Offered[]): readonly Suspicion[] =>
  rules.flatMap((rule, index) => {
    const message = whyIdle(rule, rules.slice(0, index), kinds);
    return message === undefined ? [] : [{ about: { type: 'rule', index }, message }];
  });

const whyIdle = (rule: Rule, earlier: readonly Rule[], kinds: readonly Offered[]): string | undefined => {
  const spoken = spokenOf(rule, kinds);
  if (spoken.length === 0)
    return `the rule "${rule.name}" speaks of nothing that there is: none of its profiles is of one of its kinds. One that reaches beyond the namespace asked for has to be named without "*".`;
  const first = earlier.find((other) => isCovered(rule, other) && spoken.every((one) => speaks(other, one)));
  return first === undefined
    ? undefined
    : `the rule "${rule.name}" never decides: "${first.name}" above it speaks of all that it speaks of, and lets the same people ask. Put it above that one, or take it out.`;
};

type Thing = { readonly kind: string; readonly profile: string; readonly reachesFurther: boolean };

const spokenOf = (rule: Rule, kinds: readonly Offered[]): readonly Thing[] =>
  kinds.flatMap(thingsOf).filter((one) => speaks(rule, one));

const thingsOf = ({ name, profiles }: Offered): readonly Thing[] => profiles.map((one) => ({ kind: name, ...one }));

const speaks = (rule: Rule, thing: Thing): boolean => anyOf(rule.match.kinds, thing.kind) && speaksOf(rule, thing);

/**
 * Whether whoever may ask for something by a rule may ask for it, wherever it is, by the other one too. What a pattern
 * stands for is all that another one stands for when it matches that one letter by letter, `*` included.
 */
const isCovered = (rule: Rule, other: Rule): boolean =>
  rule.ask.every((group) => other.ask.includes(group)) &&
  rule.match.clusters.every((pattern) => anyOf(other.match.clusters, pattern)) &&
  rule.match.namespaces.every((pattern) => anyOf(other.match.namespaces, pattern)) &&
  (rule.match.sources ?? sources).every((source) => other.match.sources?.includes(source) ?? true) &&
  areCallersCovered(rule, other) &&
  areLabelsCovered(rule, other) &&
  isSame(conditionsOf(rule), conditionsOf(other));

/** A rule for some callers only is for no people. */
const areCallersCovered = ({ match: { callers } }: Rule, { match: { callers: others } }: Rule): boolean =>
  others === undefined || callers?.every((pattern) => anyOf(others, pattern)) === true;

/** A rule that looks at more labels speaks of fewer namespaces; each that the other one looks at it must bound as closely. */
const areLabelsCovered = ({ match }: Rule, { match: { namespaceLabels: bounds = {} } }: Rule): boolean =>
  Object.entries(bounds).every(([label, patterns]) => {
    const { namespaceLabels: mine = {} } = match;
    const own = Object.hasOwn(mine, label) ? mine[label] : undefined;
    return own?.every((pattern) => anyOf(patterns, pattern)) === true;
  });

/** All that may decide whether a rule is passed over, and is not understood above: it must be the same in both. */
const conditionsOf = ({
  match: {
    clusters: _,
    namespaces: __,
    kinds: ___,
    profiles: ____,
    namespaceLabels: _____,
    sources: ______,
    callers: _______,
    ...match
  },
  ...rule
}: Rule): unknown => {
  const {
    name,
    ask,
    approve,
    auto,
    refuse,
    never,
    reason,
    channel,
    duration,
    respondWithin,
    permanent,
    settle,
    remindEvery,
    escalate,
    ...conditions
  } = rule;
  return { match, conditions };
};

/** Objects that are not plain (a compiled expression, a time) are the same only when they are one. */
const isSame = (one: unknown, other: unknown): boolean => {
  if (Object.is(one, other)) return true;
  if (!isPlain(one) || !isPlain(other)) return false;
  const [names, others] = [Object.keys(one), Object.keys(other)];
  return (
    Array.isArray(one) === Array.isArray(other) &&
    names.length === others.length &&
    names.every((name) => Object.hasOwn(other, name) && isSame(one[name], other[name]))
  );
};

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> => {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype || prototype === null;
};

/** A rule of which everybody who might review what was taken by break-glass may take it so as well. */
const reviewedByThemselves = ({ rules, groups }: Policy): readonly Suspicion[] =>
  rules.flatMap((rule, index) => {
    const { breakGlass, approve, never = [] } = rule;
    if (breakGlass === undefined || approve.length === 0) return [];
    const { who } = breakGlass;
    // Of a group of Slack's only its name is known here.
    const names = new Set([...who, ...never]);
    const people = new Set(peopleIn(groups, [...names]));
    const isCertain = approve.every(({ from }) => {
      const group = groups.get(from);
      return names.has(from) || (group?.type === 'people' && group.people.every((person) => people.has(person)));
    });
    if (!isCertain) return [];
    return [
      {
        about: { type: 'rule' as const, index },
        message: `whoever may review what is taken by break-glass under the rule "${rule.name}" may take it so themselves. Name somebody else under approve.`,
      },
    ];
  });

/**
 * A rule is passed over for whoever may not ask by it. Where all others who may ask by a rule are stopped by a stricter one
 * above it, those who may break its glass are meant to be, too.
 */
const takenPast = ({ rules, groups }: Policy, kinds: readonly Offered[]): readonly Suspicion[] =>
  rules.flatMap((rule, index) => {
    const { who = [] } = rule.breakGlass ?? {};
    const spoken = spokenOf(rule, kinds);
    return rules.slice(0, index).flatMap((other) => {
      const known = [...other.ask, ...(other.breakGlass?.who ?? [])];
      const people = new Set(peopleIn(groups, known));
      const past = who.filter((name) => {
        const group = groups.get(name);
        return !known.includes(name) && !(group?.type === 'people' && group.people.every((one) => people.has(one)));
      });
      const isStricter =
        rule.ask.every((group) => other.ask.includes(group)) &&
        doOverlap(rule.match.clusters, other.match.clusters) &&
        doOverlap(rule.match.namespaces, other.match.namespaces) &&
        spoken.some((one) => speaks(other, one));
      if (past.length === 0 || !isStricter) return [];
      return [
        {
          about: { type: 'rule' as const, index },
          message: `whoever is in ${past.join(', ')} and in none of ${other.ask.join(', ')} may take by break-glass under the rule "${rule.name}" what "${other.name}" above it speaks of, for that one is passed over. Name them under ask of "${other.name}" as well: then it decides, and says no.`,
        },
      ];
    });
  });

const doOverlap = (some: readonly string[], others: readonly string[]): boolean =>
  some.some((one) => others.some((other) => matches(one, other) || matches(other, one)));

/** The people of these groups, as far as the policy names them one by one. */
const peopleIn = (groups: Policy['groups'], names: readonly string[]): readonly string[] =>
  names.flatMap((name) => {
    const group = groups.get(name);
    return group?.type === 'people' ? group.people : [];
  });

const unspokenOf = (rules: readonly Rule[], kinds: readonly Offered[]): readonly Suspicion[] =>
  kinds.flatMap(({ name, profiles }, kind) =>
    profiles.flatMap((one, index) => {
      if (rules.some((rule) => speaks(rule, { kind: name, ...one }))) return [];
      const remedy = one.reachesFurther
        ? 'It reaches beyond the namespace asked for, so a rule has to name it; patterns do not speak of it.'
        : 'Name it in a rule, or take it out.';
      return [
        {
          about: { type: 'profile' as const, kind, index },
          message: `no rule speaks of "${one.profile}" (${name}), so nobody can ask for it. ${remedy}`,
        },
      ];
    }),
  );

const forGood =
  'Such writes are for good, so a rule that speaks of them needs "permanent: true", and "kubectl" under its "match.sources" where it names any.';

/**
 * A namespace is held for what is protected in it, whichever protection that is. Somebody meant it to be asked for who names it in a
 * rule; where no rule is about it, that is said of the sort itself.
 */
const heldWhole = ({ rules, protect }: Policy, kinds: readonly Offered[]): readonly Suspicion[] =>
  kinds.flatMap(({ name, profiles, holds }, kind) =>
    profiles.flatMap((one, index) => {
      const thing = { kind: name, ...one };
      const isWhole = one.reachesFurther && holds?.sorts.some(({ profile }) => profile === one.profile) === true;
      const isMeant = rules.some((rule) => rule.refuse === undefined && speaks(rule, thing));
      const isSaid = protect.some(({ resources }) => resources.includes(one.profile));
      if (!isWhole || !isMeant || isSaid || protect.length === 0) return [];
      if (protect.some((protection) => rules.some((rule) => mayLet(rule, thing, protection)))) return [];
      const message = `no rule lets anybody ask for "${one.profile}" (${name}) where something is protected, so that each is refused. ${forGood}`;
      return [{ about: { type: 'profile' as const, kind, index }, message }];
    }),
  );

/** What is protected and no rule lets anybody ask for: each direct write would be refused. */
const heldForEver = ({ rules, protect }: Policy, kinds: readonly Offered[]): readonly Suspicion[] =>
  protect.flatMap((protection, index) => {
    const stuck = protection.resources.filter((profile) => {
      const kind = kinds.find(({ holds }) => holds?.sorts.some((sort) => sort.profile === profile));
      const things = kind === undefined ? [] : thingsOf(kind).filter((thing) => thing.profile === profile);
      return things.length > 0 && !rules.some((rule) => things.some((thing) => mayLet(rule, thing, protection)));
    });
    if (stuck.length === 0) return [];
    const message = `each direct write to ${stuck.join(', ')} that "${protection.name}" protects is refused: no rule lets anybody ask for them there. ${forGood}`;
    return [{ about: { type: 'protection' as const, index }, message }];
  });

const mayLet = (rule: Rule, thing: Thing, { clusters, namespaces }: Protection): boolean =>
  rule.permanent &&
  rule.refuse === undefined &&
  fitsSource(rule, { source: 'kubectl' }) &&
  mayOverlap(rule.match.clusters, clusters) &&
  mayOverlap(rule.match.namespaces, namespaces) &&
  speaks(rule, thing);

/** Whether there may be a name that is in both; a yes too many is said of patterns with a middle. */
const mayOverlap = (some: readonly string[], others: readonly string[]): boolean =>
  some.some((one) => others.some((other) => mayMeet(one, other)));

const mayMeet = (one: string, other: string): boolean => {
  if (!one.includes('*')) return matches(other, one);
  if (!other.includes('*')) return matches(one, other);
  const [first, second] = [one.split('*'), other.split('*')];
  const [head, otherHead] = [first.at(0) ?? '', second.at(0) ?? ''];
  const [tail, otherTail] = [first.at(-1) ?? '', second.at(-1) ?? ''];
  return (
    (head.startsWith(otherHead) || otherHead.startsWith(head)) && (tail.endsWith(otherTail) || otherTail.endsWith(tail))
  );
};

const anyOf = (patterns: readonly string[], text: string): boolean =>
  patterns.some((pattern) => matches(pattern, text));
