import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { visible } from '#domain/text.ts';
import { cell, csvRow } from './csv.ts';

/** Reads CSV by RFC 4180, to the letter. */
const parse = (csv: string): string[][] => {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < csv.length) {
    let field = '';
    if (csv[at] === '"') {
      for (at += 1; ; at += 1) {
        if (csv[at] === undefined) throw new Error('A quoted field does not end');
        if (csv[at] !== '"') field += csv[at];
        else if (csv[at + 1] === '"') {
          field += '"';
          at += 1;
        } else break;
      }
      at += 1;
    } else
      for (; at < csv.length && csv[at] !== ',' && csv[at] !== '\r'; at += 1) {
        if (csv[at] === '"' || csv[at] === '\n') throw new Error('It should be quoted');
        field += csv[at];
      }
    row.push(field);
    if (csv[at] === ',') at += 1;
    else if (csv.startsWith('\r\n', at)) {
      rows.push(row);
      row = [];
      at += 2;
    } else throw new Error(`Neither comma nor end of line: ${JSON.stringify(csv.slice(at, at + 5))}`);
  }
  return rows;
};

describe('a cell', () => {
  test.each([
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['he said "yes"', '"he said ""yes"""'],
    ['two\nlines', '"two\nlines"'],
    [' kept ', '" kept "'],
    ['', ''],
  ])('of %j is %j', (text, written) => {
    expect(cell(text)).toBe(written);
  });

  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '  =1', '＝1+1', '=HYPERLINK("http://x","y")'])(
    'of %j is no formula',
    (text) => {
      const [[read = ''] = []] = parse(`${cell(text)}\r\n`);
      expect(read.startsWith("'")).toBe(true);
    },
  );

  test('hides nothing', () => {
    expect(cell('a\u202eb\u200b')).toBe('a[U+202E]b[U+200B]');
  });

  test('is no longer than a spreadsheet takes, and says what it lacks', () => {
    const long = `${'x'.repeat(31_999)}😀${'y'.repeat(10_000)}`;
    const written = cell(long);
    expect(written.length).toBeLessThan(32_767);
    expect(written).toContain('[10002 more characters: --format jsonl has all]');
    expect(written.isWellFormed()).toBe(true);
    expect(written).not.toContain('[U+D83D]');
  });

  test('of any text is read again as it is, one cell in its row', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom('"', ',', '\r', '\n', '=', 'a', ' ', '\t') }),
    );
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), (texts) => {
        const rows = parse(csvRow(texts));
        expect(rows).toHaveLength(1);
        const [row = []] = rows;
        expect(row.map((one) => one.replace(/^'/, ''))).toEqual(
          texts.map((one) => visible(one.replace(/\t/g, '    ')).replace(/^'/, '')),
        );
        for (const one of row) expect(one).not.toMatch(/^\s*[=+\-@＝＋－＠\t\r]/);
      }),
    );
  });
});
