import { describe, expect, test } from 'vitest';
import { itself, type PersonId } from '#domain/ids.ts';
import type { Membership } from '#domain/people.ts';
import { breakGlass } from '#test/build/break-glass-world.ts';
import { alice, bob } from '#test/build/people.ts';
import { policy, rule } from '#test/build/policy.ts';
import { noon, submitted } from '#test/build/requests.ts';
import { byRule, departed, groupsThatMayAsk, leftGroups, peopleOf, sayDeparture, sayWhat } from './people.ts';

const asked = (changed: Partial<{ requester: PersonId; subject: PersonId }> = {}) => ({
  requester: alice,
  subject: alice,
  approval: { ...submitted().approval, rule: 'shop' },
  ...changed,
});

describe('the people of a grant', () => {
  test('are whoever asked and whom it is for, each once, and never Hallpass itself', () => {
    expect(peopleOf(asked())).toEqual([alice]);
    expect(peopleOf(asked({ subject: bob }))).toEqual([alice, bob]);
    expect(peopleOf(asked({ requester: itself, subject: itself }))).toEqual([]);
  });

  test.each([
    ['member', []],
    ['deactivated', ['slack-deactivated']],
    ['guest', ['slack-guest']],
    ['stranger', ['slack-guest']],
    ['bot', ['slack-guest']],
  ] as const)('who is a %s by now has %j', (membership: Membership, rules) => {
    const found = departed(asked({ subject: bob }), new Map([[bob, membership]]));
    expect(found.map((one) => one.rule)).toEqual(rules);
  });

  test('of whom Slack says nothing have lost nothing', () => {
    expect(departed(asked(), new Map())).toEqual([]);
  });

  test('have left only when all groups are known and they are in none', () => {
    const groups = ['oncall', 'sre'];
    const of = (oncall: readonly PersonId[] | undefined, sre: readonly PersonId[] | undefined) =>
      leftGroups(
        asked(),
        groups,
        new Map([
          ...(oncall === undefined ? [] : [['oncall', new Set(oncall)] as const]),
          ...(sre === undefined ? [] : [['sre', new Set(sre)] as const]),
        ]),
      );
    expect(of([alice], [])).toBeUndefined();
    expect(of([], [alice])).toBeUndefined();
    expect(of([], undefined)).toBeUndefined();
    expect(of(undefined, undefined)).toBeUndefined();
    expect(of([bob], [])).toMatchObject({ rule: 'left-groups', who: alice, groups });
  });

  test('may ask by the groups of the rule of now; by break-glass, by those too that may break it', () => {
    const now = policy({
      rules: [rule({ ask: ['developers'], breakGlass })],
    });
    expect(groupsThatMayAsk(now, asked())).toEqual(['developers']);
    const taken = { ...asked().approval, breakGlass: { remindEvery: 3_600 } };
    expect(groupsThatMayAsk(now, { ...asked(), approval: taken })).toEqual(['developers', 'oncall']);
    expect(groupsThatMayAsk(policy({ rules: [rule({ name: 'another' })] }), asked())).toBeUndefined();
    expect(groupsThatMayAsk(now, asked({ requester: itself }))).toBeUndefined();
    expect(groupsThatMayAsk(policy({ rules: [rule({ ask: [] })] }), asked())).toBeUndefined();
  });

  test('are told of in words', () => {
    const [gone] = departed(asked({ subject: bob }), new Map([[bob, 'deactivated']]));
    const [guest] = departed(asked({ subject: bob }), new Map([[alice, 'guest']]));
    const left = leftGroups(asked(), ['oncall'], new Map([['oncall', new Set<PersonId>()]]));
    const more = leftGroups(asked(), ['oncall', 'sre'], new Map(['oncall', 'sre'].map((name) => [name, new Set()])));
    if (gone === undefined || guest === undefined || left === undefined || more === undefined)
      throw new Error('missing');
    expect(sayDeparture(gone, asked({ subject: bob }), noon)).toMatch(
      /^At \d\d:00:00 UTC Slack said that UBOB, whose it is, is deactivated$/,
    );
    expect(sayDeparture(guest, asked({ subject: bob }), noon)).toContain('UALICE, who asked for it, is a guest');
    expect(sayWhat(left)).toBe('is not in oncall, which may ask by rule "shop"');
    expect(sayWhat(more)).toBe('is in none of oncall, sre, which may ask by rule "shop"');
    expect(byRule([gone, guest, left]).map(([name]) => name)).toEqual([
      'slack-deactivated',
      'slack-guest',
      'left-groups',
    ]);
  });
});
