import { describe, expect, test } from 'vitest';
import { readManifestYaml } from './manifest-yaml.ts';

const valuesOf = (text: string): readonly unknown[] => {
  const { documents, problems } = readManifestYaml('a.yaml', text);
  expect(problems).toEqual([]);
  return documents.map(({ value }) => value);
};
const problemsOf = (text: string): readonly string[] => {
  const { documents, problems } = readManifestYaml('a.yaml', text);
  expect(documents).toEqual([]);
  return problems;
};

describe('the same value', () => {
  test.each([
    ['in blocks', 'a:\n  - b: 1\n'],
    ['in blocks that do not indent lists', 'a:\n- b: 1\n'],
    ['in flow style', 'a: [{b: 1}]\n'],
    ['as JSON', '{"a":[{"b":1}]}'],
    ['as JSON that tabs indent', '{\n\t"a": [\n\t\t{ "b": 1 }\n\t]\n}\n'],
    ['with quoted keys', '"a":\n  - \'b\': 1\n'],
    ['with explicit keys', '? a\n: - ? b\n    : 1\n'],
    ['with a tab behind a colon', 'a:\n  - b:\t1\n'],
    ['with CRLF', 'a:\r\n  - b: 1\r\n'],
    ['with a BOM', '\ufeffa:\n  - b: 1\n'],
    ['with a BOM behind a mark', '---\n\ufeffa:\n  - b: 1\n'],
    ['with a directive', '%YAML 1.2\n---\na:\n  - b: 1\n'],
    ['with comments', '# a\na: # b\n  # c\n  - b: 1 # d\n'],
    ['with tags that say what it is', 'a: !!seq\n  - !!map\n    b: !!int "1"\n'],
    ['in base 16', 'a: [{b: 0x1}]'],
    ['between marks', '---\na: [{b: 1}]\n...\n'],
  ])('%s', (_, text) => {
    expect(valuesOf(text)).toEqual([{ a: [{ b: 1 }] }]);
  });

  test('by an alias', () => {
    expect(valuesOf('a: &it\n  - b: 1\nc: *it\n')).toEqual([{ a: [{ b: 1 }], c: [{ b: 1 }] }]);
  });

  test('by an alias of the last anchor of its name that began before it', () => {
    expect(valuesOf('a: &x {b: &x 1, c: *x}\nd: *x\n')).toEqual([{ a: { b: 1, c: 1 }, d: 1 }]);
  });

  test('by an alias as a key, of an anchor at a key', () => {
    expect(valuesOf('&it a: 1\nb:\n  *it : 2\n')).toEqual([{ a: 1, b: { a: 2 } }]);
  });

  test('by a merge key, over which wins what is written out', () => {
    expect(valuesOf('x: &x {a: 1, b: 2}\nz: {<<: *x, b: 3}\n')).toEqual([{ x: { a: 1, b: 2 }, z: { a: 1, b: 3 } }]);
  });

  test('by a merge key with a list, of which the first wins', () => {
    expect(valuesOf('- &x {a: 1}\n- &y {a: 2, b: 2}\n- <<: [*x, *y]\n')).toEqual([
      [{ a: 1 }, { a: 2, b: 2 }, { a: 1, b: 2 }],
    ]);
  });
});

test('a quoted "<<" is a key like any other', () => {
  expect(valuesOf('"<<": {a: 1}')).toEqual([{ '<<': { a: 1 } }]);
});

test('block scalars are texts, with and without line feeds', () => {
  expect(valuesOf('a: |\n  b\n  c\nd: >-\n  e\n  f\n')).toEqual([{ a: 'b\nc\n', d: 'e f' }]);
});

test('scalars are what they are to kubectl', () => {
  const written = 'y: yes\nb: On\nc: "yes"\nd: 0777\ne: 0o777\nf: 2020-01-01\ng: 1:30\nh: ~\ni: NO\nj: 1_000\n';
  expect(valuesOf(written)).toEqual([
    { true: true, b: true, c: 'yes', d: 511, e: 511, f: '2020-01-01', g: '1:30', h: null, i: false, j: 1000 },
  ]);
});

test('numbers that are too large to be kept exactly are numbers still', () => {
  expect(valuesOf('a: 12345678901234567890')).toEqual([{ a: 12345678901234567000 }]);
});

test('keys that objects inherit are keys like any other', () => {
  const [value] = valuesOf('__proto__: {polluted: 1}\nconstructor: 2\n');
  expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor']);
});

test('several documents, of which some are empty, are read one by one', () => {
  expect(valuesOf('---\n# nothing\n---\na: 1\n---\n---\nb: 2\n')).toEqual([null, { a: 1 }, null, { b: 2 }]);
});

describe('a place in it', () => {
  const text = '# it\na:\n  - b: 1\n  - {c: 2}\nd: &x {e: 3}\nf: *x\ng:\n  <<: *x\n';
  test.each<[readonly (string | number)[], number, number]>([
    [[], 2, 1],
    [['a'], 2, 1],
    [['a', 0], 3, 5],
    [['a', 1, 'c'], 4, 6],
    [['a', 1, 'gone', 'deeper'], 4, 5],
    [['a', 7], 2, 1],
    [['gone'], 2, 1],
    [['f', 'e'], 5, 8],
    [['g', 'e'], 5, 8],
    [['toString'], 2, 1],
  ])('%j is in line %i, column %i', (place, line, column) => {
    const [document] = readManifestYaml('a.yaml', text).documents;
    expect(document?.spotOf(place)).toEqual({ file: 'a.yaml', line, column });
  });
});

const bomb = [...'bcdefghi'].reduce(
  (text, name, index) => `${text}${name}: &${name} [${`*${'abcdefghi'[index]},`.repeat(9)}]\n`,
  'a: &a [x,x,x,x,x,x,x,x,x]\n',
);

describe('a mistake is named with its line:', () => {
  test.each([
    ['a key that is there twice', 'a: 1\nb: 2\na: 3\n', 'a.yaml:3: the key "a" is there twice. Keep one.'],
    ['the same key in two spellings', '{"1": a,\n1: b}', 'a.yaml:2: the key "1" is there twice.'],
    ['two merge keys', 'a: &a {b: 1}\nc:\n  <<: *a\n  <<: *a\n', 'a.yaml:4: the key "<<" is there twice.'],
    [
      'what a merge key brings and stands above it',
      'a: &a {b: 1}\nc:\n  b: 2\n  <<: *a\n',
      'a.yaml:4: "<<" brings the key "b", which stands above it. Write "<<" first.',
    ],
    ['a merge key without a map', 'a:\n  <<: 1\n', 'a.yaml:2: the key "<<" wants a map'],
    ['a tab that indents', 'a:\n\tb: 1\n', 'a.yaml:2: Tabs are not allowed as indentation.'],
    ['a bracket that is open', 'a: 1\nb: [1,\n', 'a.yaml:3: Flow sequence'],
    ['an alias of nothing', 'a: 1\nb: *c\n', 'a.yaml:2: this alias ("*…") leads to no anchor'],
    ['an alias of itself', 'a: &a\n  - *a\n', 'a.yaml:2: this alias ("*…") leads into itself.'],
    [
      'a carriage return alone',
      '# a\rb: 1\n',
      'a.yaml:1: here some programs begin a line and others do not ([U+000D]).',
    ],
    [
      'a line separator',
      'a: 1\n# b\u2028c: 1\n',
      'a.yaml:2: here some programs begin a line and others do not ([U+2028]).',
    ],
    ['a next line', 'a: 1\n# b\u0085c: 1\n', 'a.yaml:2: here some programs begin a line and others do not ([U+0085]).'],
    ['what looks like the end of a document', 'a: 1\n---b: 2\n', 'a.yaml:2: "---" divides documents only'],
    ['a number to Go alone', 'a: 1\nb: 0X50\n', 'a.yaml:2: this is a number to some programs.'],
    ['a tag that kubectl takes otherwise', 'a: !!float 1\n', 'a.yaml:1: this tag'],
    ['a tag that says nothing', 'a: ! b\n', 'a.yaml:1: this tag'],
    ['a tag', 'a: 1\nb: !secret c\n', 'a.yaml:2: this tag ("!…") is not known.'],
    ['no number', 'a: .nan\n', 'a.yaml:1: this is no value that JSON has.'],
    ['a key without a text', '? [a]\n: 1\n', 'a.yaml:1: this is no key that JSON has.'],
    ['a template', 'a: 1\nb: {{ .Values.b }}\n', 'a.yaml:2: this is no key that JSON has. Write a plain text; what'],
    ['a template', 'a: 1\n{{- if .Values.b }}\nb: 2\n{{- end }}\n', 'Render it first, as with "helm template".'],
    ['aliases of aliases of aliases', bomb, 'stand for more than 100000 values. Write them out.'],
    ['deep nesting', `${'['.repeat(200)}${']'.repeat(200)}`, 'a.yaml:1: it is nested more than 100 deep.'],
    ['very deep nesting', '['.repeat(50_000), 'nested too deeply'],
  ])('%s', (_, text, problem) => {
    expect(problemsOf(text).join('\n')).toContain(problem);
  });

  test('all of them, but no more than twenty', () => {
    expect(problemsOf('a: !x 1\n---\nb: !x 2\n')).toHaveLength(2);
    const many = problemsOf('- *a\n'.repeat(100));
    expect(many).toHaveLength(21);
    expect(many.at(-1)).toBe('a.yaml: 80 more such mistakes.');
  });
});

test.each([
  'data:\n  password: "hunter2\n',
  'data:\n  password: @hunter2\n',
  'data:\n  password: a: hunter2\n',
  'data: }hunter2\n',
  'data: |3x hunter2\n  b',
  'data: "\\qhunter2"\n',
  'data:\n  password: *hunter2\n',
  'data:\n  password: !hunter2 x\n',
  'data:\n  password: %hunter2\n',
  'data:\n  password: [hunter2\nhunter2 b\n',
  "data:\n  password: 'it''s' hunter2\n",
])('no mistake tells a value, as it may be that of a Secret: %j', (text) => {
  const problems = problemsOf(text);
  expect(problems.join('\n')).not.toContain('hunter2');
});
