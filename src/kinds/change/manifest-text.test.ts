import { describe, expect, test } from 'vitest';
import { readDocuments, readManifests, readPatch } from './manifest-text.ts';

const value = (text: string) => {
  const read = readDocuments(text);
  if (read.ok) return read.value;
  throw new Error(read.error);
};
const why = (result: ReturnType<typeof readDocuments | typeof readManifests | typeof readPatch>): string => {
  if (result.ok) throw new Error('It was not refused');
  return result.error;
};

describe('text', () => {
  test('of three documents is three', () => {
    expect(value('---\na: 1\n---\nb: 2\n---\nc: 3\n')).toEqual([{ a: 1 }, { b: 2 }, { c: 3 }]);
  });

  test('that is JSON is read as such', () => {
    expect(value('{"a": [1, "x", null, true], "b": {}}')).toEqual([{ a: [1, 'x', null, true], b: {} }]);
  });

  test('is YAML 1.2: words of other versions are texts', () => {
    expect(value('a: yes\nb: off\nc: 2020-01-01\nd: 1_000\ne: 22:22')).toEqual([
      { a: 'yes', b: 'off', c: '2020-01-01', d: '1_000', e: '22:22' },
    ]);
    expect(value('%YAML 1.1\n---\na: yes')).toEqual([{ a: 'yes' }]);
  });

  test.each(['\u0085', '\u2028', '\u2029'])('keeps the line terminator %j inside its value', (terminator) => {
    const hidden = `x${terminator}hostNetwork: true`;
    expect(value(`a: ${JSON.stringify(hidden)}\nb: 1`)).toEqual([{ a: hidden, b: 1 }]);
    expect(value(`a: x${terminator}hostNetwork`)).toEqual([{ a: `x${terminator}hostNetwork` }]);
    expect(value(`a: |\n  ${hidden}\nb: 1`)).toEqual([{ a: `${hidden}\n`, b: 1 }]);
  });

  test('keeps keys that are numbers as they are written', () => {
    expect(value('8080: web\n1.0: x\ntrue: y')).toEqual([{ '8080': 'web', '1.0': 'x', true: 'y' }]);
  });

  test.each([
    ['a key twice', 'a: 1\nb: 2\na: 3', 'Line 3: a key is there twice'],
    ['a key twice, once quoted', '1: a\n"1": b', 'Line 2: a key is there twice'],
    ['an alias', 'a: &x 1\nb: *x', 'Line 2: aliases ("*…") are not read'],
    ['an alias that leads nowhere', 'a: *x', 'Line 1: aliases'],
    ['an alias of itself', 'a: &x [*x]', 'Line 1: aliases'],
    ['a merge key', 'a: 1\n<<: {b: 2}', 'Line 2: merge keys'],
    ['a tag that runs code elsewhere', 'a: !!js/function "x"', 'Line 1: tags ("!…") are not read'],
    ['a tag of its own', 'a: 1\nb: !mine {c: 1}', 'Line 2: tags'],
    ['a binary', 'a: !!binary aGk=', 'Line 1: tags'],
    ['a tagged key', '!!str a: 1', 'Line 1: '],
    ['a map as a key', '? {a: 1}\n: 2', 'Line 1: a key is a plain text'],
    ['nothing as a key', '~: 1', 'Line 1: a key is a plain text'],
    ['an octal number', 'mode: 0644', 'Line 1: 0644 is octal to some programs only. Write 0o644, or quote it'],
    ['a number that is not kept', 'a: 12345678901234567890', 'Line 1: 12345678901234567890 is too large'],
    ['a number past all', 'a: 1e400', 'Line 1: 1e400 is too large'],
    ['infinity', 'a: .inf', 'Line 1: .inf is too large'],
    ['bad indentation', 'a:\n  b: 1\n c: 2', 'Line 3: '],
    ['a tab', 'a:\n\tb: 1', 'Line 2: '],
    ['two JSON values on end', '{"a": 1}\n{"b": 2}', 'Line 2: '],
    ['an error in its third document', 'a: 1\n---\nb: 1\n---\nc: [1', 'Line 5: '],
  ])('with %s is refused with its line', (_, text, reason) => {
    const error = why(readDocuments(text));
    expect(error).toContain(reason);
    expect(error).not.toContain('\n');
  });

  test('of aliases that would fill the memory is refused at once', () => {
    const levels = Array.from(
      { length: 30 },
      (_, at) => `a${at + 1}: &a${at + 1} [${Array(9).fill(`*a${at}`).join(',')}]`,
    );
    expect(why(readDocuments(`a0: &a0 x\n${levels.join('\n')}`))).toContain('aliases');
  });

  test.each(['['.repeat(3000), '{a: '.repeat(700), '- '.repeat(1400), `${'['.repeat(1400)}${']'.repeat(1400)}`])(
    'that is nested without end is refused: %.20s…',
    (text) => {
      why(readDocuments(text));
    },
  );

  test('that is too long is not even read', () => {
    expect(why(readDocuments('x'.repeat(100_001)))).toContain('more than 100000 characters');
  });
});

describe('manifests', () => {
  test('in a list are taken out of it', () => {
    expect(readManifests('apiVersion: v1\nkind: List\nitems: [{a: 1}, {b: 2}]\n---\nc: 3')).toEqual({
      ok: true,
      value: [{ a: 1 }, { b: 2 }, { c: 3 }],
    });
  });

  test.each([
    ['nothing', '', 'empty'],
    ['comments', '# nothing\n---\n', 'empty'],
    ['a text', 'hello', 'not an object'],
    ['a list', '- a: 1', 'not an object'],
    ['a List of texts', 'kind: List\nitems: [x]', 'not an object'],
  ])('that are %s are refused', (_, text, reason) => {
    expect(why(readManifests(text))).toContain(reason);
  });
});

describe('a patch', () => {
  test('is an object or a list', () => {
    expect(readPatch('spec: {replicas: 3, paused: null}')).toEqual({
      ok: true,
      value: { spec: { replicas: 3, paused: null } },
    });
    expect(readPatch('[{"op": "remove", "path": "/a"}]')).toEqual({ ok: true, value: [{ op: 'remove', path: '/a' }] });
  });

  test('is nothing else, and no two', () => {
    expect(why(readPatch('replicas'))).toContain('A patch is an object');
    expect(why(readPatch(''))).toContain('A patch is an object');
    expect(why(readPatch('a: 1\n---\nb: 1'))).toContain('one document');
  });
});
