import { describe, expect, test } from 'vitest';
import type { RequestEvent, Submitted } from '#domain/request/events.ts';
import { chainOf } from '#test/build/chains.ts';
import { alice, bob } from '#test/build/people.ts';
import { activated, approved, later, submitted } from '#test/build/requests.ts';
import { readBlocks } from '#test/build/strict-blocks.ts';
import { renderCard } from './card.ts';
import { directMessages } from './direct-messages.ts';
import { renderEvent } from './thread.ts';

const cardOf = (...events: Parameters<typeof chainOf>): string =>
  readBlocks(renderCard({ chain: chainOf(...events) }).blocks).shown;
const said = (...events: Parameters<typeof chainOf>): string => {
  const chain = chainOf(...events);
  const entry = chain.entries.at(-1) ?? expect.fail('no entry');
  return readBlocks(renderEvent(entry, chain).blocks).shown.split(' · ')[0] ?? '';
};

describe('what is shortened', () => {
  const less: RequestEvent = { type: 'voted', by: bob, revision: 1, seconds: 600 };
  const granted: RequestEvent = { ...approved, seconds: 600 };

  test('says on its card by whom and to what, and in its thread too', () => {
    expect(cardOf(submitted(), less)).toContain(`For  30m, from the moment it works · 10m at most, says <@${bob}>`);
    expect(said(submitted(), less)).toBe(`👍 <@${bob}> approved for 10m at most, which counts for platform`);
    expect(said(submitted(), less, granted)).toBe(
      `☑️ Approved by <@${bob}>: enough have agreed, for 10m; it is applied now`,
    );
  });

  test('cannot be shortened where it is for good', () => {
    const { seconds: _, ...good } = submitted();
    expect(cardOf(submitted())).toContain('[Approve] [Approve for less] [Deny]');
    expect(cardOf(good)).not.toContain('Approve for less');
  });
});

describe('what begins later', () => {
  const startsAt = later(120);
  const tonight = (): Submitted => submitted({ startsAt });
  const vote: RequestEvent = { type: 'voted', by: bob, revision: 1 };
  const agreed: RequestEvent = { ...approved, applyBy: startsAt.add({ minutes: 15 }) };

  test('says when, and can be taken back from its card until then', () => {
    expect(cardOf(tonight())).toContain('From  2026-11-20 14:00:00 UTC, however early it is approved');
    const waiting = cardOf(tonight(), vote, agreed);
    expect(waiting).toContain(`Approved by <@${bob}> · begins 2026-11-20 14:00:00 UTC`);
    expect(waiting).toContain('[Withdraw] [Revoke]');
    const back: RequestEvent = { type: 'end-requested', by: alice, cause: 'done', reason: '' };
    const gone = cardOf(tonight(), vote, agreed, back);
    expect(gone).toContain(`Taken back by <@${alice}> before it was applied`);
    expect(gone).not.toContain('[Revoke]');
    expect(said(tonight(), vote, agreed)).toBe(
      `☑️ Approved by <@${bob}>: enough have agreed; it is applied 2026-11-20 14:00:00 UTC`,
    );
  });

  test('is told to its people once it is approved, and once it works', () => {
    const news = (...events: readonly RequestEvent[]) =>
      directMessages(chainOf(tonight(), ...events)).map(({ blocks }) => readBlocks(blocks).shown.split('\n')[0]);
    expect(news(vote, agreed)).toEqual(['☑️ Your access is approved, and begins 2026-11-20 14:00:00 UTC, for 30m.']);
    expect(news(vote, agreed, activated)).toEqual([expect.stringContaining('works now')]);
    expect(directMessages(chainOf(submitted(), vote, approved))).toEqual([]);
  });
});
