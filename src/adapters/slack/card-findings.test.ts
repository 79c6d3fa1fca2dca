import { describe, expect, test } from 'vitest';
import type { Content } from '#domain/content/content.ts';
import type { ReachLine } from '#domain/radius/radius.ts';
import type { RequestEvent } from '#domain/request/events.ts';
import type { Finding } from '#domain/risk/finding.ts';
import type { Description } from '#kinds/kind.ts';
import { chainOf } from '#test/build/chains.ts';
import { changeOf, changing, contentOf, diffOf, kept, shownOf } from '#test/build/contents.ts';
import { alice } from '#test/build/people.ts';
import { submitted } from '#test/build/requests.ts';
import { readBlocks } from '#test/build/strict-blocks.ts';
import { charactersOf, limits } from './blocks.ts';
import { renderCard } from './card.ts';
import { renderWhole } from './whole-view.ts';

const description: Description = {
  profiles: ['ingresses'],
  noun: 'change',
  reachesFurther: false,
  title: 'Change Ingress shop',
  objects: ['shop'],
  powers: [],
  cautions: ['Traffic may be lost.'],
};
const finding = (changed: Partial<Finding> = {}): Finding => ({
  rule: 'ingress-snippet',
  severity: 'critical',
  change: 'introduces',
  says: 'a snippet that runs inside the ingress controller',
  object: 'Ingress shop-front/shop',
  path: ['metadata', 'annotations', 'server-snippet'],
  sources: ['CVE-2021-25742'],
  ...changed,
});
const medium = (index: number) =>
  finding({
    rule: `small-${index}`,
    severity: 'medium',
    says: `something small, number ${index}`,
    sources: ['https://docs.test/small'],
  });
const opens = (text: string): ReachLine => ({ change: 'opens', text });

const inputOf = (content: Content, ...events: readonly RequestEvent[]) => ({
  chain: chainOf(changing(content), ...events),
  description,
  shown: shownOf(content),
});
const about = (beside: Partial<Content>): Content => contentOf([changeOf(diffOf(6))], beside);
const shown = (content: Content, ...events: readonly RequestEvent[]): readonly string[] =>
  readBlocks(renderCard(inputOf(content, ...events)).blocks).shown.split('\n');
const wholeOf = (content: Content): string => {
  const view = renderWhole(
    inputOf(content),
    alice,
    { id: inputOf(content).chain.request.asked.id, revision: 1, page: 0 },
    description,
  );
  return readBlocks(view.blocks).shown;
};
const actions = (content: Content): string =>
  JSON.stringify(renderCard(inputOf(content)).blocks.filter(({ type }) => type === 'actions'));

describe('a card with something critical', () => {
  const content = about({ findings: [finding()], reach: [opens('db can now be reached from ANYWHERE')] });

  test('says so in its headline, its first line, and in what a telephone shows of it', () => {
    const lines = shown(content);
    expect(lines[0]).toBe('🔴 CRITICAL · Change Ingress shop · shop-front');
    expect(lines[2]).toBe(
      '🔴 CRITICAL · Introduces a snippet that runs inside the ingress controller (CVE-2021-25742).',
    );
    expect(renderCard(inputOf(content)).text).toMatch(/^🔴 CRITICAL · Change Ingress shop/);
  });

  test('wants a confirmation that names it, and is no habit', () => {
    const row = actions(content);
    expect(row).toContain('Approve something CRITICAL?');
    expect(row).toContain('🔴 Introduces a snippet that runs inside the ingress controller');
    expect(row).toContain('"style":"danger"},');
    expect(row).toContain('Approve anyway');
  });

  test('what is critical and stays as it was is said, and makes no headline', () => {
    const kept = about({ findings: [finding({ change: 'keeps' })] });
    expect(shown(kept)[0]).toBe('Change Ingress shop · shop-front');
    expect(shown(kept)[3]).toContain('CRITICAL · Keeps a snippet');
    expect(actions(kept)).not.toContain('Approve something CRITICAL?');
  });

  test('once it is over it warns nobody any more', () => {
    const denied: RequestEvent = { type: 'denied', by: alice, reason: 'no', revision: 1 };
    expect(shown(content, denied).join('\n')).not.toContain('CRITICAL ·');
  });
});

describe('the findings of a card', () => {
  test('are the worst three, with what plans warn of in between; the others are counted, and one click away', () => {
    const content = about({
      findings: [finding(), finding({ rule: 'b', severity: 'high', says: 'b' }), medium(1), medium(2), medium(3)],
    });
    expect(shown(content).slice(2, 7)).toEqual([
      '🔴 CRITICAL · Introduces a snippet that runs inside the ingress controller (CVE-2021-25742).',
      '🟠 High · Introduces b (CVE-2021-25742).',
      '⚠️ Traffic may be lost.',
      '🟡 Medium · Introduces something small, number 1.',
      '⚠️ 2 more cautions not shown here: press Full diff before you decide',
    ]);
    const whole = wholeOf(content);
    expect(whole).toContain(
      '🟡 Medium · Introduces something small, number 3. At metadata.annotations.server-snippet.',
    );
    expect(whole).toContain('Sources: https://docs.test/small');
  });

  test('never hide how many of those that are left out are critical', () => {
    const content = about({
      findings: Array.from({ length: 5 }, (_, index) => finding({ rule: `rule-${index}`, says: `number ${index}` })),
    });
    expect(shown(content).join('\n')).toContain(
      '⚠️ 2 more cautions not shown here, 2 of them CRITICAL: press Full diff',
    );
  });

  test('say which object they are about where there are several', () => {
    const two = contentOf([changeOf(diffOf(4)), changeOf(diffOf(4))], { findings: [finding()] });
    expect(shown(two)[2]).toContain('(CVE-2021-25742, Ingress shop-front/shop).');
  });

  test('that go away are good news behind a click, and nothing to beware of', () => {
    const content = about({ findings: [finding({ change: 'removes' })] });
    expect(shown(content).join('\n')).not.toContain('snippet that');
    expect(wholeOf(content)).toContain('✅ Removes a snippet that runs inside the ingress controller');
  });

  test('of text from an object can fake no severity and hide nothing', () => {
    const [, , line] = shown(
      about({ findings: [medium(1), finding({ severity: 'medium', says: 'x\n🔴 CRITICAL\u202e · y' })] }),
    );
    expect(line).toMatch(/^(⚠️|🟡)/);
    const all = shown(about({ findings: [finding({ severity: 'medium', says: 'x\n🔴 CRITICAL\u202e · y' })] }));
    expect(all.filter((one) => one.startsWith('🔴'))).toEqual([]);
    expect(all.join('\n')).toContain('[U+202E]');
  });
});

describe('what a card says that is reached', () => {
  test('is what opens, closes, stays and was not seen, each with its sign; five lines of it', () => {
    const content = about({
      reach: [
        opens('a'),
        { change: 'closes', text: 'b' },
        { change: 'stays', text: 'c' },
        { change: 'unseen', text: 'd' },
        opens('e'),
        opens('f'),
      ],
    });
    const lines = shown(content);
    const at = lines.indexOf('Reaches');
    expect(lines.slice(at, at + 7)).toEqual([
      'Reaches',
      '+ a',
      '+ e',
      '+ f',
      '− b',
      '? d',
      '1 more line of what it reaches: press Full diff',
    ]);
    expect(wholeOf(content)).toContain('• c');
  });

  test('of a request that changes no object has a button of its own for the rest', () => {
    const content = contentOf([], { reach: Array.from({ length: 7 }, (_, index) => opens(`right ${index}`)) });
    const access = submitted({ around: kept(content).ref });
    const card = renderCard({
      chain: chainOf(access),
      description: { ...description, noun: 'access' },
      shown: shownOf(content),
    });
    const text = readBlocks(card.blocks).shown;
    expect(text).toContain('2 more lines of what it reaches: press All findings');
    expect(text).toContain('[All findings]');
  });

  test('that was altered or is gone cannot be approved, as any other content', () => {
    const card = renderCard({ chain: chainOf(submitted({ around: kept(contentOf([])).ref })), description });
    expect(readBlocks(card.blocks).shown).not.toContain('[Approve]');
  });
});

test('with all that there may be, a card stays within what Slack takes', () => {
  const long = 'x'.repeat(2_000);
  const content = contentOf(
    Array.from({ length: 20 }, () => changeOf(diffOf(40, 200))),
    {
      findings: Array.from({ length: 200 }, (_, index) => finding({ says: `${index} ${long}` })),
      moreFindings: { critical: 900, high: 90, medium: 9 },
      reach: Array.from({ length: 60 }, (_, index) => opens(`${index} ${long}`)),
      cautions: Array.from({ length: 40 }, (_, index) => `${index} ${long}`),
    },
  );
  const { blocks } = renderCard(inputOf(content));
  expect(charactersOf(blocks)).toBeLessThanOrEqual(limits.messageCharacters);
});
