import { describe, expect, test } from 'vitest';
import { itself } from '#domain/ids.ts';
import type { RequestEvent } from '#domain/request/events.ts';
import type { PersonRule } from '#domain/watch/suspicion.ts';
import { agreed, cardOf, taken, threadOf, told, unasked, vote } from '#test/build/grant-messages.ts';
import { alice, bob, dave } from '#test/build/people.ts';
import { activated, approved, ended, submitted } from '#test/build/requests.ts';
import { named } from './tripped.ts';

const evidenceOf = {
  'slack-deactivated': 'At 12:00:03 UTC Slack said that UALICE, whose it is, is deactivated',
  'slack-guest': 'At 12:00:03 UTC Slack said that UALICE, whose it is, is a guest',
  'left-groups': 'At 12:00:03 UTC Slack said that UALICE, whose it is, is not in oncall, which may ask by rule "shop"',
} as const;
const tripped = (rule: PersonRule, does: 'revoke' | 'warn' = 'revoke'): RequestEvent => ({
  type: 'tripped',
  rule,
  does,
  evidence: [evidenceOf[rule]],
  about: [alice],
});
const over: RequestEvent = { ...ended, cause: 'tripped', lagMilliseconds: 340 };
const forDave = submitted({ requester: alice, subject: dave });
const why = 'Slack says that UALICE, who asked for it, is deactivated.';

describe('a grant that is ended because its person left', () => {
  test('names them in its thread and on its card, and what Slack said of them', () => {
    const said = threadOf(submitted(), ...agreed, tripped('slack-deactivated')).shown;
    expect(said).toContain(
      '🚨 Ended early: the Slack account of one of its people was deactivated (slack-deactivated)',
    );
    expect(said).toContain('At 12:00:03 UTC Slack said that <@UALICE>, whose it is, is deactivated');
    const card = cardOf(submitted(), ...agreed, tripped('slack-deactivated'), over);
    expect(card).toContain('ended early: the Slack account of one of its people was deactivated');
    expect(card).toContain('Slack said that <@UALICE>, whose it is, is deactivated');
  });

  test('tells those who agreed, and not whoever cannot read it', () => {
    const messages = told(submitted(), ...agreed, tripped('slack-deactivated'), over);
    expect(messages.map(({ to }) => to)).toEqual([bob]);
    expect(messages[0]?.text).toContain(
      'What you approved, for <@UALICE>, was ended early, because the Slack account of one of its people was deactivated.',
    );
    expect(messages[0]?.text).not.toMatch(/Was it not you|again/);
  });

  test('tells whom it was for what became of whoever asked for it', () => {
    const messages = told(forDave, ...agreed, tripped('slack-deactivated'), over);
    expect(messages.map(({ to }) => to)).toEqual([dave, bob]);
    expect(messages[0]?.text).toContain('Your access was ended early');
    expect(messages[0]?.text).not.toMatch(/Was it not you|\/jit again/);
  });

  test('tells a guest why, and does not have them ask for what they may not ask for', () => {
    const [mine] = told(submitted(), ...agreed, tripped('slack-guest'), over);
    expect(mine).toMatchObject({ to: alice, text: expect.stringContaining('no full member in Slack any more') });
    expect(mine?.text).not.toMatch(/\/jit again|Was it not you/);
  });

  test('tells who left a group how to get it again', () => {
    const [mine] = told(submitted(), ...agreed, tripped('left-groups'), over);
    expect(mine?.text).toContain('because you have left the groups that may ask for it.');
    expect(mine?.text).toContain(
      'Once you are in one of them again, you may ask for the same anew: /jit again k7m2-qx',
    );
    expect(mine?.text).not.toContain('Was it not you');
  });

  test('says of a warning that it stays, and not that it is for the break-glass', () => {
    const said = threadOf(taken, unasked, activated, tripped('left-groups', 'warn')).shown;
    expect(said).toContain('👀 Worth a look: whoever asked for it has left the groups that may ask for it');
    expect(said).not.toContain('It stays, because');
    const [mine] = told(submitted(), ...agreed, tripped('left-groups', 'warn'));
    expect(mine?.text).toContain('Your access stays in force, but whoever asked for it has left');
    expect(mine?.text).not.toContain('Was it not you');
  });
});

describe('what is closed because its person left', () => {
  test('says so while it waited', () => {
    const closed: RequestEvent = { type: 'withdrawn', by: itself, why };
    expect(threadOf(submitted(), closed).shown).toContain(
      '↩️ Closed: Slack says that <@UALICE>, who asked for it, is deactivated',
    );
    const card = cardOf(submitted(), closed);
    expect(card).toMatch(/Closed .* · Slack says that <@UALICE>, who asked for it, is deactivated/);
    expect(card).not.toContain('[Approve]');
    expect(told(forDave, closed).find(({ to }) => to === dave)?.text).toContain(
      'Your access is not decided on any more. Slack says that <@UALICE>, who asked for it, is deactivated.',
    );
  });

  test('says so when it was approved', () => {
    const back: RequestEvent = { type: 'end-requested', by: itself, cause: 'revoked', reason: why };
    const said = threadOf(submitted(), vote(), approved, back).shown;
    expect(said).toContain('🔒 Hallpass revoked it');
    expect(said).toContain('who asked for it, is deactivated');
    expect(cardOf(submitted(), vote(), approved, back)).toContain('Taken back by Hallpass before it was applied');
  });
});

test('only who is said to have left is named by their name, and no other word that looks like an id', () => {
  expect(named('At 12:00:03 UTC nothing was said')).toEqual(['At 12:00:03 UTC nothing was said']);
  expect(named('Slack said that U, is deactivated')).toEqual(['Slack said that U, is deactivated']);
  expect(named('At 12:00:03 UTC Slack said that UALICE, whose it is, is in none of UBOB, USERS')).toEqual([
    'At 12:00:03 UTC Slack said that ',
    { type: 'user', user_id: alice },
    ', whose it is, is in none of UBOB, USERS',
  ]);
});
