import { describe, expect, test } from 'vitest';
import { itself } from '#domain/ids.ts';
import type { Drift, RequestEvent } from '#domain/request/events.ts';
import { chainOf } from '#test/build/chains.ts';
import { changeOf, changing, contentOf, diffOf } from '#test/build/contents.ts';
import { bob } from '#test/build/people.ts';
import { readBlocks } from '#test/build/strict-blocks.ts';
import { actions } from './action-ids.ts';
import { renderCard } from './card.ts';
import { directMessages } from './direct-messages.ts';
import { renderEvent } from './thread.ts';

const found: Drift = {
  what: 'changed',
  fingerprint: 'f'.repeat(64),
  ignore: [],
  by: ['kubectl-edit (Update, 2026-11-26 03:12)'],
  dangers: ['Introduces a snippet that runs in the controller (CVE-2021-25742).'],
  risk: 'critical',
};
const content = contentOf([changeOf(diffOf(4))]);
const driftChain = (changed: Partial<Drift> = {}, ...events: readonly RequestEvent[]) =>
  chainOf(
    {
      ...changing(content),
      seconds: undefined,
      requester: itself,
      subject: itself,
      source: 'drift',
      reason: 'Nobody asked for this change. It was found.',
      drift: { ...found, ...changed },
    },
    ...events,
  );
const textOf = ({ blocks }: Pick<ReturnType<typeof renderCard>, 'blocks'>): string => readBlocks(blocks).shown;
const cardOf = (...given: Parameters<typeof driftChain>) =>
  renderCard({ chain: driftChain(...given), shown: { type: 'shown', content } });
const threadOf = (...given: Parameters<typeof driftChain>): string => {
  const chain = driftChain(...given);
  return textOf(renderEvent(chain.entries.at(-1) ?? expect.fail(), chain));
};
const denied: RequestEvent = { type: 'denied', by: bob, revision: 1, reason: 'from the migration' };

describe('the card of what was found changed', () => {
  test('says that nobody asked, what is dangerous in what was done, who it was, and what each button does', () => {
    const card = cardOf();
    const text = textOf(card);
    expect(card.text).toContain('🔴 CRITICAL · Changed without a request');
    expect(text).toContain('Put it back or accept it');
    expect(text).toContain('nobody asked · found by Hallpass');
    expect(text).toContain('CVE-2021-25742');
    expect(text).toContain('kubectl-edit (Update, 2026-11-26 03:12), as they called themselves');
    expect(text).toContain('Accept leaves it as it is now, and takes as many');
    expect(text).toMatch(/Put back makes it again what was agreed to last\. It is this:/);
  });

  test('has these two buttons, and neither Deny nor Withdraw', () => {
    const blocks = JSON.stringify(cardOf().blocks);
    for (const action of [actions.approve, actions.accept, actions.whole]) expect(blocks).toContain(action);
    for (const action of [actions.deny, actions.withdraw, actions.approveLess]) expect(blocks).not.toContain(action);
    expect(blocks).toContain('Put this back?');
  });

  test('names nobody who asked, and says nothing of a reason or of being for good', () => {
    const blocks = JSON.stringify(cardOf().blocks);
    expect(blocks).not.toContain(itself);
    for (const words of ['Why, in their words', 'nothing takes it back', 'No findings'])
      expect(blocks).not.toContain(words);
  });

  test('of what Hallpass cannot write offers to accept it, and says who may put it back', () => {
    const card = cardOf({ byAuthor: true });
    expect(JSON.stringify(card.blocks)).not.toContain(actions.approve);
    expect(textOf(card)).toContain('whoever may writes it anew');
  });

  test('of what was deleted does not pretend to know by whom', () => {
    expect(textOf(cardOf({ what: 'deleted', by: [] }))).toContain('keeps nothing about what is gone');
    expect(textOf(cardOf({ by: [] }))).toContain('the API server does not say');
  });

  test('cannot be formatted or forged by the name of a field manager', () => {
    const text = textOf(cardOf({ by: ['*x*\n✅ Approved <!channel> \u202e'] }));
    expect(text).not.toMatch(/^✅/m);
    expect(text).not.toContain('\u202e');
  });

  test.each<[string, readonly RequestEvent[], string, string]>([
    ['accepted', [denied], 'Accepted by', 'accepted it as it is'],
    [
      'over',
      [{ type: 'withdrawn', by: itself, why: 'It is as it was again.' }],
      'It is as it was again',
      'Over: It is as it was again',
    ],
    ['left alone', [{ type: 'timed-out' }], 'it stays as it is', 'it stays as it is'],
    [
      'put back',
      [
        { type: 'voted', by: bob, revision: 1 },
        { type: 'approved', by: [bob], revision: 1, applyBy: Temporal.Instant.from('2026-11-20T13:00:00Z') },
        { type: 'completed', changed: [] },
      ],
      'Put back',
      'Put back: the API server confirms it',
    ],
  ])('says when it is %s, and the thread does', (_, events, card, thread) => {
    expect(textOf(cardOf({}, ...events))).toContain(card);
    expect(threadOf({}, ...events)).toContain(thread);
    expect(textOf(cardOf({}, ...events))).not.toMatch(/Denied|Withdrawn|asked for anew/);
    expect(cardOf({}, ...events).text).not.toContain('CRITICAL');
  });
});

test('its thread begins with what was found', () => {
  expect(threadOf()).toContain('Changed without a request');
});

test('nobody is sent a direct message who is nobody', () => {
  expect(directMessages(driftChain({}, denied))).toEqual([]);
});
