import { describe, expect, test } from 'vitest';
import type { RequestEvent, Submitted } from '#domain/request/events.ts';
import { chainOf } from '#test/build/chains.ts';
import { alice, bob, carol, type erin } from '#test/build/people.ts';
import { groups } from '#test/build/policy.ts';
import { activated, approved, ended, quorum, submitted } from '#test/build/requests.ts';
import { readBlocks } from '#test/build/strict-blocks.ts';
import { renderCard } from './card.ts';
import { directMessages } from './direct-messages.ts';
import { mentionsOf } from './mentions.ts';
import { renderEvent } from './thread.ts';

const { approval } = quorum(['platform', 1], ['security', 1]);
const taken = (): Submitted => submitted({ approval: { ...approval, breakGlass: { remindEvery: 3_600 } } });
const atOnce: RequestEvent = { ...approved, by: [], auto: true };
const review = (finding: 'justified' | 'not-justified'): RequestEvent => ({
  type: 'reviewed',
  by: bob,
  finding,
  note: 'all of checkout was down',
});
const waiting = (): Submitted =>
  submitted({ approval: { ...approval, remindEvery: 600, escalate: { after: 900, to: ['security'] } } });

const cardOf = (...events: Parameters<typeof chainOf>): string =>
  readBlocks(renderCard({ chain: chainOf(...events) }).blocks).shown;
const idsOf = (blocks: unknown) => readBlocks(blocks).mentions.flatMap((one) => ('id' in one ? [one.id] : []));
const said = (...events: Parameters<typeof chainOf>) => {
  const chain = chainOf(...events);
  const entry = chain.entries.at(-1) ?? expect.fail('no entry');
  const message = renderEvent(entry, chain, { mention: mentionsOf(groups) });
  const { shown } = readBlocks(message.blocks);
  return { line: shown.split('\n')[0], mentions: idsOf(message.blocks), text: message.text };
};

describe('the card of what was taken by break-glass', () => {
  test('looks like nothing else, and says that nobody was asked and who has to review it', () => {
    const shown = cardOf(taken(), atOnce, activated);
    expect(shown.split('\n')[0]).toContain('🚨 BREAK-GLASS · ');
    expect(shown).toContain('To be reviewed  by somebody of platform, security, who were not asked');
    expect(shown).toContain('[Review] [Done] [Revoke]');
    expect(renderCard({ chain: chainOf(taken(), atOnce) }).text).toContain('🚨 BREAK-GLASS');
    expect(cardOf(taken(), atOnce)).toContain('Approved by break-glass, nobody was asked · being applied now');
  });

  test('can be reviewed after its end too, and then says by whom and what they found', () => {
    expect(cardOf(taken(), atOnce, activated, ended)).toContain('[Review]');
    const reviewed = cardOf(taken(), atOnce, activated, ended, review('not-justified'));
    expect(reviewed).not.toContain('[Review]');
    expect(reviewed).toMatch(/Reviewed {2}<@UBOB> .*: it should not have been taken without asking/);
  });

  test('of what came to nothing wants no review', () => {
    const shown = cardOf(taken(), atOnce, { type: 'lapsed', why: 'The namespace is gone.' });
    expect(shown).not.toContain('Review');
    expect(shown).toContain('Not asked  platform, security');
  });
});

describe('the thread', () => {
  test('tells everybody who would have been asked of what was taken', () => {
    const { line, mentions, text } = said(taken(), atOnce);
    expect(line).toContain(`🚨 Taken by break-glass by <@${alice}>: nobody was asked, and it is applied now.`);
    expect(mentions).toEqual(expect.arrayContaining([bob, carol, 'S02SECURITY']));
    expect(text).toContain('<!subteam^S02SECURITY>');
  });

  test.each<[string, readonly RequestEvent[], string, boolean]>([
    ['has ended', [activated, ended], 'it has ended by now. ', true],
    [
      'is being ended',
      [activated, { type: 'end-requested', by: bob, cause: 'revoked', reason: 'no' }],
      'it is being ended. ',
      true,
    ],
    ['is reviewed', [activated, review('justified')], 'look at it, and revoke it if it is wrong; it is reviewed', true],
    [
      'came to nothing',
      [{ type: 'lapsed', why: 'gone' }],
      'without asking platform, security: nothing came of it',
      false,
    ],
  ])('tells late of what %s as it is by then', (_, events, wanted, told) => {
    const chain = chainOf(taken(), atOnce, ...events);
    const late = renderEvent(chain.entries[1] ?? expect.fail(), chain, { mention: mentionsOf(groups) });
    const { shown, mentions } = readBlocks(late.blocks);
    expect(shown).toContain(wanted);
    expect(shown.includes('applied now')).toBe(events.some(({ type }) => type === 'reviewed'));
    expect(mentions.length > 1).toBe(told);
  });

  test('reminds of a review until it is done, and mentions nobody once it is', () => {
    const reminded = { type: 'reminded' } as const;
    expect(said(taken(), atOnce, activated, ended, reminded).mentions).toContain('S02SECURITY');
    const chain = chainOf(taken(), atOnce, activated, ended, reminded, review('justified'));
    const late = renderEvent(chain.entries[4] ?? expect.fail(), chain, { mention: mentionsOf(groups) });
    expect(readBlocks(late.blocks).mentions).toEqual([]);
    expect(said(taken(), atOnce, activated, review('justified')).line).toBe(
      `✔️ <@${bob}> reviewed it: it was right to break the glass · 2026-11-20 12:03:00 UTC`,
    );
  });

  test('reminds those whose turn it is, and once it is escalated the others too', () => {
    const reminded = { type: 'reminded' } as const;
    const vote: RequestEvent = { type: 'voted', by: bob, revision: 1 };
    const standing = new Map([[bob, [0]]]);
    expect(said(waiting(), reminded).mentions).toEqual(expect.arrayContaining([bob, carol, 'S02SECURITY']));
    const chain = chainOf(waiting(), vote, reminded);
    const message = renderEvent(chain.entries[2] ?? expect.fail(), chain, { standing, mention: mentionsOf(groups) });
    expect(idsOf(message.blocks)).toEqual(['S02SECURITY']);
    const denied: RequestEvent = { type: 'denied', by: bob, revision: 1, reason: 'no' };
    const over = chainOf(waiting(), reminded, denied);
    const late = renderEvent(over.entries[1] ?? expect.fail(), over, { mention: mentionsOf(groups) });
    expect(readBlocks(late.blocks).mentions).toEqual([]);
    expect(cardOf(waiting())).toContain(' · from 2026-11-20 12:15:00 UTC security may stand in');
  });

  test('names no more people one by one than a message has room for', () => {
    const many = Array.from({ length: 500 }, (_, index) => `U0PERSON${index}` as typeof erin);
    const crowd = mentionsOf(new Map([...groups, ['platform', { type: 'people', people: many }]]));
    const chain = chainOf(taken(), atOnce);
    const { blocks } = renderEvent(chain.entries[1] ?? expect.fail(), chain, { mention: crowd });
    expect(idsOf(blocks)).toHaveLength(1 + 60 + 1);
  });
});

test('whoever took it is told what came of the review', () => {
  const chain = chainOf(taken(), atOnce, activated, review('not-justified'));
  const [message, ...others] = directMessages(chain);
  expect(others).toEqual([]);
  expect(message?.to).toBe(alice);
  expect(readBlocks(message?.blocks).shown).toContain(
    'Your access was taken by break-glass, and <@UBOB> finds that you should have asked.',
  );
});
