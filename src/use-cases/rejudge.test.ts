import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type GroupSource,
  type Labels,
  looksAtLabels,
  type Policy,
  type Risk,
  type Rule,
} from '#domain/policy/policy.ts';
import { judgeAll } from '#domain/policy/verdict.ts';
import { dayNames } from '#domain/policy/window.ts';
import type { Submitted } from '#domain/request/events.ts';
import { begin } from '#domain/request/request.ts';
import { usualWatch } from '#domain/watch/watch.ts';
import { changeOver } from '#test/build/changes.ts';
import { everything, matchIf, pattern } from '#test/build/conditions.ts';
import { alice, bob, carol, dave, erin, id } from '#test/build/people.ts';
import { rule } from '#test/build/policy.ts';
import { accessOver, profiles } from '#test/build/profiles.ts';
import { noon, submitted } from '#test/build/requests.ts';
import { minutes } from '#test/build/rule-world.ts';
import type { Settings } from './ports.ts';
import { type Known, type Past, type Rejudged, rejudge } from './rejudge.ts';
import { judgeTried, riskUntried, triedBy } from './tried.ts';

const kinds = [accessOver(), changeOver()];
const identities = [alice, dave].map((person) => ({ person, kubernetes: { user: `${person}@acme.test`, groups: [] } }));
const slack = (name: string): GroupSource => ({ type: 'slack-group', id: `S0${name.toUpperCase()}` });
const groups = new Map<string, GroupSource>([
  ['developers', slack('developers')],
  ['platform', slack('platform')],
  ['security', slack('security')],
  ['oncall', { type: 'people', people: [alice, bob] }],
]);

/** Settings with these rules, known by a hash. */
const under = (hash: string, rules: readonly Rule[], changed: Partial<Policy> = {}): Settings => ({
  policy: { groups, rules, protect: [], watch: usualWatch, adminChannel: 'C02ADMIN', hash, ...changed },
  identities,
  kinds,
});
const nothing: Known = { policies: new Map(), told: new Map() };
const knowing = (...policies: readonly Settings[]): Known => ({
  ...nothing,
  policies: new Map(policies.map((one) => [one.policy.hash, one])),
});
const telling = (...told: readonly (readonly [string, readonly (typeof alice)[]])[]): Known => ({
  ...nothing,
  told: new Map(told.map(([group, people]) => [group, new Set(people)])),
});

const approvalBy = ({ name, approve, auto, never }: Rule, policyHash = 'then'): Submitted['approval'] => ({
  rule: name,
  policyHash,
  quorum: [...approve],
  channel: 'C02APPROVE',
  ...(auto === undefined ? {} : { auto }),
  ...(never === undefined ? {} : { never: [...never] }),
});
const past = (by: Rule, changed: Partial<Submitted> = {}, approvedBy?: Past['approvedBy']): Past => ({
  asked: begin(id(), submitted({ approval: approvalBy(by), ...changed }), noon).asked,
  approvedBy,
});
const changing = {
  kind: 'change',
  ask: { edits: [{ do: 'patch', resource: 'configmaps', name: 'gate', patch: { data: { a: 'b' } } }] },
};
const shop = rule();
const freeze = rule({ name: 'freeze', refuse: 'nothing before January', ask: ['oncall'] });
const sayOn = (now: Rejudged): readonly string[] => (now.type === 'unknown' ? now.on.map(({ say }) => say) : []);

describe('a request is judged as before', () => {
  test('by the files that it was filed under, whatever they say of groups, objects and risk', () => {
    const then = under('then', [rule({ match: { ...matchIf('after.all(o, o.spec.replicas < 3)'), risk: ['none'] } })]);
    expect(rejudge(then, past(shop, changing), nothing)).toEqual({ type: 'same' });
  });

  test('by a policy that others were added to, once the policy of then is known', () => {
    const then = under('then', [shop]);
    const now = under('now', [rule({ name: 'bank', match: { ...everything, namespaces: ['bank'] } }), shop]);
    expect(rejudge(now, past(shop), knowing(then))).toEqual({ type: 'same' });
    const unknown = rejudge(now, past(shop), nothing);
    expect(unknown).toMatchObject({ type: 'unknown', isOther: false, isPolicyKnown: false });
    expect(sayOn(unknown)).toEqual(['who was in "developers" (S0DEVELOPERS)']);
  });

  test('where somebody has said who was in the groups', () => {
    const now = under('now', [shop]);
    expect(rejudge(now, past(shop), telling(['S0DEVELOPERS', [alice]]))).toEqual({ type: 'same' });
    expect(rejudge(now, past(shop), telling(['S0DEVELOPERS', [dave]]))).toMatchObject({
      type: 'other',
      outcome: { type: 'nobody' },
      whyNot: '"shop": requester not in its groups',
    });
  });

  test('by a quorum in another order, with its first step written out', () => {
    const both = rule({
      ask: ['oncall'],
      approve: [
        { from: 'platform', count: 1 },
        { from: 'security', count: 1 },
      ],
    });
    const turned = rule({
      ask: ['oncall'],
      approve: [
        { from: 'security', count: 1, step: 1 },
        { from: 'platform', count: 1 },
      ],
    });
    expect(rejudge(under('now', [turned]), past(both), nothing)).toEqual({ type: 'same' });
  });
});

describe('a request is judged otherwise', () => {
  const oncall = rule({ ask: ['oncall'] });

  test('by a rule above that refuses', () => {
    expect(rejudge(under('now', [freeze, oncall]), past(oncall), nothing)).toMatchObject({
      type: 'other',
      outcome: { type: 'refused', rule: 'freeze', why: 'nothing before January' },
      whyNot: '"freeze" stands above "shop"',
    });
  });

  test('at the instant when it was filed, not now', () => {
    const weekend = rule({ ...oncall, match: { ...everything, when: [{ zone: 'UTC', days: ['sat', 'sun'] }] } });
    expect(rejudge(under('now', [weekend]), past(oncall), nothing)).toMatchObject({
      type: 'other',
      outcome: { type: 'nobody' },
      whyNot: '"shop": not at this time',
    });
  });

  test.each<[string, Partial<Rule>, Partial<Submitted>, string]>([
    [
      'a duration that is too long',
      { duration: { default: minutes(5), longest: minutes(20) } },
      {},
      'it allows 20m at most',
    ],
    ['a change for good', {}, { ...changing, seconds: undefined }, 'it allows nothing for good'],
    ['a reason', { reason: { pattern: pattern('^OPS-'), say: 'a ticket' } }, {}, 'its reason is not: a ticket'],
    ['a subject that identities.yaml has no more', {}, { subject: erin }, 'identities.yaml does not say'],
    [
      'another’s access by itself',
      { auto: true },
      { subject: dave },
      'it approves by itself only what one asks for oneself',
    ],
    [
      'an extension beyond its longest time',
      { duration: { default: minutes(5), longest: minutes(40) } },
      { extends: { request: id('aaaa-bb'), startedAt: noon, expiresAt: noon.add({ minutes: 30 }) } },
      'less is left of its longest time to extend by',
    ],
  ])('by a rule that does not take %s', (_, changed, asked, unfit) => {
    const now = rejudge(under('now', [rule({ ...oncall, ...changed })]), past(oncall, asked), nothing);
    expect(now).toMatchObject({ type: 'other', outcome: { unfit: expect.stringContaining(unfit) } });
  });

  test('where its profile is not there any more', () => {
    const now = { ...under('now', [oncall]), kinds: [accessOver(profiles.slice(0, 1))] };
    expect(rejudge(now, past(oncall), nothing)).toMatchObject({ type: 'other', outcome: { type: 'unknown-here' } });
  });
});

describe('what the log does not hold is not guessed', () => {
  const oncall = rule({ ask: ['oncall'] });

  test.each([
    ['what a change did to objects', matchIf('after.all(o, o != null)'), 'what its objects were like'],
    ['how risky a change was', { ...everything, risk: ['high' as const] }, 'how risky it was'],
    ['a risk in a condition', matchIf('risk.level == "critical"'), 'how risky it was'],
  ])('%s', (_, match, on) => {
    const now = rejudge(under('now', [rule({ ...freeze, match }), oncall]), past(oncall, changing), nothing);
    expect(now).toMatchObject({ type: 'unknown', isOther: false });
    expect(sayOn(now).join()).toContain(on);
  });

  test('but of access no objects are tried, and its risk stands on its card', () => {
    const high = rule({ ...freeze, match: { ...everything, risk: ['high'] } });
    expect(rejudge(under('now', [high, oncall]), past(oncall), nothing)).toMatchObject({
      type: 'other',
      outcome: { type: 'refused' },
    });
    const none = rule({ ...freeze, match: matchIf('risk.level == "none"') });
    expect(rejudge(under('now', [none, oncall]), past(oncall), nothing)).toEqual({ type: 'same' });
  });

  test('but a condition that was answered then has that answer', () => {
    const match = matchIf('after.all(o, o.data.a == "b")');
    const small = rule({ ...oncall, name: 'small', match });
    const then = under('then', [small, oncall]);
    const now = under('now', [rule({ ...oncall, name: 'few', match }), oncall]);
    expect(rejudge(now, past(small, changing), knowing(then))).toMatchObject({
      type: 'other',
      outcome: { type: 'decides', rule: 'few' },
    });
    expect(rejudge(now, past(oncall, changing), knowing(then))).toEqual({ type: 'same' });
  });

  test('a group of the same name that is another one in Slack is another group', () => {
    const then = under('then', [shop]);
    const now = under('now', [shop], { groups: new Map([...groups, ['developers', slack('others')]]) });
    const judged = rejudge(now, past(shop), knowing(then));
    expect(sayOn(judged)).toEqual(['who was in "developers" (S0OTHERS)']);
  });

  test('what is otherwise in any case is said to be so', () => {
    const now = under('now', [rule({ ...freeze, ask: ['security'] }), rule({ name: 'usual', ask: ['oncall'] })]);
    expect(rejudge(now, past(shop), nothing)).toMatchObject({ type: 'unknown', isOther: true });
  });

  test('what somebody says of a group and what was decided then may not fit', () => {
    const known = { ...knowing(under('then', [shop])), ...{ told: new Map([['S0DEVELOPERS', new Set([dave])]]) } };
    expect(rejudge(under('now', [shop]), past(shop), known)).toEqual({ type: 'contradicted' });
  });

  test('for how long an extension was asked, where it was cut to what was left', () => {
    const short = rule({ ...oncall, name: 'short', match: matchIf('request.seconds <= 1800') });
    const extended = { extends: { request: id('aaaa-bb'), startedAt: noon, expiresAt: noon.add({ minutes: 30 }) } };
    expect(rejudge(under('now', [short, oncall]), past(oncall, extended), nothing)).toMatchObject({ type: 'unknown' });
    expect(rejudge(under('now', [short, oncall]), past(oncall), nothing)).toMatchObject({ outcome: { rule: 'short' } });
  });
});

describe('who approved then', () => {
  const oncall = rule({ ask: ['oncall'] });
  const two = rule({ ask: ['oncall'], approve: [{ from: 'platform', count: 2 }] });
  const stillBy = (now: Rule, by: readonly (typeof bob)[], known = nothing, then = oncall) =>
    rejudge(under('now', [now]), past(then, {}, by), known);

  test('makes the approvals of now where they are the same, and of fewer', () => {
    expect(stillBy(oncall, [bob])).toEqual({ type: 'same' });
    expect(stillBy(oncall, [bob, carol], nothing, two)).toMatchObject({ type: 'other', still: true });
  });

  test('does not make those of more, or of groups that they are not in', () => {
    expect(stillBy(two, [bob])).toMatchObject({ type: 'other', still: false });
    const bySome = rule({ ...oncall, approve: [{ from: 'oncall', count: 1 }] });
    expect(stillBy(bySome, [carol])).toMatchObject({ type: 'other', still: false });
    expect(stillBy(oncall, [bob], telling(['S0PLATFORM', [carol]]))).toMatchObject({
      type: 'other',
      outcome: { rule: 'shop' },
      still: false,
    });
    expect(stillBy(rule({ ...oncall, never: ['oncall'] }), [bob])).toMatchObject({ type: 'other', still: false });
  });

  test('may make those of other groups, on which it depends', () => {
    const bySecurity = rule({ ...oncall, approve: [{ from: 'security', count: 1 }] });
    const now = stillBy(bySecurity, [bob]);
    expect(now).toMatchObject({ type: 'other', still: [{ say: 'who was in "security" (S0SECURITY)' }] });
    expect(stillBy(bySecurity, [bob], telling(['S0SECURITY', [bob]]))).toMatchObject({ type: 'other', still: true });
  });
});

describe('what the log says of how it was asked', () => {
  const oncall = rule({ ask: ['oncall'] });

  test('is put to the policy: the time when it begins, where it comes from, break-glass', () => {
    const fromCli = under('now', [rule({ ...oncall, match: { ...everything, sources: ['cli'] } })]);
    expect(rejudge(fromCli, past(oncall), nothing)).toMatchObject({ type: 'other', outcome: { type: 'nobody' } });
    const taken = past(oncall, { approval: { ...approvalBy(oncall), breakGlass: { remindEvery: 3_600 } } });
    expect(rejudge(under('now', [oncall]), taken, nothing)).toMatchObject({
      type: 'other',
      outcome: { type: 'no-break-glass', rule: 'shop' },
    });
    const breakable = rule({
      ...oncall,
      breakGlass: { who: ['oncall'], longest: minutes(60), remindEvery: minutes(60) },
    });
    expect(rejudge(under('now', [breakable]), taken, nothing)).toEqual({ type: 'same' });
    const evening = [{ zone: 'UTC', days: dayNames, from: Temporal.PlainTime.from('20:00'), until: undefined }];
    const late = under('now', [rule({ ...oncall, match: { ...everything, when: evening } })]);
    expect(rejudge(late, past(oncall), nothing).type).toBe('other');
    expect(rejudge(late, past(oncall, { startsAt: noon.add({ hours: 9 }) }), nothing)).toEqual({ type: 'same' });
  });

  test('holds no labels of its namespace: it is said that they are not known', () => {
    const labelled = rule({ ...oncall, name: 'prod', match: { ...everything, namespaceLabels: { env: ['prod'] } } });
    const now = rejudge(under('now', [labelled, oncall]), past(oncall), nothing);
    expect(sayOn(now)).toEqual(['which labels the namespace had, at which "prod" looks']);
  });
});

describe('whatever the policies and whoever asks', () => {
  const conditions = [
    undefined,
    matchIf('"security" in requester.groups').if,
    matchIf('requester.groups.size() > 1').if,
    matchIf('after.all(o, o != null)').if,
    matchIf('after[0].data.a == "b" && "platform" in requester.groups').if,
    matchIf('risk.level != "none"').if,
    matchIf('request.seconds <= 1800').if,
    matchIf('request.reason.contains("502")').if,
    matchIf('"env" in request.namespaceLabels').if,
    matchIf('request.breakGlass').if,
  ];
  const some = fc.subarray(['developers', 'platform', 'security', 'oncall'], { minLength: 1 });
  const aRule = fc
    .record({
      ask: some,
      risk: fc.constantFrom<readonly Risk[] | undefined>(undefined, undefined, ['none'], ['high', 'critical']),
      condition: fc.constantFrom(...conditions),
      refuse: fc.constantFrom(undefined, undefined, 'no'),
      env: fc.constantFrom(undefined, undefined, 'prod', 'dev'),
      breakers: fc.constantFrom<readonly string[] | undefined>(undefined, ['oncall'], ['security']),
      count: fc.constantFrom(1, 2),
      longest: fc.constantFrom(20, 120),
    })
    .map(({ ask, risk, condition, refuse, env, breakers, count, longest }) =>
      rule({
        match: {
          ...everything,
          risk,
          if: condition,
          ...(env === undefined ? {} : { namespaceLabels: { env: [env] } }),
        },
        ask,
        ...(breakers === undefined || refuse !== undefined
          ? {}
          : { breakGlass: { who: breakers, longest: minutes(longest), remindEvery: minutes(60) } }),
        approve: [{ from: 'platform', count }],
        refuse,
        duration: { default: minutes(10), longest: minutes(longest) },
      }),
    );
  const rules = fc
    .array(aRule, { minLength: 1, maxLength: 4 })
    .map((list) => list.map((one, index) => ({ ...one, name: `r${index}` })));
  const reality = fc.record({
    slack: fc.subarray(['developers', 'platform', 'security']),
    risk: fc.constantFrom<Risk>('none', 'high', 'critical'),
    after: fc.constantFrom([null], [{ data: { a: 'b' } }], [{ data: {} }]),
    isChange: fc.boolean(),
    labels: fc.constantFrom<Labels>({}, { env: 'prod' }, { env: 'dev' }),
    breakGlass: fc.constantFrom(false, false, true),
  });
  type Reality = typeof reality extends fc.Arbitrary<infer R> ? R : never;

  /** What a policy does decide, with everything known. */
  const truly = async (
    { policy }: Settings,
    { slack: isIn, risk: ofChange, after, isChange, labels: namespaceLabels, breakGlass }: Reality,
    { ask, kind: name }: Submitted,
  ) => {
    const kind = kinds.find((one) => one.name === name);
    const description = kind?.describe(ask);
    if (kind === undefined || !description?.ok) throw new Error('It can be asked');
    const { profiles, reachesFurther } = description.value;
    const place = { kind: name, cluster: 'prod', namespace: 'shop', namespaceLabels, source: 'slack' } as const;
    const asked = { ...place, profiles, reachesFurther };
    const all = [...isIn, 'oncall'];
    const found = isChange
      ? { risk: { level: ofChange, findings: [] }, before: [], after }
      : { risk: riskUntried(kind, ask, 'shop'), before: [], after: [] };
    const facts = {
      request: {
        ...place,
        profiles,
        breakGlass,
        objects: description.value.objects,
        seconds: 1_800,
        reason: 'checkout answers 502',
        subject: alice,
      },
      requester: { id: alice, groups: [...policy.groups.keys()].filter((one) => all.includes(one)) },
      now: noon.toString(),
    };
    const judged = await judgeTried(policy, asked, facts, found);
    const tried = triedBy(policy, judged);
    if (tried === undefined) throw new Error('It was judged by this policy');
    const asker = { groups: new Set(all), failed: [] };
    return judgeAll(policy, { ...asked, asker, at: noon, breakGlass, tried });
  };

  const file = async (then: Settings, real: Reality): Promise<Past> => {
    const event = submitted(real.isChange ? changing : {});
    const verdict = await truly(then, real, event);
    fc.pre(verdict.ok && verdict.value.type === 'decides');
    if (!verdict.ok || verdict.value.type !== 'decides') throw new Error('It decides');
    const passed = verdict.value.passed.map((one) => ({ ...one }));
    return past(verdict.value.rule, {
      ...event,
      approval: {
        ...approvalBy(verdict.value.rule),
        ...(real.breakGlass ? { breakGlass: { remindEvery: 3_600 } } : {}),
        ...(passed.length === 0 ? {} : { passed }),
      },
    });
  };

  test('the same rules differ in nothing', async () => {
    const property = fc.asyncProperty(rules, reality, async (list, real) => {
      // Some of what was filed is longer than some rules allow: that alone may differ.
      const lasting = list.map((one) => ({
        ...one,
        duration: { ...one.duration, longest: minutes(120) },
        ...(one.breakGlass === undefined ? {} : { breakGlass: { ...one.breakGlass, longest: minutes(120) } }),
      }));
      const then = under('then', lasting);
      const filed = await file(then, real);
      expect(rejudge(under('now', lasting), filed, knowing(then))).toEqual({ type: 'same' });
      expect(rejudge(then, filed, nothing)).toEqual({ type: 'same' });
    });
    await fc.assert(property, { numRuns: 150 });
  });

  test('what is said to be certain is what happens, and what happens is among what is said to be possible', async () => {
    const tell = fc.constantFrom('nothing', 'policy', 'groups', 'both');
    const property = fc.asyncProperty(rules, rules, reality, tell, async (before, after, real, what) => {
      const [then, now] = [under('then', before), under('now', after)];
      const filed = await file(then, real);
      const told = new Map(
        ['developers', 'platform', 'security'].map((name) => [
          `S0${name.toUpperCase()}`,
          new Set(real.slack.includes(name) ? [alice] : []),
        ]),
      );
      const judged = rejudge(now, filed, {
        policies: what === 'policy' || what === 'both' ? knowing(then).policies : new Map(),
        told: what === 'groups' || what === 'both' ? told : new Map(),
      });
      const truth = await truly(now, real, { type: 'submitted', ...filed.asked });
      const isRule = truth.ok && truth.value.type === 'decides' ? truth.value.rule : undefined;
      const error = truth.ok ? undefined : truth.error.type === 'not-allowed' ? 'nobody' : truth.error.type;
      const fits = (one: { readonly type: string; readonly rule?: string }): boolean =>
        isRule === undefined ? one.type === error : one.type === 'decides' && one.rule === isRule.name;
      if (judged.type === 'same') expect(isRule?.name).toBe(filed.asked.approval.rule);
      else if (judged.type === 'other') expect(fits(judged.outcome)).toBe(true);
      else if (judged.type === 'unknown') expect(judged.outcomes.some(fits)).toBe(true);
      else expect(judged.type).not.toBe('contradicted');
      const isLabelled = [...before, ...after].some(looksAtLabels);
      if (what !== 'nothing' && what !== 'policy' && !real.isChange && !isLabelled)
        expect(judged.type).not.toBe('unknown');
    });
    await fc.assert(property, { numRuns: 400 });
  });
});
