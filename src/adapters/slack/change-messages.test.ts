import { describe, expect, test } from 'vitest';
import type { RequestEvent, Submitted } from '#domain/request/events.ts';
import type { Description } from '#kinds/kind.ts';
import { chainOf } from '#test/build/chains.ts';
import { changeOf, changing, contentOf, diffOf, kept, shownOf, target } from '#test/build/contents.ts';
import { alice, bob, carol, id } from '#test/build/people.ts';
import { activated, approved, ended } from '#test/build/requests.ts';
import { readBlocks } from '#test/build/strict-blocks.ts';
import { charactersOf, limits } from './blocks.ts';
import { directMessages } from './direct-messages.ts';
import { renderEvent } from './thread.ts';

const change: Description = {
  profiles: ['ingresses'],
  noun: 'change',
  reachesFurther: false,
  title: 'Change Ingress shop',
  objects: ['shop'],
  powers: ['Send shop.acme.test/ to web:80', 'Set an annotation'],
  cautions: [],
};
const opening: Description = { ...change, noun: 'opening', objects: [], title: 'Open web to ledger' };
const whole = contentOf([changeOf(diffOf(412))]);
const vote: RequestEvent = { type: 'voted', by: bob, revision: 1 };
const seen: RequestEvent = { type: 'seen', by: bob, revision: 1 };
const changed = { ...target(), uid: 'u', op: 'update' as const };
const active: RequestEvent = { ...activated, changed: [changed] };
const revised: RequestEvent = {
  type: 'revised',
  revision: 2,
  seal: 'other seal',
  content: kept(contentOf([changeOf(diffOf(10))])).ref,
  why: 'Ingress shop-front/shop was changed by somebody else.',
};
const conflicted: RequestEvent = {
  type: 'conflicted',
  conflicts: [
    {
      target: target(),
      path: 'spec.rules',
      before: 'a',
      applied: 'b',
      now: 'c',
      by: ['kubectl-edit (Update, 2026-11-20 12:00)'],
    },
    { target: target(), path: 'spec.tls', before: '', applied: 'b', now: '<!here>', by: [] },
  ],
  reverted: [{ target: target('other'), how: 'restored' }],
};
const settled: RequestEvent = { type: 'settled', by: carol, choice: 'restore', reason: 'theirs was a slip' };
const over: RequestEvent = {
  ...ended,
  reverted: [
    { target: target(), how: 'restored' },
    { target: target('gone'), how: 'gone' },
  ],
} as RequestEvent;
const lapsed: RequestEvent = { type: 'lapsed', why: 'Ingress shop-front/shop moved.', moved: true };
const followed: RequestEvent = { type: 'followed', request: id('k7m3-qx') };

const thread = (asked: Submitted, ...events: readonly RequestEvent[]): readonly string[] => {
  const chain = chainOf(asked, ...events);
  return chain.entries.map((entry) => readBlocks(renderEvent(entry, chain, { description: change }).blocks).shown);
};
/** The sentence of the last event, without its time. */
const last = (...events: readonly RequestEvent[]): string =>
  thread(changing(whole), ...events)
    .at(-1)
    ?.split('\n')[0]
    ?.replace(/ · 2026-.*$/, '') ?? '';
const told = (description: Description | undefined, ...events: readonly RequestEvent[]) =>
  directMessages(chainOf(changing(whole), ...events), description).map(({ to, blocks }) => [
    to,
    readBlocks(blocks).shown.split('\n')[0],
  ]);

describe('the thread of a change', () => {
  test('says first how much it is, of what, and what proves it', () => {
    const [first] = thread(changing(whole));
    expect(first?.split('\n')).toEqual([
      `<@${alice}> asked: 1 object, +205 −205, 412 lines of diff · 2026-11-20 12:00:00 UTC`,
      'Profile  ingresses · Change Ingress shop',
      'Where  cluster prod · namespace shop-front',
      'For  10m',
      'Does',
      '• Send shop.acme.test/ to web:80',
      '• Set an annotation',
      '• Change Ingress shop-front/shop',
      expect.stringMatching(/^diff [0-9a-f]{12}$/),
      'checkout answers 502',
      expect.stringMatching(/^seal /),
      expect.stringMatching(/^entry 1 · /),
    ]);
    const { seconds: _, ...forGood } = changing(whole, { follows: { request: id('k7m3-qx'), why: 'It moved' } });
    expect(thread(forGood)[0]).toContain('\nFor good: nothing takes it back\n');
    expect(thread(forGood)[0]).toContain('Follows k7m3-qx, which came to nothing: It moved');
  });

  test('keeps what each revision was to be warned of', () => {
    const risky = { ...change, cautions: ['Traffic may be lost.'] };
    const chain = chainOf(changing(whole), vote, revised);
    const cautionsAt = (index: number, cautions: readonly string[]) =>
      readBlocks(
        renderEvent(chain.entries[index] ?? expect.fail(), chain, {
          description: risky,
          shown: shownOf(contentOf([], { cautions: [...cautions] })),
        }).blocks,
      ).shown;
    for (const index of [0, 2])
      expect(cautionsAt(index, ['Takes <!here>.'])).toContain(
        'To beware of\n• Takes <!here>.\n• Traffic may be lost.\n',
      );
    expect(cautionsAt(1, ['Takes <!here>.'])).not.toContain('beware');
    const many = cautionsAt(
      2,
      Array.from({ length: 30 }, (_, one) => `${one} ${'w'.repeat(5_000)}`),
    );
    expect(many).toMatch(/• 0 w+…\n(• \d w+…\n){8}• 22 more cautions\n/);
  });

  test('has a sentence for every turn', () => {
    expect(last(seen)).toBe(`👁 <@${bob}> opened all 412 lines of revision 1`);
    expect(last(vote, revised)).toBe(
      '🔁 Revision 2: Ingress shop-front/shop was changed by somebody else; earlier approvals do not count. Now 1 object, +4 −4, 10 lines of diff',
    );
    expect(last(vote, approved, { type: 'completed', changed: [changed] })).toBe(
      '✅ Done for good: the API server confirms it for 1 object',
    );
    expect(last(vote, approved, active, conflicted)).toBe(
      '⚠️ Not taken back whole: somebody else changed Ingress shop-front/shop in 2 places meanwhile; an approver has to settle it',
    );
    expect(last(vote, approved, active, conflicted, settled)).toBe(`<@${carol}> settled it: restore as it was`);
    expect(last(vote, approved, lapsed)).toBe('⚠️ Lapsed: nothing was changed. Ingress shop-front/shop moved.');
    expect(last(vote, approved, lapsed, followed)).toBe('↪️ It was asked for anew, as k7m3-qx');
    expect(last(vote, approved, active, over)).toBe(
      '🔒 Ended: its time was over, and it was taken back 12 ms after that: 1 object restored, 1 gone meanwhile',
    );
    expect(last(vote, approved, active, conflicted, settled, over)).toBe(
      `🔒 Ended: its time was over 2026-11-20 12:32:00 UTC, <@${carol}> settled what others had changed, and it was taken back 12 ms after that: 1 object restored, 1 gone meanwhile`,
    );
    const unsafe: RequestEvent = { ...ended, cause: 'unsafe', why: 'No other policy is left.' } as RequestEvent;
    expect(last(vote, approved, active, unsafe)).toBe(
      '🔒 Ended: it was not safe any more (No other policy is left), and it was removed 12 ms after that',
    );
  });

  test('names what was changed, where it was contested, and what became of it', () => {
    const all = thread(changing(whole), vote, approved, active, conflicted, settled, over);
    expect(all[3]).toContain('• changed: Ingress shop in shop-front');
    expect(all[4]).toContain(
      '   before a\n   ours b\n   now c · last written by field manager kubectl-edit (Update, 2026-11-20 12:00)',
    );
    expect(all[4]).toContain(
      '   before nothing\n   ours b\n   now <!here> · last written by nobody the API server names',
    );
    expect(all[4]).toContain('• Ingress shop-front/other: restored');
    expect(all[5]).toContain('theirs was a slip');
    expect(all[6]).toContain('• Ingress shop-front/gone: gone meanwhile');
    expect(all[6]).not.toContain('Not proven');
  });

  test('stays within Slack’s limits, whatever names are', () => {
    const name = 'n'.repeat(253);
    const content = contentOf(
      Array.from({ length: 40 }, () => changeOf('+x', { target: target(name, 'K'.repeat(63)) })),
    );
    const wide = {
      target: target(name),
      path: 'p'.repeat(900),
      before: 'b'.repeat(900),
      applied: 'a'.repeat(900),
      now: 'n'.repeat(900),
      by: ['m'.repeat(900), 'a ('.repeat(300), 'b'],
    };
    const many: RequestEvent = {
      type: 'conflicted',
      conflicts: Array.from({ length: 40 }, () => wide),
      reverted: Array.from({ length: 40 }, () => ({ target: target(name), how: 'restored' as const })),
    };
    const chain = chainOf(
      changing(content, { reason: '\u202e'.repeat(1_000) }),
      vote,
      approved,
      { ...activated, changed: Array.from({ length: 40 }, () => ({ ...changed, name })) },
      many,
    );
    for (const entry of chain.entries) {
      const { blocks, text } = renderEvent(entry, chain, {
        description: {
          ...change,
          objects: Array.from({ length: 40 }, () => name),
          powers: Array.from({ length: 200 }, () => 'p'.repeat(400)),
          cautions: Array.from({ length: 40 }, () => 'c'.repeat(900)),
        },
      });
      readBlocks(blocks);
      expect(charactersOf(blocks)).toBeLessThanOrEqual(limits.messageCharacters);
      expect(text.length).toBeLessThanOrEqual(2_000);
    }
  });
});

describe('direct messages about a change', () => {
  test('speak of it by what it is', () => {
    expect(told(change, vote, approved, active)[0]?.[1]).toMatch(/^✅ Your change is in place now, until .* UTC\.$/);
    expect(told(opening, vote, approved, active)[0]?.[1]).toMatch(/^✅ Your opening lets traffic through now, until/);
    expect(told(opening, { type: 'denied', by: bob, revision: 1, reason: 'no' })).toEqual([
      [alice, `⛔ <@${bob}> denied your opening.`],
    ]);
    expect(told(change, vote, approved, { type: 'failed', why: 'The webhook said no.' })).toEqual([
      [alice, '⚠️ Your change was approved but not made. The webhook said no.'],
    ]);
    expect(told(change, vote, approved, active, over)).toEqual([
      [alice, '🔒 Your change has ended: its time is over. Taken back: 1 object restored, 1 gone meanwhile.'],
    ]);
  });

  test('come when it is done for good, revised, contested, lapsed and asked for anew, and ended early', () => {
    expect(told(change, vote, approved, { type: 'completed', changed: [changed] })).toEqual([
      [alice, '✅ Your change is done, for good: the API server confirms it.'],
    ]);
    expect(told(change, vote, revised)).toEqual([
      [
        alice,
        '🔁 Your change waits again, as revision 2: Ingress shop-front/shop was changed by somebody else. Earlier approvals do not count.',
      ],
    ]);
    expect(told(change, vote, approved, active, conflicted)).toEqual([
      [
        alice,
        '⚠️ Your change could not be taken back whole: somebody else changed Ingress shop-front/shop in 2 places meanwhile. An approver decides on the card what becomes of that.',
      ],
    ]);
    expect(told(change, vote, approved, active, conflicted, settled)).toEqual([]);
    expect(told(change, vote, approved, lapsed, followed)).toEqual([
      [
        alice,
        '↪️ Your change lapsed. Ingress shop-front/shop moved. It is asked for anew as k7m3-qx, and needs approval again.',
      ],
    ]);
    const unsafe: RequestEvent = { ...ended, cause: 'unsafe', why: 'No other policy is left' } as RequestEvent;
    expect(told(opening, vote, approved, active, unsafe)).toEqual([
      [alice, '⚠️ Your opening was ended early, because it was not safe any more: No other policy is left.'],
    ]);
  });

  test('are not sent for a look', () => {
    expect(told(change, seen)).toEqual([]);
  });
});
