import { describe, expect, test } from 'vitest';
import { exportEndLine, exportedLine } from '#domain/request/exported.ts';
import { err, ok } from '#domain/result.ts';
import { id } from '#test/build/people.ts';
import { type FileLine, type InExport, readExport } from './read-export.ts';

const one = id();
const two = id('aaaa-bb');
const entry = (request = one, version = 1): string => exportedLine(request, version, `entry ${version} of ${request}`);
const end = (requests: number, entries: number): string =>
  exportEndLine({ at: '2026-11-20T12:00:00Z', requests, entries });
const log = (request: typeof one, ...versions: readonly number[]): InExport => ({
  type: 'log',
  request,
  lines: versions.map((version) => `entry ${version} of ${request}`),
});

async function* lines(texts: readonly (string | FileLine['text'])[]): AsyncGenerator<FileLine> {
  for (const [index, text] of texts.entries())
    yield { number: index + 1, text: typeof text === 'string' ? ok(text) : text };
}
const read = (...texts: readonly (string | FileLine['text'])[]): Promise<readonly InExport[]> =>
  Array.fromAsync(readExport(lines(texts)));

test('the logs of an export come one by one, in its order', async () => {
  expect(await read(entry(one, 1), entry(one, 2), entry(two, 1), end(2, 3))).toEqual([log(one, 1, 2), log(two, 1)]);
  expect(await read(end(0, 0))).toEqual([]);
});

test('empty lines are nothing', async () => {
  expect(await read('', entry(), ' ', end(1, 1), '')).toEqual([log(one, 1)]);
});

describe('what makes that an export cannot be taken for whole is told', () => {
  const missing = { type: 'problem', why: 'its last line is missing: it was cut, or was not written to its end' };

  test('nothing in it', async () => {
    expect(await read()).toEqual([{ type: 'problem', why: 'it is empty' }]);
  });

  test('its end cut off, between lines or within one', async () => {
    expect(await read(entry())).toEqual([log(one, 1), missing]);
    expect(await read(entry(), entry(one, 2).slice(0, 20))).toEqual([
      { type: 'problem', line: 2, why: 'it is not JSON' },
      log(one, 1),
      missing,
    ]);
  });

  test('lines taken out, added, or behind its end', async () => {
    expect(await read(entry(), end(1, 2))).toEqual([
      log(one, 1),
      {
        type: 'problem',
        why: 'its last line says 1 requests with 2 entries, and there are 1 with 1: something was added or taken out',
      },
    ]);
    expect(await read(end(0, 0), entry())).toEqual([
      { type: 'problem', line: 2, why: 'it stands behind the last line of an export' },
    ]);
  });

  test('a request in two places', async () => {
    expect(await read(entry(one, 1), entry(two, 1), entry(one, 2), end(2, 3))).toMatchObject([
      log(one, 1),
      log(two, 1),
      log(one, 2),
      { type: 'problem' },
    ]);
  });

  test('lines that are too long, no text, or other JSON, which stop nothing', async () => {
    expect(await read(entry(), err('it is not text in UTF-8'), '{"a":1}', end(1, 1))).toEqual([
      { type: 'problem', line: 2, why: 'it is not text in UTF-8' },
      { type: 'problem', line: 3, why: 'it is no entry of a request’s log' },
      log(one, 1),
    ]);
  });
});

test.each([['{"a":1}'], ['apiVersion: v1'], [err('it is not text in UTF-8')]])(
  'a file that begins with %j is no export, and is read no further',
  async (first) => {
    expect(await read(first, entry(), end(1, 1))).toMatchObject([{ type: 'foreign', line: 1 }]);
  },
);
