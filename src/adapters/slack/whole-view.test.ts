import type { KnownBlock } from '@slack/types';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Content } from '#domain/content/content.ts';
import type { RequestEvent } from '#domain/request/events.ts';
import { chainOf } from '#test/build/chains.ts';
import { changeOf, changing, contentOf, diffOf, shownOf, target } from '#test/build/contents.ts';
import { alice, bob } from '#test/build/people.ts';
import { readBlocks } from '#test/build/strict-blocks.ts';
import { readShownPage, renderWhole } from './whole-view.ts';

const id = 'k7m2-qx' as never;
const seen: RequestEvent = { type: 'seen', by: bob, revision: 1 };
const viewOf = (content: Content, page = 0, events: readonly RequestEvent[] = [], more = {}, by = bob) =>
  renderWhole({ chain: chainOf(changing(content), ...events), shown: shownOf(content), ...more }, by, {
    id,
    revision: 1,
    page,
  });
const shown = (...input: Parameters<typeof viewOf>): string => readBlocks(viewOf(...input).blocks, 'modal').shown;
const countOf = (text: string): number => Number(/Page \d+ of (\d+)/.exec(text)?.[1]);
/** All pages' diff lines, one after another, lines that were broken put together again. */
const everything = (content: Content): string => {
  const pages = Array.from({ length: countOf(shown(content)) }, (_, page) => viewOf(content, page).blocks);
  return (pages.flat() as KnownBlock[])
    .flatMap((block) => (block.type === 'rich_text' ? block.elements : []))
    .flatMap((part) => (part.type === 'rich_text_preformatted' ? part.elements : []))
    .map((one) => (one.type === 'text' ? one.text : ''))
    .join('\n')
    .replaceAll('\n↪ ', '');
};

describe('the full diff', () => {
  test.each([1, 80, 400, 5_000])('of %i lines is all there, page by page', (lines) => {
    const content = contentOf([changeOf(diffOf(lines))]);
    expect(everything(content)).toBe(diffOf(lines));
    expect(shown(content)).toContain('Page 1 of');
  });

  test('says each place that was noted, where the change begins', () => {
    const places = [...Array.from({ length: 10 }, (_, index) => `spec.${index}${'p'.repeat(390)}`), 'and 4 more'];
    const content = contentOf([changeOf(diffOf(3_000, 60), { places })]);
    expect(shown(content)).toContain(`at ${places.slice(0, 10).join(' · ')} and 4 more`);
    expect(shown(content, 1)).not.toContain('at spec.');
  });

  test('holds a line of 10,000 characters whole', () => {
    const long = `--- a\n+++ b\n+${'é🎉'.repeat(3_000)}`;
    expect(everything(contentOf([changeOf(long)]))).toBe(long);
  });

  test('turns its pages within what there are, and says which goes on', () => {
    const content = contentOf([changeOf(diffOf(3_000, 60))]);
    const last = countOf(shown(content)) - 1;
    expect(last).toBeGreaterThan(1);
    expect(shown(content)).toMatch(/\[Next\]$/);
    expect(shown(content, 1)).toMatch(/Change Ingress shop-front\/shop {2}\+\d+ −\d+ \(continued\)/);
    expect(shown(content, 1)).toMatch(/\[Previous\] \[Next\]$/);
    expect(shown(content, last)).toMatch(/\[Previous\]$/);
    expect(shown(content, 999)).toBe(shown(content, last));
    expect(readShownPage(viewOf(content, 999).private_metadata ?? '')).toEqual({ id, revision: 1, page: last });
  });

  test('says that the look was recorded, or why it was not, to those who decide', () => {
    const content = contentOf([changeOf(diffOf(400))]);
    expect(shown(content, 0, [seen])).toContain('✅ Recorded: you may approve revision 1 now.');
    expect(shown(content, 0, [], { notRecorded: { type: 'stale-revision', current: 2 } })).toContain(
      'Not recorded: the button that you pressed was of revision 1, and it changed since.',
    );
    expect(
      shown(content, 0, [], {
        notRecorded: { type: 'too-late', respondBy: Temporal.Instant.from('2026-11-20T13:00Z') },
      }),
    ).toContain('Not recorded: Nothing was recorded: the time to decide ended');
    for (const notRecorded of [
      { type: 'own-request', as: 'requester' },
      { type: 'not-entitled', groups: [] },
    ] as const)
      expect(shown(content, 0, [], { notRecorded }, alice)).not.toMatch(/recorded/i);
    expect(shown(content, 0, [seen])).toContain('as a file in the card’s thread: k7m2-qx-r1.diff');
    expect(shown(contentOf([changeOf(diffOf(4))]))).not.toMatch(/recorded|thread/i);
  });

  test('says first what to beware of and how things stand, on as many pages as that takes', () => {
    const words = Array.from({ length: 30 }, (_, index) => `${index} ${'w'.repeat(900)}`);
    const content = contentOf([changeOf(diffOf(4))], { cautions: words, notes: words });
    expect(shown(content)).toContain('⚠️ 0 www');
    const pages = Array.from({ length: countOf(shown(content)) }, (_, page) => shown(content, page));
    for (const index of [0, 15, 29]) {
      expect(pages.join('\n')).toContain(`⚠️ ${index} www`);
      expect(pages.join('\n')).toContain(`• ${index} www`);
    }
    expect(pages.at(-1)).toContain('+  path: /line-4');
  });

  test('says that it cannot be read, or that there is none', () => {
    expect(shown(contentOf([]), 0, [], { shown: { type: 'unreadable' } })).toContain('🚨 It cannot be shown');
    expect(shown(contentOf([]), 0, [], { shown: { type: 'none' } })).toContain('There is no diff');
  });

  test('lets no line mention anybody, hide or close anything', () => {
    const content = contentOf([
      changeOf('--- a\n```\n<!channel> <@UADMIN>\n\u202egnp\n:tada:', { target: target('<!here>') }),
    ]);
    const { shown: text, mentions } = readBlocks(viewOf(content).blocks, 'modal');
    expect(mentions).toEqual([]);
    expect(text).toContain('[U+202E]gnp');
    expect(text).not.toContain('\u202e');
  });
});

test('whatever a change holds, each page of its full diff stays within Slack’s limits', () => {
  const sign = fc.constantFrom('x', '"', '\\', 'é', '漢', '🎉', '\u202e', '\t');
  const diff = fc
    .array(fc.tuple(sign, fc.oneof(fc.integer({ min: 0, max: 80 }), fc.integer({ min: 0, max: 9_000 }))), {
      maxLength: 60,
    })
    .map((lines) => lines.map(([letter, count]) => `+${letter.repeat(count)}`).join('\n'));
  const changes = fc.array(diff, { minLength: 1, maxLength: 80 });
  fc.assert(
    fc.property(changes, (diffs) => {
      const content = contentOf(
        diffs.map((one, index) => changeOf(one, { target: target(`n${index}`.padEnd(253, 'n')) })),
      );
      const pages = countOf(shown(content));
      for (let page = 0; page < pages; page += 1) {
        const view = viewOf(content, page);
        readBlocks(view.blocks, 'modal');
        expect(Buffer.byteLength(JSON.stringify(view))).toBeLessThan(200_000);
        for (const one of JSON.stringify(view).matchAll(/"text":"((?:[^"\\]|\\.)*)"/g))
          expect(JSON.parse(`"${one[1]}"`).length).toBeLessThanOrEqual(3_000);
      }
    }),
    { numRuns: 25 },
  );
});

test('what a modal says of itself is believed only in our own shape', () => {
  for (const text of ['', '{}', 'x', '{"id":"k7m2-qx","revision":0,"page":0}', '{"id":"../x","revision":1,"page":0}'])
    expect(readShownPage(text)).toBeUndefined();
});
