import { describe, expect, test } from 'vitest';
import { recordOf } from '#domain/audit/record.ts';
import { createTally } from '#domain/audit/tally.ts';
import type { PersonId } from '#domain/ids.ts';
import type { RequestEvent } from '#domain/request/events.ts';
import { chainOf } from '#test/build/chains.ts';
import { alice, bob, id } from '#test/build/people.ts';
import { activated, approved, ended, later, noon, submitted } from '#test/build/requests.ts';
import { createSayPerson, sayMilliseconds, saySeconds } from './report-html.ts';
import { type Report, renderReport } from './report-page.ts';

const period = { from: noon.subtract({ hours: 12 }), to: noon.add({ hours: 12 }) };
const voted = { type: 'voted', by: bob, revision: 1 } as const;
type Events = readonly [RequestEvent, ...RequestEvent[]];

const pageOf = (
  all: readonly Events[],
  changed: Partial<Report> = {},
  names: ReadonlyMap<PersonId, string> = new Map(),
): string => {
  const tally = createTally(period, later(60));
  for (const events of all)
    tally.take(recordOf(id(), chainOf(...events), { shown: { state: 'none' }, signatures: true, broken: undefined }));
  return renderReport({
    period,
    generatedAt: later(60),
    from: 'redis://redis:6379',
    summary: tally.summary(),
    openReviews: [],
    log: { read: all.length, broken: 0, missing: 0, signatures: true, problems: [] },
    say: createSayPerson(names),
    hasNames: names.size > 0,
    ...changed,
  });
};

const hostile = `<script>alert(1)</script><img src=x onerror=alert(1)> "'&\u202egnp.exe\u202c\u200b</td></table>`;
const { approval } = submitted();
const glass = (reason: string): Events => [
  submitted({
    reason,
    cluster: hostile,
    namespace: hostile,
    kind: hostile,
    approval: { ...approval, rule: hostile, policyHash: hostile, breakGlass: { remindEvery: 60 } },
  }),
  { ...approved, by: [], auto: true },
  activated,
  { type: 'end-delayed', why: hostile },
  { ...ended, lagMilliseconds: 100_000 },
  { type: 'reviewed', by: bob, finding: 'not-justified', note: hostile },
];

describe('the report', () => {
  test('lets nothing work that somebody wrote, and shows it', () => {
    const names = new Map([[alice, hostile]]);
    const tampering = { checked: [hostile], findings: [hostile] };
    const log = { read: 1, broken: 1, missing: 0, signatures: true, problems: [hostile] };
    const page = pageOf([glass(hostile)], { tampering, log, from: hostile }, names);
    expect(page).not.toMatch(/<script|<img|onerror=alert\(1\)>/);
    expect(page).not.toMatch(/[\u202a-\u202e\u200b]/);
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).toContain('[U+202E]gnp.exe[U+202C][U+200B]&lt;/td&gt;');
    // Only tags of our own are open and closed, as often as each other.
    for (const tag of ['table', 'tbody', 'thead', 'tr', 'td', 'th', 'section', 'dl', 'ul', 'p', 'span', 'strong'])
      expect([tag, page.split(new RegExp(`<${tag}[ >]`)).length]).toEqual([tag, page.split(`</${tag}>`).length]);
  });

  test('needs nothing beside itself, and runs nothing', () => {
    const page = pageOf([glass('why')]);
    expect(page).not.toMatch(
      /<(script|link|iframe|img|object|embed|form)\b|<[a-z]+[^>]*\b(src|href|on\w+)=|url\(|@import/i,
    );
    expect(page).toContain("default-src 'none'");
    expect(page.startsWith('<!doctype html>')).toBe(true);
  });

  test('says what happened, and what is still open', () => {
    const open = [...glass('INC-1').slice(0, 3)] as unknown as Events;
    const page = pageOf([[submitted(), voted, approved, activated, ended], open], { openReviews: [id('abcd-ef')] });
    expect(page).toContain(
      '<title>Hallpass audit report, 2026-11-20T00:00:00Z to 2026-11-21T00:00:00Z</title>'.replace(
        /2026-11-20T.*Z/,
        '2026-11-20',
      ),
    );
    expect(page).toContain('<strong>not reviewed yet</strong>');
    expect(page).toContain('Not reviewed yet from before the period: abcd-ef.');
    expect(page).toContain('<dt>reviews still open</dt><dd>2</dd>');
    expect(page).toContain('12 ms');
    expect(page).toContain('<strong>not yet</strong>');
    expect(page).toContain('Nothing was found to be altered.');
    expect(page).toContain('<dd>Sound</dd>');
  });

  test('of a period in which nothing happened says so', () => {
    const page = pageOf([]);
    for (const words of [
      'There was no request.',
      'Nobody asked or decided.',
      'Nothing was taken by break-glass.',
      'No grant ended within the period.',
    ])
      expect(page).toContain(words);
    expect(page).not.toContain('NaN');
    expect(page).not.toContain('undefined');
  });

  test.each([
    [
      { read: 3, broken: 1, missing: 0, signatures: true, problems: ['Request k7m2-qx cannot be believed'] },
      'Look',
      '1 finding: what is named here',
    ],
    [{ read: 3, broken: 0, missing: 2, signatures: false, problems: [] }, 'Unsigned', 'it is not there for 2'],
  ])('says when the log is not sound, or was not looked at whole: %j', (log, verdict, words) => {
    const page = pageOf([], { log });
    expect(page).toContain(`<dd>${verdict}</dd>`);
    expect(page).toContain(words);
  });

  test('has lines of another check, which count as findings', () => {
    const page = pageOf([], { tampering: { checked: ['12 checkpoints'], findings: ['Entry 4 of k7m2-qx is gone'] } });
    expect(page).toContain('<li>12 checkpoints</li>');
    expect(page).toContain('<li>Entry 4 of k7m2-qx is gone</li>');
    expect(page).toContain('<dd>Look</dd>');
  });
});

test.each([
  [0, '0 ms'],
  [27.4, '27 ms'],
  [1_240, '1.2 s'],
  [59_990, '60.0 s'],
  [200_000, '3m20s'],
  [7_261_000, '2h1m'],
  [200_000_000, '2d8h'],
])('%d milliseconds read %j', (milliseconds, words) => {
  expect(sayMilliseconds(milliseconds)).toBe(words);
});
test('seconds read as their two largest units', () => {
  expect([0, 59, 60, 3_599, 86_399, 90_000].map(saySeconds)).toEqual(['0s', '59s', '1m', '59m59s', '1d', '1d1h']);
});
