import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const path = 'docs/threat-model.md';
const read = (file: string): string => (existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : '');
const text = read(path);

/** What stands under headings of a level, each up to the next of the same or a higher one. */
const partsOf = (level: string, of: string): ReadonlyMap<string, string> =>
  new Map(
    of
      .split(`\n${level} `)
      .slice(1)
      .map((part) => [part.split('\n')[0] ?? '', part.split(/\n#{1,3} /)[0] ?? '']),
  );
/** The cells of each row of the tables there, without their headings. */
const rowsOf = (part: string): readonly (readonly string[])[] =>
  part
    .split('\n')
    .filter((line, index, lines) => line.startsWith('| ') && !lines[index + 1]?.startsWith('|---'))
    .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '').trim()));

const actors = partsOf('###', text);
const defects = rowsOf(partsOf('##', text).get('Defects that products of this kind have had') ?? '');

/** The titles of the tests of a file as they stand in its source. */
const titlesIn = (file: string): ReadonlySet<string> =>
  new Set(
    [...read(file).matchAll(/(?:\b(?:test|it)|\))\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1,/g)].map(
      ([, , title]) => title ?? '',
    ),
  );

/** Each test that a cell names; undefined for what names none as it should. */
const namedIn = (cell: string): readonly (readonly [file: string, title: string] | undefined)[] =>
  cell.split('<br>').map((one) => {
    const [, file, title] = /^`([^`]+)` › (.+)$/.exec(one) ?? [];
    return file === undefined || title === undefined ? undefined : [file, title];
  });

test('docs/threat-model.md names tests that are there', () => {
  const cells = [...[...actors.values()].flatMap(rowsOf), ...defects].map((row) => row[2] ?? '');
  const missing = cells
    .filter((cell) => cell !== 'none')
    .flatMap((cell) =>
      namedIn(cell).flatMap((named) =>
        named === undefined || !titlesIn(named[0]).has(named[1]) ? [named?.join(' › ') ?? cell] : [],
      ),
    );
  expect(missing).toEqual([]);
  expect(text.match(/` › /g)?.length).toBe(cells.filter((cell) => cell !== 'none').flatMap(namedIn).length);
});

test('docs/threat-model.md links to what is there', () => {
  const anchorsIn = (file: string): ReadonlySet<string> =>
    new Set(
      [...read(file).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
        heading
          .toLowerCase()
          .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
          .replaceAll(' ', '-'),
      ),
    );
  const broken = [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = '']) => {
    const [to = '', anchor] = link.split('#');
    const file = to === '' ? path : join(dirname(path), to);
    return existsSync(join(root, file)) && (anchor === undefined || anchorsIn(file).has(anchor)) ? [] : [link];
  });
  expect(broken).toEqual([]);
});

test('docs/threat-model.md says of each actor what they could do, what stops it, what shows that and what remains', () => {
  const listed = [...(partsOf('##', text).get('Who') ?? '').matchAll(/^- \[([^\]]+)\]/gm)].map(([, actor]) => actor);
  expect([...actors.keys()]).toEqual(listed);
  for (const [actor, part] of actors) {
    const rows = rowsOf(part);
    expect(rows.length, actor).toBeGreaterThan(0);
    for (const row of rows)
      expect(
        row.filter((cell) => cell !== ''),
        actor,
      ).toHaveLength(4);
  }
});

test('docs/threat-model.md has each of the twenty-five defects that products of this kind have had', () => {
  expect(defects.map(([number]) => Number(number))).toEqual(Array.from({ length: 25 }, (_, index) => index + 1));
});
