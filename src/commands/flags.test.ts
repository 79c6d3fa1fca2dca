import { expect, test } from 'vitest';
import { readFlags } from './flags.ts';

const known = { name: 'value', all: 'switch' } as const;

test.each<[readonly string[], object]>([
  [[], {}],
  [['--name', 'x', '--all'], { name: 'x', all: true }],
  [['--name=x=y'], { name: 'x=y' }],
  [['--all', '--name', '-x'], { all: true, name: '-x' }],
])('%j is understood', (words, value) => {
  expect(readFlags(words, known)).toEqual({ ok: true, value });
});

test.each<[readonly string[], readonly string[]]>([
  [['--file', 'a'], ['a']],
  [
    ['--file', 'a', '--file=b', '--file', '-'],
    ['a', 'b', '-'],
  ],
])('%j has each of its values', (words, file) => {
  expect(readFlags(words, { file: 'values' })).toEqual({ ok: true, value: { file } });
});

test.each([
  [['--nome=x'], 'There is no flag "--nome". Flags: --name <value>, --all.'],
  [['-a'], 'There is no flag "-a". Flags: --name <value>, --all.'],
  [['--toString'], 'There is no flag "--toString".'],
  [['--__proto__=x'], 'There is no flag "--__proto__".'],
  [['x'], '"x" is not understood.'],
  [['--'], '"--" is not understood.'],
  [['--name'], '--name lacks its value.'],
  [['--name='], '--name lacks its value.'],
  [['--name', '--all'], '--name lacks its value.'],
  [['--all=yes'], '--all takes no value.'],
  [['--all', '--all'], '--all is there twice.'],
])('%j is refused', (words, why) => {
  const read = readFlags(words, known);
  expect(read.ok ? '' : read.error).toContain(why);
});
