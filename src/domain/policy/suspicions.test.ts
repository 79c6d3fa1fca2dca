import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Protection } from '#domain/guard/protection.ts';
import type { PersonId } from '#domain/ids.ts';
import { sources } from '#domain/source.ts';
import { matchIf } from '#test/build/conditions.ts';
import { protection } from '#test/build/guarded.ts';
import { alice, bob, carol } from '#test/build/people.ts';
import { policy, rule } from '#test/build/policy.ts';
import { appliesTo, fitsLabels, fitsSource, type GroupSource, matches, type Policy, type Rule } from './policy.ts';
import { type Offered, suspicionsOf } from './suspicions.ts';

const kinds: readonly Offered[] = [
  {
    name: 'access',
    profiles: [
      { profile: 'ingress-view', reachesFurther: false },
      { profile: 'ingress-debug', reachesFurther: true },
    ],
  },
  { name: 'change', profiles: [{ profile: 'ingresses', reachesFurther: false }] },
];
const all: Rule['match'] = { clusters: ['*'], namespaces: ['*'], kinds: ['*'], profiles: ['*', 'ingress-debug'] };
const one = (name: string, match: Partial<Rule['match']> = {}, changed: Partial<Rule> = {}): Rule =>
  rule({ name, match: { ...all, ...match }, ...changed });
/** Each group is used by a rule that decides on what there is only `elsewhere`. */
const used = one('elsewhere', { clusters: ['elsewhere'] }, { ask: ['developers', 'platform', 'security'] });
const of = (rules: readonly Rule[], changed: Partial<Policy> = {}, offered = kinds) =>
  suspicionsOf(policy({ rules: [...rules, used], ...changed }), offered);
const idle = (...rules: readonly Rule[]) =>
  of(rules).flatMap(({ about }) => (about.type === 'rule' ? [rules[about.index]?.name] : []));

const people = (...some: readonly PersonId[]) => ({ type: 'people', people: some }) as const;

test('a policy in which everything has its use is not suspicious', () => {
  expect(of([one('bank', { namespaces: ['bank-*'] }), one('all')])).toEqual([]);
});

describe('a rule below another one', () => {
  test('never decides where that one speaks of all of it and lets the same people ask', () => {
    expect(of([one('all'), one('bank', { namespaces: ['bank-*'] })])).toEqual([
      {
        about: { type: 'rule', index: 1 },
        message:
          'the rule "bank" never decides: "all" above it speaks of all that it speaks of, and lets the same people ask. Put it above that one, or take it out.',
      },
    ]);
  });

  test.each<[string, Rule, Rule]>([
    [
      'its namespaces are fewer',
      one('a', { namespaces: ['shop-*'] }),
      one('b', { namespaces: ['shop-front', 'shop-*-x'] }),
    ],
    ['its kinds are fewer', one('a'), one('b', { kinds: ['access'] })],
    ['its profiles are fewer', one('a', { profiles: ['ingress-*'] }), one('b', { profiles: ['ingress-view'] })],
    ['its clusters are fewer', one('a', { clusters: ['prod*'] }), one('b', { clusters: ['prod-*-eu'] })],
    ['it looks at labels, and the other at none', one('a'), one('b', { namespaceLabels: { env: ['prod'] } })],
    [
      'its labels are fewer',
      one('a', { namespaceLabels: { env: ['prod*', 'stage'] } }),
      one('b', { namespaceLabels: { env: ['prod-eu', 'stage'], team: ['shop'] } }),
    ],
    ['it is for fewer sources', one('a', { sources: ['slack', 'api'] }), one('b', { sources: ['api'] })],
    [
      'the other is for all sources',
      one('a', { sources: ['slack', 'kubectl', 'api', 'cli', 'mcp', 'drift'] }),
      one('b'),
    ],
    ['fewer may ask', one('a', {}, { ask: ['developers', 'platform'] }), one('b')],
    [
      'its patterns stand for no more than is there',
      one('a', { profiles: ['ingress-view', 'ingresses'] }),
      one('b', { profiles: ['*'] }),
    ],
  ])('never decides: %s', (_, first, second) => {
    expect(idle(first, second)).toEqual(['b']);
  });

  test.each<[string, Rule, Rule]>([
    ['it speaks of a namespace more', one('a', { namespaces: ['shop-*'] }), one('b', { namespaces: ['shop*'] })],
    ['it speaks of a cluster more', one('a', { clusters: ['prod'] }), one('b', { clusters: ['prod', 'stage'] })],
    ['it speaks of a kind more', one('a', { kinds: ['access'] }), one('b')],
    [
      'patterns do not speak of what reaches further',
      one('a', { profiles: ['*'] }),
      one('b', { profiles: ['ingress-debug'] }),
    ],
    ['namespaces without the label are left to it', one('a', { namespaceLabels: { env: ['*'] } }), one('b')],
    [
      'it speaks of a value more',
      one('a', { namespaceLabels: { env: ['prod'] } }),
      one('b', { namespaceLabels: { env: ['prod', 'stage'] } }),
    ],
    [
      'it looks at another label',
      one('a', { namespaceLabels: { env: ['prod'] } }),
      one('b', { namespaceLabels: { team: ['prod'] } }),
    ],
    [
      'the other looks at one label more',
      one('a', { namespaceLabels: { env: ['prod'], team: ['shop'] } }),
      one('b', { namespaceLabels: { env: ['prod'] } }),
    ],
    ['a label has the name of something inherited', one('a', { namespaceLabels: { constructor: ['*'] } }), one('b')],
    ['it is for a source more', one('a', { sources: ['slack'] }), one('b', { sources: ['slack', 'api'] })],
    ['it is for all sources', one('a', { sources: ['slack'] }), one('b')],
    ['others may ask', one('a', {}, { ask: ['platform'] }), one('b')],
    ['one more group may ask', one('a'), one('b', {}, { ask: ['developers', 'platform'] })],
  ])('may decide: %s', (_, first, second) => {
    expect(idle(first, second)).toEqual([]);
  });

  test('may decide where either has a condition that is not the same', () => {
    const when = (condition: unknown): Rule => ({ ...one(`when ${condition}`), ...{ when: condition } }) as Rule;
    const within = (condition: unknown): Rule => {
      const { match, ...rest } = one(`within ${condition}`);
      return { ...rest, match: { ...match, ...{ labels: condition } } };
    };
    expect(idle(when('a'), when('b'), one('c'))).toEqual([]);
    expect(idle(within(['a']), within(['b']), within(undefined))).toEqual([]);
    expect(
      idle(
        when(() => true),
        when(() => true),
      ),
    ).toEqual([]);
    expect(idle(within({ team: ['a'] }), within({ team: ['a'] }))).toHaveLength(1);
  });
});

test('a rule whose profiles are of none of its kinds speaks of nothing', () => {
  const [found] = of([one('odd', { kinds: ['access'], profiles: ['ingresses'] })]);
  expect(found).toMatchObject({
    about: { type: 'rule', index: 0 },
    message: expect.stringContaining('the rule "odd" speaks of nothing that there is'),
  });
});

test('what no rule speaks of cannot be asked for', () => {
  const found = of([one('a', { profiles: ['ingress-view'] })], {
    rules: [one('a', { profiles: ['ingress-view'] }, { ask: ['developers', 'security'] })],
  });
  expect(found).toEqual([
    {
      about: { type: 'profile', kind: 0, index: 1 },
      message:
        'no rule speaks of "ingress-debug" (access), so nobody can ask for it. It reaches beyond the namespace asked for, so a rule has to name it; patterns do not speak of it.',
    },
    {
      about: { type: 'profile', kind: 1, index: 0 },
      message: 'no rule speaks of "ingresses" (change), so nobody can ask for it. Name it in a rule, or take it out.',
    },
  ]);
});

describe('a group', () => {
  test('that nothing names is of no use', () => {
    expect(suspicionsOf(policy({ rules: [one('a')] }), kinds)).toEqual([
      {
        about: { type: 'group', name: 'security' },
        message: 'nothing names the group "security". Use it in a rule, or take it out.',
      },
    ]);
  });

  test('is used wherever in a rule it is named', () => {
    const escalated = { ...one('a'), escalate: { after: Temporal.Duration.from({ minutes: 5 }), to: ['security'] } };
    expect(suspicionsOf(policy({ rules: [escalated] }), kinds)).toEqual([]);
  });
});

describe('a group in a condition', () => {
  const unused = (condition: string) =>
    suspicionsOf(policy({ rules: [rule({ match: { ...all, if: matchIf(condition).if } })] }), [])
      .flatMap(({ about }) => (about.type === 'group' ? [about.name] : []))
      .toSorted();

  test('is of use where it is named', () => {
    expect(unused('"security" in requester.groups')).toEqual([]);
    expect(unused("!('security' in requester.groups) && request.seconds < 60")).toEqual([]);
    expect(unused('"others" in requester.groups')).toEqual(['security']);
    expect(unused('request.reason == "security"')).toEqual(['security']);
  });

  test('may be meant where conditions ask about groups in another way', () => {
    expect(unused('requester.groups.exists(g, g.startsWith("sec"))')).toEqual([]);
    expect(unused('requester["groups"].size() > 1')).toEqual([]);
  });
});

/** Short words of few letters, so that patterns and names meet often. */
const word = fc.stringMatching(/^[ab]{1,3}$/);
const patterns = fc.array(fc.stringMatching(/^[ab*]{1,4}$/), { minLength: 1, maxLength: 2 });
const someLabels = fc.option(fc.dictionary(fc.constantFrom('x', 'y'), patterns, { maxKeys: 2 }), { nil: undefined });
const someRule = fc.record({
  clusters: patterns,
  namespaces: patterns,
  kinds: patterns,
  profiles: patterns,
  namespaceLabels: someLabels,
  sources: fc.option(fc.uniqueArray(fc.constantFrom(...sources), { minLength: 1 }), { nil: undefined }),
  callers: fc.option(patterns, { nil: undefined }),
});
const things = [
  { name: 'a', profiles: ['a', 'ab', 'ba'].map((profile) => ({ profile, reachesFurther: profile === 'ba' })) },
  { name: 'b', profiles: ['b', 'bb'].map((profile) => ({ profile, reachesFurther: false })) },
];

test('no question that can be asked is decided by a rule that is said never to decide', () => {
  const namespaceLabels = fc.dictionary(fc.constantFrom('x', 'y'), word, { maxKeys: 2 });
  const source = fc.constantFrom(...sources);
  const question = fc.record(
    { cluster: word, namespace: word, namespaceLabels, source, caller: word },
    { requiredKeys: ['cluster', 'namespace', 'namespaceLabels', 'source'] },
  );
  fc.assert(
    fc.property(
      fc.array(someRule, { minLength: 2, maxLength: 4 }),
      fc.array(question, { minLength: 30 }),
      (found, places) => {
        const rules = found.map((match, index) => rule({ name: `r${index}`, match }));
        const never = suspicionsOf(policy({ rules }), things).flatMap(({ about }) =>
          about.type === 'rule' ? [rules[about.index]] : [],
        );
        const questions = places.flatMap((place) =>
          things.flatMap(({ name, profiles }) => profiles.map((one) => ({ ...place, kind: name, ...one }))),
        );
        for (const asked of questions)
          expect(never).not.toContain(
            rules.find(
              (candidate) =>
                appliesTo(candidate, asked) &&
                fitsSource(candidate, asked) &&
                fitsLabels(candidate, asked.namespaceLabels) === 'yes',
            ) ?? null,
          );
      },
    ),
  );
});

test('a pattern that matches another one letter by letter stands for all that it stands for', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[ab*]{1,5}$/),
      fc.stringMatching(/^[ab*]{1,5}$/),
      fc.array(word, { minLength: 20 }),
      (wide, narrow, words) => {
        fc.pre(matches(wide, narrow));
        for (const text of words) if (matches(narrow, text)) expect(matches(wide, text)).toBe(true);
      },
    ),
  );
});

describe('a rule under which nobody else reviews what is taken by break-glass', () => {
  const said = (
    who: readonly string[],
    approve: readonly string[],
    known: Readonly<Record<string, GroupSource>>,
    never?: readonly string[],
  ) => {
    const breakGlass = { who, longest: Temporal.Duration.from('PT20M'), remindEvery: Temporal.Duration.from('PT4H') };
    const taken = one('taken', {}, { breakGlass, approve: approve.map((from) => ({ from, count: 1 })), never });
    const groups = new Map(Object.entries(known));
    return of([taken], { groups }).flatMap(({ about, message }) =>
      about.type === 'rule' && message.includes('break-glass') ? [message] : [],
    );
  };

  test('is said, by people and by names', () => {
    const message =
      'whoever may review what is taken by break-glass under the rule "taken" may take it so themselves. Name somebody else under approve.';
    expect(said(['oncall'], ['leads'], { oncall: people(alice, bob), leads: people(bob) })).toEqual([message]);
    expect(said(['oncall'], ['oncall'], { oncall: { type: 'slack-group', id: 'S1' } })).toEqual([message]);
    const known = { oncall: people(alice), leads: people(alice, carol), away: people(carol) };
    expect(said(['oncall'], ['leads'], known, ['away'])).toEqual([message]);
  });

  test('is not said where somebody else may, or where only Slack knows', () => {
    expect(said(['oncall'], ['leads'], { oncall: people(alice, bob), leads: people(bob, carol) })).toEqual([]);
    const slack = { type: 'slack-group', id: 'S1' } as const;
    expect(said(['oncall'], ['leads'], { oncall: slack, leads: people(bob) })).toEqual([]);
    expect(said(['oncall'], ['leads'], { oncall: people(alice), leads: slack })).toEqual([]);
    expect(said(['oncall'], ['oncall', 'leads'], { oncall: people(alice), leads: people(bob) })).toEqual([]);
  });
});

describe('what may be taken by break-glass past a stricter rule above', () => {
  const slack = { type: 'slack-group', id: 'S1' } as const;
  const known = new Map<string, GroupSource>([
    ['developers', slack],
    ['leads', people(alice, bob)],
    ['oncall', people(alice)],
    ['elsewhere', people(carol)],
  ]);
  const breakGlass = {
    who: ['oncall'],
    longest: Temporal.Duration.from('PT20M'),
    remindEvery: Temporal.Duration.from('PT4H'),
  };
  const below = one('below', { namespaces: ['shop-*'] }, { breakGlass });
  const said = (...rules: readonly Rule[]) =>
    of(rules, { groups: known }).flatMap(({ about, message }) =>
      about.type === 'rule' && message.includes('passed over') ? [message] : [],
    );
  const strict = (match: Partial<Rule['match']> = {}, changed: Partial<Rule> = {}): Rule =>
    one('strict', { namespaces: ['*'], profiles: ['ingress-view'], ...match }, changed);

  test('is said, with the way out of it, and of one that refuses as well', () => {
    const message =
      'whoever is in oncall and in none of developers may take by break-glass under the rule "below" what "strict" above it speaks of, for that one is passed over. Name them under ask of "strict" as well: then it decides, and says no.';
    expect(said(strict(), below)).toEqual([message]);
    expect(said(strict({ namespaces: ['shop-front'] }, { refuse: 'not here' }), below)).toEqual([message]);
  });

  test.each<[string, readonly Rule[]]>([
    ['it stands below', [below, strict()]],
    ['it names them under ask', [strict({}, { ask: ['developers', 'oncall'] }), below]],
    ['it names all of these people in another group', [strict({}, { ask: ['developers', 'leads'] }), below]],
    ['it says itself who may break its glass', [strict({}, { breakGlass }), below]],
    ['it is for other people', [strict({}, { ask: ['elsewhere'] }), below]],
    ['it speaks of other namespaces', [strict({ namespaces: ['bank-*'] }), below]],
    [
      'it speaks of other clusters',
      [strict({ clusters: ['dev'] }), one('below', { clusters: ['prod'] }, { breakGlass })],
    ],
    ['it speaks of other things', [strict(), one('below', { profiles: ['ingress-debug'] }, { breakGlass })]],
    ['nobody breaks the glass of the one below', [strict(), one('below')]],
  ])('is not said where %s', (_, rules) => {
    expect(said(...rules)).toEqual([]);
  });
});

test('what a rule comes to is no condition: one that refuses, or approves by itself, stands before others as any', () => {
  const first = rule({ name: 'first' });
  const refusing = rule({ name: 'second', refuse: 'no', approve: [] });
  const strict = rule({ name: 'second', approve: [{ from: 'platform', count: 2 }], never: ['security'] });
  for (const rules of [
    [first, refusing],
    [{ ...first, auto: true as const }, strict],
    [{ ...refusing, name: 'first' }, strict],
  ])
    expect(
      suspicionsOf(policy({ rules }), [])
        .map(({ message }) => message)
        .join(),
    ).toContain('"first"');
});

describe('what is protected', () => {
  const offered: readonly Offered[] = [
    ...kinds.slice(0, 1),
    {
      name: 'change',
      profiles: [
        { profile: 'ingresses', reachesFurther: false },
        { profile: 'roles', reachesFurther: false },
      ],
      holds: { sorts: [{ profile: 'ingresses' }, { profile: 'roles' }] },
    },
  ];
  const stuck = (rules: readonly Rule[], changed: Partial<Protection> = {}) =>
    of(rules, { protect: [protection({ resources: ['ingresses', 'roles'], ...changed })] }, offered).filter(
      ({ about }) => about.type === 'protection',
    );

  test('and cannot be asked for by any rule is said, by its names', () => {
    expect(stuck([one('all'), one('some', { profiles: ['ingresses'] }, { permanent: true })])).toEqual([
      {
        about: { type: 'protection', index: 0 },
        message:
          'each direct write to roles that "shop" protects is refused: no rule lets anybody ask for them there. Such writes are for good, so a rule that speaks of them needs "permanent: true", and "kubectl" under its "match.sources" where it names any.',
      },
    ]);
  });

  test.each<[string, Partial<Rule['match']>, Partial<Rule>, Partial<Protection>]>([
    ['is for a time only', {}, { permanent: false }, {}],
    ['refuses', {}, { permanent: true, refuse: 'Not here.', approve: [] }, {}],
    ['is for what comes from elsewhere', { sources: ['slack'] }, { permanent: true }, {}],
    ['is for another cluster', { clusters: ['stage*'] }, { permanent: true }, { clusters: ['prod-*'] }],
    ['is for other namespaces', { namespaces: ['pay-*'] }, { permanent: true }, { namespaces: ['shop-*'] }],
    ['is for another kind', { kinds: ['access'] }, { permanent: true }, {}],
  ])('is refused where the only rule %s', (_, match, changed, protecting) => {
    expect(stuck([one('only', match, changed)], protecting)).toHaveLength(1);
  });

  test('and is a sort of namespaces is asked for by a rule that names it, and by no pattern', () => {
    const namespaces = { profile: 'namespaces', reachesFurther: true };
    const change = { name: 'change', profiles: [namespaces], holds: { sorts: [namespaces] } };
    const said = (profiles: readonly string[], resources = ['namespaces']) =>
      of([one('ends', { profiles }, { permanent: true })], { protect: [protection({ resources })] }, [
        ...kinds.slice(0, 1),
        change,
      ]).map(({ about }) => about.type);
    expect(said(['namespaces'])).toEqual([]);
    expect(said(['*'])).toEqual(['profile', 'protection']);
    expect(said(['namespaces'], ['ingresses'])).toEqual([]);
  });

  test('is said of namespaces too where a rule names them and lets nobody ask for good, once', () => {
    const namespaces = { profile: 'namespaces', reachesFurther: true };
    const change = { name: 'change', profiles: [namespaces], holds: { sorts: [namespaces] } };
    const said = (changed: Partial<Rule>, match: Partial<Rule['match']> = {}, protect = [protection()]) =>
      of([one('ends', { profiles: ['namespaces'], ...match }, changed)], { protect }, [change]).filter(
        ({ about }) => about.type !== 'rule',
      );
    expect(said({})).toEqual([
      {
        about: { type: 'profile', kind: 0, index: 0 },
        message: expect.stringContaining(
          'no rule lets anybody ask for "namespaces" (change) where something is protected',
        ),
      },
    ]);
    expect(said({ permanent: true })).toEqual([]);
    expect(said({ permanent: true }, { sources: ['slack'] })).toHaveLength(1);
    expect(said({ permanent: true }, { namespaces: ['bank'] })).toHaveLength(1);
    // Nothing is held, or it is refused on purpose, or said of the protection.
    expect(said({}, {}, [])).toEqual([]);
    expect(said({ refuse: 'never', approve: [] })).toEqual([]);
    expect(said({}, {}, [protection({ resources: ['namespaces'] })]).map(({ about }) => about.type)).toEqual([
      'protection',
    ]);
  });

  test.each<[string, readonly string[], readonly string[]]>([
    ['the same', ['shop-front'], ['shop-front']],
    ['more', ['*'], ['shop-front']],
    ['fewer', ['shop-front'], ['shop-*']],
    ['others, and some of both', ['*-front'], ['shop-*']],
    ['one of them', ['pay', 'shop'], ['shop', 'bank']],
  ])('can be asked for by a rule that speaks of %s', (_, namespaces, protectedOnes) => {
    expect(stuck([one('some', { namespaces }, { permanent: true })], { namespaces: protectedOnes })).toEqual([]);
  });

  test('is not said to be stuck while there is a name that both speak of', () => {
    const part = fc.stringMatching(/^[ab*]{1,4}$/);
    fc.assert(
      fc.property(part, part, fc.stringMatching(/^[ab]{1,6}$/), (one_, other, name) => {
        fc.pre(matches(one_, name) && matches(other, name));
        expect(stuck([one('some', { namespaces: [one_] }, { permanent: true })], { namespaces: [other] })).toEqual([]);
      }),
    );
  });
});
