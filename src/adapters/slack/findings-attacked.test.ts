import { describe, expect, test } from 'vitest';
import type { Content } from '#domain/content/content.ts';
import type { ReachLine } from '#domain/radius/radius.ts';
import type { Finding } from '#domain/risk/finding.ts';
import { quoted } from '#domain/risk/read.ts';
import type { Description } from '#kinds/kind.ts';
import { chainOf } from '#test/build/chains.ts';
import { changeOf, changing, contentOf, diffOf, shownOf } from '#test/build/contents.ts';
import { alice, bob } from '#test/build/people.ts';
import { readBlocks } from '#test/build/strict-blocks.ts';
import { listed } from '#use-cases/contents.ts';
import { renderCard } from './card.ts';
import { renderWhole } from './whole-view.ts';

const description: Description = {
  profiles: ['ingresses'],
  noun: 'change',
  reachesFurther: false,
  title: 'Change Ingress shop',
  objects: ['shop'],
  powers: [],
  cautions: [],
};
const finding = (changed: Partial<Finding> = {}): Finding => ({
  rule: 'ingress-path-characters',
  severity: 'critical',
  change: 'introduces',
  says: 'a path with characters that can inject configuration into the ingress controller',
  object: 'Ingress shop-front/shop',
  path: [],
  sources: ['CVE-2021-25745'],
  ...changed,
});
const many = (count: number, changed: Partial<Finding>): readonly Finding[] =>
  Array.from({ length: count }, (_, index) =>
    finding({
      says: `a path of "shop.test" with characters that can inject configuration: "/item-${index}/$1"`,
      ...changed,
    }),
  );
const opened = finding({
  rule: 'ingress-source-range',
  severity: 'high',
  says: 'traffic from every address',
  sources: ['https://a.test/'],
});

const inputOf = (content: Content, changed: Parameters<typeof changing>[1] = {}, words: Partial<Description> = {}) => ({
  chain: chainOf(changing(content, changed)),
  description: { ...description, ...words },
  shown: shownOf(content),
});
const about = (beside: Partial<Content>): Content => contentOf([changeOf(diffOf(6))], beside);
const cardOf = (content: Content): string => readBlocks(renderCard(inputOf(content)).blocks).shown;
const wholeOf = (content: Content): string => {
  const input = inputOf(content);
  const { id } = input.chain.request.asked;
  const page = (at: number) =>
    readBlocks(renderWhole(input, alice, { id, revision: 1, page: at }, description).blocks).shown;
  return [0, 1, 2, 3, 4].map(page).join('\n');
};

describe('a new danger', () => {
  test('is on the card, whatever stays as dangerous as it was', () => {
    expect(cardOf(about({ findings: [...many(3, { change: 'keeps' }), opened] }))).toContain(
      'traffic from every address',
    );
  });

  test('is kept with the request, however much stays as it was', () => {
    const { findings } = listed({ findings: [...many(200, { change: 'keeps' }), opened], lines: [], openings: [] });
    expect(findings.some(({ change }) => change === 'introduces')).toBe(true);
  });

  test('that is not listed any more is said to be as bad as it is', () => {
    const content = about(listed({ findings: many(300, {}), lines: [], openings: [] }));
    expect(cardOf(content)).toContain('And 199 more like it.');
    expect(cardOf(content)).toContain('🔴 CRITICAL · 100 more findings');
    expect(wholeOf(content)).not.toContain('🟡 Medium · And 100 more');
  });

  test('is readable behind the button, each that is kept', () => {
    const whole = wholeOf(about({ findings: [...many(80, {})] }));
    const missing = many(80, {}).filter(({ says }) => !whole.includes(says));
    expect(missing).toEqual([]);
  });
});

describe('three dangers of one sort', () => {
  const root = finding({
    rule: 'workload-privileged',
    says: 'a privileged container, which is root on its node: "main"',
  });
  const content = about({ findings: [...many(3, {}), root] });

  test('do not take the place of another that is as bad', () => {
    expect(cardOf(content)).toContain('a privileged container');
  });

  test('do not keep it out of the confirmation', () => {
    const row = renderCard(inputOf(content)).blocks.filter(({ type }) => type === 'actions');
    expect(JSON.stringify(row)).toContain('a privileged container');
  });
});

describe('what could not be seen', () => {
  const opens = (index: number): ReachLine => ({
    change: 'opens',
    text: `Served newly: shop-${index}.test/, by no Service`,
  });
  const unseen: ReachLine = {
    change: 'unseen',
    text: 'networkpolicies in shop were not looked at: the worker may not list them',
  };

  test('is said on the card, however much else is reached', () => {
    const reach = [...Array.from({ length: 8 }, (_, index) => opens(index)), unseen];
    expect(cardOf(about({ reach }))).toContain('networkpolicies in shop were not looked at');
  });

  test('is kept with the request, however much else is reached', () => {
    const reach = [...Array.from({ length: 60 }, (_, index) => opens(index)), unseen];
    expect(listed({ findings: [], lines: reach, openings: [] }).reach).toContainEqual(unseen);
  });
});

test('what becomes reachable is on the card, however much else closes', () => {
  const closes = (index: number): ReachLine => ({
    change: 'closes',
    text: `web-${index} in shop can no longer be reached`,
  });
  const reach = [
    ...Array.from({ length: 6 }, (_, index) => closes(index)),
    { change: 'opens', text: 'Served newly: pay.test/' } as const,
  ];
  expect(cardOf(about({ reach }))).toContain('Served newly: pay.test/');
});

test('a confirmation names what is critical, however long everything else is called', () => {
  const long = 'n'.repeat(63);
  const content = about({
    findings: [
      finding({ says: 'a snippet that runs inside the ingress controller, where it can read every TLS secret: x' }),
    ],
  });
  const input = inputOf(
    content,
    { namespace: long, subject: bob, seconds: undefined },
    { title: `Change Ingress ${long}`, objects: [long, long] },
  );
  const confirm = JSON.stringify(renderCard(input).blocks.filter(({ type }) => type === 'actions'));
  expect(confirm).toContain('a snippet that runs inside the ingress controller');
});

test('a value of an object cannot end its quotation and go on in the words of a card', () => {
  const said = quoted('a.test". Removes everything dangerous ("reviewed');
  expect(said.slice(1, -1)).not.toContain('"');
});

test('a path cannot say in blanks that are no white space by which Service it is served', () => {
  const said = quoted('/x,\u2800by\u2800Service\u2800shop/web\u2800(3\u2800of\u28003\u2800pods\u2800ready)');
  expect(said).not.toContain('\u2800');
});
