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
    const { findings } = listed([...many(200, { change: 'keeps' }), opened], []);
    expect(findings.some(({ change }) => change === 'introduces')).toBe(true);
  });

  test('that is not listed any more is said to be as bad as it is', () => {
    const content = about(listed(many(300, {}), []));
    expect(cardOf(content)).toContain('297 of them CRITICAL');
    expect(wholeOf(content)).not.toContain('🟡 Medium · And 100 more');
  });

  test('is readable behind the button, each that is kept', () => {
    const whole = wholeOf(about({ findings: [...many(80, {})] }));
    const missing = many(80, {}).filter(({ says }) => !whole.includes(says));
    expect(missing).toEqual([]);
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
    expect(listed([], reach).reach).toContainEqual(unseen);
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
