import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ok, type Result } from '#domain/result.ts';
import { policy, rule } from '#test/build/policy.ts';
import type { Answer, Policy, Question, Risk, Rule } from './policy.ts';
import * as verdict from './verdict.ts';

const at = Temporal.Instant.from('2026-11-26T10:00:00Z');
const asker = (groups: ReadonlySet<string>, failed: readonly string[]) => ({ asker: { groups, failed }, at });
/** The rule that decides on what has no conditions. */
const judge = (of: Policy, question: Question, groups: ReadonlySet<string>, failed: readonly string[]) =>
  ruled(verdict.judge(of, question, asker(groups, failed)));
const judgeAll = (
  of: Policy,
  asked: Omit<Question, 'profile'>,
  profiles: readonly string[],
  groups: ReadonlySet<string>,
  failed: readonly string[],
) => ruled(verdict.judgeAll(of, { ...asked, profiles, ...asker(groups, failed) }));
const ruled = <E>(judged: Result<verdict.Verdict, E>) => {
  if (!judged.ok) return judged;
  return judged.value.type === 'decides' ? ok(judged.value.rule) : ok({ name: '(open)' });
};

const question: Question = {
  cluster: 'prod',
  namespace: 'shop',
  kind: 'access',
  source: 'slack',
  profile: 'ingress-edit',
  reachesFurther: false,
};
const only = (namespaces: readonly string[]) => ({ clusters: ['*'], namespaces, kinds: ['*'], profiles: ['*'] });

test('the first rule in order that speaks of it and lets one ask decides', () => {
  const rules = [
    rule({ name: 'bank', match: only(['bank']) }),
    rule({ name: 'leads', ask: ['leads'] }),
    rule({ name: 'first' }),
    rule({ name: 'second' }),
  ];
  const judged = judge(policy({ rules }), question, new Set(['developers']), []);
  expect(judged.ok && judged.value.name).toBe('first');
});

test('a rule for others does not stand in the way of a later one', () => {
  const rules = [rule({ name: 'strict', ask: ['leads'] }), rule({ name: 'mine' })];
  const judged = judge(policy({ rules }), question, new Set(['developers']), []);
  expect(judged.ok && judged.value.name).toBe('mine');
});

test('one of the groups that may ask is enough', () => {
  const rules = [rule({ ask: ['leads', 'developers'] })];
  expect(judge(policy({ rules }), question, new Set(['developers']), []).ok).toBe(true);
});

test('a no says of every rule why it did not help', () => {
  const rules = [rule({ name: 'bank', match: only(['bank']) }), rule({ name: 'leads', ask: ['leads'] })];
  expect(judge(policy({ rules }), question, new Set(['developers']), [])).toEqual({
    ok: false,
    error: {
      type: 'not-allowed',
      passed: [
        { rule: 'bank', why: 'speaks of something else' },
        { rule: 'leads', why: 'requester not in its groups' },
      ],
    },
  });
});

test.each([
  ['who is in no group', policy(), new Set<string>()],
  ['whose groups could not be looked up', policy(), new Set<string>()],
  ['when nobody may ask', policy({ rules: [rule({ ask: [] })] }), new Set(['developers'])],
  ['when there are no rules', policy({ rules: [] }), new Set(['developers'])],
  ['when the rule matches nothing', policy({ rules: [rule({ match: only([]) })] }), new Set(['developers'])],
  ['who is in a group of nearly that name', policy(), new Set(['Developers', 'developers-old', ''])],
])('nobody is let in %s', (_, rules, groups) => {
  expect(judge(rules, question, groups, []).ok).toBe(false);
});

test('a rule whose groups cannot be looked up is not passed over for one that wants less', () => {
  const rules = [rule({ name: 'strict', ask: ['leads'] }), rule({ name: 'easy' })];
  const groups = new Set(['developers']);
  expect(judge(policy({ rules }), question, groups, ['leads'])).toEqual({
    ok: false,
    error: { type: 'unsure', groups: ['leads'] },
  });
  const before = [rule({ name: 'easy' }), rule({ name: 'strict', ask: ['leads'] })];
  expect(judge(policy({ rules: before }), question, groups, ['leads']).ok).toBe(true);
});

test('what is asked at once must be under one rule: a weaker one does not speak for what a stronger one decides', () => {
  const strict = rule({
    name: 'strict',
    match: { ...only(['*']), profiles: ['deployments'] },
    approve: [{ from: 'platform', count: 2 }],
  });
  const both = policy({ rules: [strict, rule({ name: 'weak', match: only(['*']) })] });
  const { profile: _, ...asked } = question;
  const groups = new Set(['developers']);
  expect(judgeAll(both, asked, ['ingresses', 'deployments'], groups, [])).toEqual({
    ok: false,
    error: {
      type: 'divided',
      rules: [
        ['ingresses', 'weak'],
        ['deployments', 'strict'],
      ],
    },
  });
  expect(judgeAll(both, asked, ['deployments'], groups, [])).toMatchObject({ ok: true, value: { name: 'strict' } });
  expect(judgeAll(both, asked, ['ingresses', 'services'], groups, [])).toMatchObject({ value: { name: 'weak' } });
  expect(judgeAll(both, asked, [], groups, [])).toMatchObject({ ok: false, error: { type: 'not-allowed' } });
});

const anything = only(['*']);
const holds = (answer: Answer) => ({ text: 'x', holds: () => answer, speaksOf: () => false });
const conditioned = (name: string, changed: Partial<Rule> = {}) =>
  rule({ name, match: { ...anything, if: holds({ type: 'yes' }) }, ...changed });
const developers = asker(new Set(['developers']), []);
const tried = (answers: Readonly<Record<string, Answer>>, risk: Risk = 'none') => ({
  tried: { risk, answers: new Map(Object.entries(answers)) },
});

test('before it was tried, a rule with a condition or a risk is open, and so is every later one', () => {
  const rules = [
    conditioned('small'),
    rule({ name: 'calm', match: { ...anything, risk: ['none'] } }),
    rule({ name: 'last' }),
  ];
  expect(verdict.judge(policy({ rules }), question, developers)).toMatchObject({
    value: { type: 'open', rules: [{ name: 'small' }, { name: 'calm' }, { name: 'last' }] },
  });
  const first = [rule({ name: 'first' }), conditioned('small')];
  expect(verdict.judge(policy({ rules: first }), question, developers)).toMatchObject({
    value: { rule: { name: 'first' } },
  });
});

test.each<[answers: Readonly<Record<string, Answer>>, risk: Risk, expected: object]>([
  [{ small: { type: 'yes' } }, 'none', { value: { type: 'decides', rule: { name: 'small' } } }],
  [{ small: { type: 'no' } }, 'none', { value: { rule: { name: 'calm' } } }],
  [
    { small: { type: 'no' } },
    'critical',
    {
      value: {
        rule: { name: 'last' },
        passed: [
          { rule: 'small', why: 'its condition does not hold' },
          { rule: 'calm', why: 'not of this risk' },
        ],
      },
    },
  ],
  [
    { small: { type: 'failed', why: 'no such key' } },
    'none',
    { error: { type: 'failed', rule: 'small', why: 'no such key' } },
  ],
  [{}, 'none', { error: { type: 'failed', rule: 'small' } }],
])('after it was tried: %j, %s', (answers, risk, expected) => {
  const rules = [
    conditioned('small'),
    rule({ name: 'calm', match: { ...anything, risk: ['none'] } }),
    rule({ name: 'last' }),
  ];
  expect(verdict.judge(policy({ rules }), question, { ...developers, ...tried(answers, risk) })).toMatchObject(
    expected,
  );
});

test('a rule that refuses decides like any other: from where it stands', () => {
  const freeze = rule({ name: 'freeze', refuse: 'not now', approve: [] });
  const refused = { error: { type: 'refused', rule: 'freeze', why: 'not now' } };
  expect(verdict.judge(policy({ rules: [freeze, rule()] }), question, developers)).toMatchObject(refused);
  expect(verdict.judge(policy({ rules: [rule(), freeze] }), question, developers).ok).toBe(true);
  expect(verdict.judge(policy({ rules: [{ ...freeze, ask: ['leads'] }, rule()] }), question, developers).ok).toBe(true);
});

test('no policy and no answer makes a decision out of an error', () => {
  const answers: readonly Answer[] = [{ type: 'yes' }, { type: 'no' }, { type: 'failed', why: 'x' }];
  const ruleOf = fc.record({
    condition: fc.option(fc.constantFrom(...answers)),
    ask: fc.constantFrom('developers', 'leads', 'unknown'),
    risk: fc.option(fc.constantFrom<Risk>('none', 'high')),
    refuse: fc.boolean(),
    speaks: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(ruleOf, { maxLength: 6 }), fc.constantFrom<Risk>('none', 'high'), (all, risk) => {
      const rules = all.map(({ condition, ask, risk: of, refuse, speaks }, index) =>
        rule({
          name: `r-${index}`,
          ask: [ask],
          match: {
            ...only([speaks ? 'shop' : 'bank']),
            ...(condition === null ? {} : { if: holds(condition) }),
            ...(of === null ? {} : { risk: [of] }),
          },
          ...(refuse ? { refuse: 'no', approve: [] } : {}),
        }),
      );
      const known = Object.fromEntries(
        all.flatMap(({ condition }, index) => (condition === null ? [] : [[`r-${index}`, condition]])),
      );
      const judged = verdict.judge(policy({ rules }), question, {
        ...asker(new Set(['developers']), ['unknown']),
        ...tried(known, risk),
      });
      // By brute force: the first rule that is not passed over for certain.
      const first = all.findIndex(
        ({ condition, ask, risk: of, speaks }) =>
          speaks && ask !== 'leads' && (ask === 'unknown' || ((of ?? risk) === risk && condition?.type !== 'no')),
      );
      const one = all[first];
      const decides = one !== undefined && one.ask === 'developers' && one.condition?.type !== 'failed' && !one.refuse;
      expect(judged.ok).toBe(decides);
      if (judged.ok && judged.value.type === 'decides') expect(judged.value.rule.name).toBe(`r-${first}`);
    }),
    { numRuns: 500 },
  );
});

describe('a rule for namespaces with certain labels', () => {
  const labelled = (name: string, changed: Partial<Rule> = {}) =>
    rule({ name, match: { ...anything, namespaceLabels: { env: ['prod'] } }, ...changed });
  const rules = policy({ rules: [labelled('strict'), rule({ name: 'easy' })] });
  const judgeIn = (namespaceLabels: Readonly<Record<string, string>> | undefined, of = rules, by = developers) =>
    verdict.judge(of, { ...question, namespaceLabels }, by);

  test('decides where they fit, and is passed over where they do not or are not there', () => {
    expect(judgeIn({ env: 'prod' })).toMatchObject({ value: { rule: { name: 'strict' } } });
    for (const labels of [{ env: 'dev' }, {}])
      expect(judgeIn(labels)).toMatchObject({
        value: { rule: { name: 'easy' }, passed: [{ rule: 'strict', why: 'its namespace is labelled otherwise' }] },
      });
  });

  test('is passed over for no later one where nobody could look them up', () => {
    expect(judgeIn(undefined)).toEqual({ ok: false, error: { type: 'unlabelled', rule: 'strict' } });
    const refusing = policy({ rules: [labelled('frozen', { refuse: 'no', approve: [] }), rule({ name: 'easy' })] });
    expect(judgeIn(undefined, refusing)).toMatchObject({ ok: false, error: { type: 'unlabelled' } });
  });

  test('keeps nobody waiting for labels whom it does not concern', () => {
    const others = policy({ rules: [labelled('strict', { ask: ['leads'] }), rule({ name: 'easy' })] });
    expect(judgeIn(undefined, others)).toMatchObject({ value: { rule: { name: 'easy' } } });
    const before = policy({ rules: [rule({ name: 'easy' }), labelled('strict')] });
    expect(judgeIn(undefined, before)).toMatchObject({ value: { rule: { name: 'easy' } } });
  });

  test('whose group cannot be looked up is of no concern where the labels are known to be others', () => {
    const failing = { asker: { groups: new Set(['developers']), failed: ['leads'] }, at };
    const leads = policy({ rules: [labelled('strict', { ask: ['leads'] }), rule({ name: 'easy' })] });
    expect(judgeIn({ env: 'dev' }, leads, failing)).toMatchObject({ value: { rule: { name: 'easy' } } });
    expect(judgeIn({ env: 'prod' }, leads, failing)).toMatchObject({ error: { type: 'unsure' } });
    expect(judgeIn(undefined, leads, failing)).toMatchObject({ error: { type: 'unsure' } });
  });

  test('whatever the labels are, what is not known decides nothing that knowing them would not', () => {
    const some = fc.option(fc.dictionary(fc.constantFrom('env', 'team'), fc.constantFrom('prod', 'dev', '*')), {
      nil: undefined,
    });
    const made = fc.record({
      namespaceLabels: some.map((wanted) =>
        wanted === undefined ? wanted : Object.fromEntries(Object.entries(wanted).map(([key, one]) => [key, [one]])),
      ),
      ask: fc.constantFrom(['developers'], ['leads']),
      refuse: fc.constantFrom(undefined, 'no'),
    });
    const labels = fc.dictionary(fc.constantFrom('env', 'team'), fc.constantFrom('prod', 'dev'));
    fc.assert(
      fc.property(fc.array(made, { minLength: 1, maxLength: 4 }), labels, (parts, known) => {
        const all = parts.map(({ namespaceLabels, ...rest }, index) =>
          rule({ name: `r${index}`, match: { ...anything, namespaceLabels }, ...rest }),
        );
        const unknown = judgeIn(undefined, policy({ rules: all }));
        if (unknown.ok) expect(judgeIn(known, policy({ rules: all }))).toMatchObject({ value: { type: 'decides' } });
        if (unknown.ok && unknown.value.type === 'decides')
          expect(judgeIn(known, policy({ rules: all }))).toMatchObject({
            value: { rule: { name: unknown.value.rule.name } },
          });
      }),
    );
  });
});
