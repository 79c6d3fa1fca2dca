import { describe, expect, test } from 'vitest';
import type { RequestEvent, Submitted } from '#domain/request/events.ts';
import { chainOf } from '#test/build/chains.ts';
import { agreed, auto, cardOf, type Events, taken, threadOf, told, unasked, vote } from '#test/build/grant-messages.ts';
import { alice, bob, carol, dave, id } from '#test/build/people.ts';
import { activated, approved, ended, submitted } from '#test/build/requests.ts';
import { readBlocks } from '#test/build/strict-blocks.ts';
import { charactersOf, limits } from './blocks.ts';
import { renderCard } from './card.ts';
import { directMessages } from './direct-messages.ts';
import { sayNotDone } from './replies.ts';
import { renderEvent } from './thread.ts';

const misused: Extract<RequestEvent, { type: 'misused' }> = {
  type: 'misused',
  operation: 'update',
  target: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', namespace: 'shop', name: 'web' },
  risk: 'critical',
  findings: ['Introduces a snippet (CVE-2021-25742).', 'Introduces a redirect to another host.'],
};
const over: RequestEvent = { ...ended, cause: 'misused', lagMilliseconds: 340 };

describe('a grant that is ended for what was tried under it', () => {
  test('says on its card that it is, and for what, while it is being ended and afterwards', () => {
    const ending = cardOf(submitted(), ...agreed, misused);
    expect(ending).toContain('Being ended early · used for something worse than its card showed');
    expect(ending).toContain('🚨 <@UALICE> tried to change Ingress shop/web directly (CRITICAL). It was refused.');
    expect(ending).toContain('Introduces a snippet (CVE-2021-25742).');
    expect(ending).not.toContain('[Revoke]');
    const gone = cardOf(submitted(), ...agreed, misused, over);
    expect(gone).toContain('ended early: used for something worse than its card showed; ended 340 ms after that');
    expect(gone).toContain('tried to change Ingress shop/web directly (CRITICAL)');
  });

  test('says so in its thread, with what was found', () => {
    const { shown } = threadOf(submitted(), ...agreed, misused);
    expect(shown).toContain(
      '🚨 Ended early: used for something worse than its card showed: <@UALICE> tried to change Ingress shop/web directly (CRITICAL). It was refused, and this grant is ended for it',
    );
    expect(shown).toContain('Introduces a redirect to another host.');
    expect(threadOf(submitted(), ...agreed, misused, over).shown).toContain(
      'Ended: it was used for something worse than its card showed, and it was removed 340 ms after that',
    );
  });

  test('tells whoever lost it how to ask anew, and those who had agreed', () => {
    expect(told(submitted(), ...agreed, misused)).toEqual([]);
    const { approval } = submitted();
    const two = { ...approval, quorum: [{ from: 'platform', count: 2 }] };
    const both: RequestEvent = { ...approved, by: [bob, carol] };
    const all = told(submitted({ approval: two }), vote(), vote(carol), both, activated, misused, over);
    expect(all.map(({ to }) => to)).toEqual([alice, bob, carol]);
    const [hers, his] = all;
    expect(hers?.text).toContain(
      'Your access was ended early, because it was used for something worse than its card showed: you tried to change Ingress shop/web directly (CRITICAL). That was refused, and nothing is changed by it.',
    );
    expect(hers?.text).toContain('Was it not you?');
    expect(hers?.text).toContain(`/jit again ${id()} because …`);
    expect(his?.text).toContain('What you approved, for <@UALICE>, was ended early');
    expect(his?.text).toContain('<@UALICE> tried to change Ingress shop/web directly (CRITICAL)');
    expect(his?.text).toContain('Introduces a snippet');
    expect(his?.text).not.toContain('/jit again');
    expect(his?.text).not.toContain('Was it not you');
  });

  test('that somebody asked for others tells both, and only whoever asked how to ask anew', () => {
    const [asker, subject] = told(submitted({ requester: dave }), ...agreed, misused, over);
    expect([asker?.to, subject?.to]).toEqual([dave, alice]);
    expect(asker?.text).toContain('The access you asked for, for <@UALICE>, was ended early');
    expect(asker?.text).toContain('/jit again');
    expect(subject?.text).toContain('you tried to change');
    expect(subject?.text).not.toContain('/jit again');
  });

  test('tells of any other end those who agreed nothing', () => {
    expect(told(submitted(), ...agreed, ended).map(({ to }) => to)).toEqual([alice]);
  });

  test('mentions in its thread those who may end it where nobody had to agree', () => {
    expect(threadOf(auto, unasked, activated, misused).mentions.length).toBeGreaterThan(1);
    expect(threadOf(submitted(), ...agreed, misused).mentions).toHaveLength(1);
  });

  test('answers who ends it too, without a name', () => {
    expect(sayNotDone({ type: 'already-ending' })).toBe('It is being ended already; its card says why.');
  });
});

describe('a grant by break-glass under which something worse was tried', () => {
  test('stays, and shouts: on the card, in the thread to those who review it, and to whose it is', () => {
    const events: Events = [taken, unasked, activated, misused];
    const card = cardOf(...events);
    expect(card).toContain('Active until');
    expect(card).toContain('It was refused; the grant stays, because it was taken by break-glass.');
    const thread = threadOf(...events);
    expect(thread.shown).toContain('Something worse than its card showed was tried under this grant');
    expect(thread.shown).toContain('The grant stays, because it was taken by break-glass; revoke it if it is wrong');
    expect(thread.mentions.length).toBeGreaterThan(1);
    const [hers, ...others] = told(...events);
    expect(others).toEqual([]);
    expect(hers?.text).toContain('Your access stays, because it was taken by break-glass');
  });
});

describe('what follows it', () => {
  const again = (): Submitted =>
    submitted({
      follows: { request: id('abcd-ef'), why: 'it was used for something worse than its card showed', ended: true },
    });

  test('says so on its card and in its thread', () => {
    expect(cardOf(again())).toContain('Follows  abcd-ef, which was ended early: it was used for something worse');
    expect(threadOf(again()).shown).toContain(
      'Follows abcd-ef, which was ended early: it was used for something worse',
    );
  });
});

test('whatever a guard says of it, messages stay within Slack’s limits and mention nobody else', () => {
  const long = { ...misused, target: { ...misused.target, kind: 'K'.repeat(300), name: '<!channel> '.repeat(90) } };
  const noisy = { ...long, findings: Array.from({ length: 40 }, () => '<@UMALLORY> \u202e\n'.repeat(200)) };
  const all: readonly Events[] = [
    [submitted(), ...agreed, noisy],
    [submitted(), ...agreed, noisy, over],
    [taken, unasked, activated, noisy],
  ];
  for (const events of all) {
    const chain = chainOf(...events);
    const entry = chain.entries.find(({ event }) => event.type === 'misused') ?? expect.fail('no entry');
    const messages = [renderCard({ chain }), renderEvent(entry, chain), ...directMessages(chain)];
    for (const { text, blocks } of messages) {
      expect(charactersOf(blocks)).toBeLessThanOrEqual(limits.messageCharacters);
      expect(text).not.toMatch(/<!channel>|<@UMALLORY>/);
      expect(readBlocks(blocks).mentions.flatMap((one) => ('id' in one ? [one.id] : []))).not.toContain('UMALLORY');
    }
  }
});
