import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Json } from '#domain/json.ts';
import { anyJson, twoStates } from '#test/build/objects.ts';
import { render, renderLines } from './render.ts';

/** Texts that some parser takes for something else, or that break a line, and pieces of such. */
const trickyText = fc.oneof(
  fc.constantFrom(
    ...'yes no on off y n null ~ true NULL 1e3 0x1 0o7 1_000 .5 .inf -1 +1 12:30:45 2026-11-20 = <<'.split(' '),
  ),
  fc.constantFrom(
    '2001-12-14t21:59:43.10-05:00',
    '- a',
    '? a',
    'a: b',
    'a:',
    'a #b',
    ' a',
    'a ',
    '---',
    '...',
    '%a',
    '1.2.3',
  ),
  fc
    .array(
      fc.constantFrom(
        'a',
        ' ',
        '\n',
        '\t',
        ':',
        '#',
        '-',
        '"',
        "'",
        '\\',
        '|',
        '\r',
        '\u0085',
        '\u2028',
        '{',
        '}',
        '&',
        '*',
        '!',
      ),
      { maxLength: 8 },
    )
    .map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)), maxLength: 6 }),
  fc.string({ unit: fc.constantFrom('a', 'B', '\u0430', '\uff41', '\u{1d68a}', '.', '-', '\\', '\n', '"', ' ', '1') }),
  fc.string({
    unit: fc.constantFrom('a', '\u05d0', '\u0301', '\u200b', '\u202e', '\ud800', '\u00e9', '\u{1f600}', '\u{e0041}'),
  }),
);
const trickyJson = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    trickyText,
    fc.constantFrom<Json>(null, true, 1e21, -1.5e-9, 2 ** 53),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.array(fc.tuple(trickyText, tie('json')), { maxLength: 3 }).map((entries) => Object.fromEntries(entries)),
  ),
})).json;

const states = fc.oneof(
  anyJson,
  trickyJson,
  trickyText,
  twoStates.map(([state]) => state as Json),
);

test('what is shown is what is there: read as YAML it is the same value', () => {
  fc.assert(
    fc.property(states, (state) => {
      expect(JSON.stringify(sortedAll(parse(render(state))))).toBe(JSON.stringify(sortedAll(state)));
    }),
    { numRuns: 3_000 },
  );
});

test('parsers of YAML 1.1 read the same', () => {
  fc.assert(
    fc.property(fc.dictionary(trickyText, trickyText, { noNullPrototype: true }), (state) => {
      const read = parse(render(state), { version: '1.1', merge: true });
      expect(JSON.stringify(sortedAll(read))).toBe(JSON.stringify(sortedAll(state)));
    }),
    { numRuns: 2_000 },
  );
});

const sortedAll = (value: Json): Json => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sortedAll);
  const entries = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, member]) => [key, sortedAll(member ?? null)]));
};

test('no line holds a character that reorders, hides or ends it', () => {
  fc.assert(
    fc.property(states, (state) => {
      for (const line of renderLines(state)) {
        expect(line).not.toMatch(/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u0590-\u08ff]/u);
        expect(line).toBe(line.trimEnd());
      }
    }),
    { numRuns: 2_000 },
  );
});

test('an object reads as people write it, what it is first', () => {
  const lines = renderLines({
    spec: {
      rules: [{ host: 'shop.acme.test', http: { paths: [{ pathType: 'Prefix', path: '/x' }] } }, { host: '*.a.test' }],
      ingress: [{}],
      empty: [],
      nested: [['a'], []],
    },
    metadata: { name: 'shop', annotations: { 'a/b': '1', note: 'two words', on: 'yes' } },
    kind: 'Ingress',
    apiVersion: 'networking.k8s.io/v1',
    data: { limit: '128Mi', from: '10.0.0.0/8', port: 80, ratio: '0.5', script: 'one\n  two\n\nthree\n' },
  });
  expect(lines.join('\n')).toBe(`apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  annotations:
    a/b: "1"
    note: two words
    "on": "yes"
  name: shop
data:
  from: 10.0.0.0/8
  limit: 128Mi
  port: 80
  ratio: "0.5"
  script: |
    one
      two

    three
spec:
  empty: []
  ingress:
  - {}
  nested:
  - - a
  - []
  rules:
  - host: shop.acme.test
    http:
      paths:
      - path: /x
        pathType: Prefix
  - host: "*.a.test"`);
});

test.for(['\n', '\r', '\u0085', '\u2028', '\u2029', '\r\n', '\v', '\f'])(
  'a line terminator %j in a value or a key makes no line that was not there',
  (terminator) => {
    const lines = renderLines({ a: `b${terminator} c: d `, [`e${terminator}hostNetwork`]: true });
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line).toContain('\\');
  },
);

test('bidi, zero-width and other characters that cannot be seen are shown by their codes', () => {
  expect(
    renderLines({ a: 'x\u202ey', b: 'a\u200bb', c: '\ud800', d: '\u{e0041}', e: 'a\u00a0b', f: '\u05d0 1' }),
  ).toEqual([
    'a: "x\\u202ey"',
    'b: "a\\u200bb"',
    'c: "\\ud800"',
    'd: "\\U000e0041"',
    'e: "a\\u00a0b"',
    'f: "\\u05d0 1"',
  ]);
});

test('letters that stand where they are seen are shown as they are', () => {
  expect(renderLines({ a: 'grüße', b: '東京', c: 'Привет, мир', d: 'e\u0301' })).toEqual([
    'a: grüße',
    'b: 東京',
    'c: Привет, мир',
    'd: e\u0301',
  ]);
});

test('letters of another script in a word of Latin ones are shown by their codes', () => {
  const lines = renderLines({
    cyrillic: 'https://\u0430uth.acme.test',
    greek: 'p\u03bfd',
    armenian: 'p\u0585d',
    cherokee: '\u13aacme',
    coptic: 'p\u2c9fd',
    fullwidth: 'acm\uff45',
    mathematical: '\u{1d68a}cme',
    label: 'https://\u0440\u0430\u0443-a.acme.test/x',
    alone: 'https://\u0441\u043e\u0441.acme.test',
    block: 'one\n\u0430uth\n',
    'k\u0435y': 1,
  });
  expect(lines).toEqual([
    'alone: "https://\\u0441\\u043e\\u0441.acme.test"',
    'armenian: "p\\u0585d"',
    'block: "one\\n\\u0430uth\\n"',
    'cherokee: "\\u13aacme"',
    'coptic: "p\\u2c9fd"',
    'cyrillic: "https://\\u0430uth.acme.test"',
    'fullwidth: "acm\\uff45"',
    'greek: "p\\u03bfd"',
    '"k\\u0435y": 1',
    'label: "https://\\u0440\\u0430\\u0443-a.acme.test/x"',
    'mathematical: "\\U0001d68acme"',
  ]);
});

test('words of other scripts stay readable beside Latin ones', () => {
  const texts = [
    'порт api-сервера',
    'CPU/память: 50%',
    'λόγος and more',
    '说明（see）：Ａ',
    'サーバーapi',
    'n\nпривет\n',
  ];
  const shown = renderLines(texts).join('\n');
  expect(shown).not.toContain('\\u');
  expect(renderLines({ a: '"привет" \n' })).toEqual(['a: "\\"привет\\" \\n"']);
  expect(renderLines({ a: 'слово\tпривет' })).toEqual(['a: "слово\\tпривет"']);
});

test('a megabyte of mixed letters is rendered in no time', () => {
  const started = performance.now();
  renderLines({ a: '\u0430a'.repeat(250_000), b: '\u0430.'.repeat(250_000), c: '\u0430-'.repeat(250_000) });
  expect(performance.now() - started).toBeLessThan(5_000);
});

test('what is nested beyond reason is shown on one line, and is still the same', () => {
  let state: Json = 'end';
  for (let depth = 0; depth < 1_000; depth += 1) state = depth % 2 === 0 ? [state] : { a: state };
  const lines = renderLines(state);
  expect(lines.length).toBeLessThan(100);
  expect(lines.join('').length).toBeLessThan(20_000);
});

test('a key that is longer than parsers read before a colon is still a key', () => {
  const state = { ['k'.repeat(2_000)]: { a: [1] }, b: { ['"'.repeat(1_500)]: 'text\nof lines' } };
  expect(parse(render(state))).toEqual(state);
});
