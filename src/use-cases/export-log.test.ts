import { expect, test } from 'vitest';
import { err, ok } from '#domain/result.ts';
import { id } from '#test/build/people.ts';
import { readThere } from './export-log.ts';

const [there, removed, emptied, foreign] = [id('k7m2-qx'), id('k7m2-q3'), id('k7m2-q4'), id('k7m2-q5')];

test('a log that was removed since it was listed is left out; one that is listed and gone is not', async () => {
  const lines = new Map([[there, ['a']]]);
  const log = {
    ids: async () => [there, emptied, foreign],
    read: async (one: typeof there) => (one === foreign ? err('it is no list') : ok(lines.get(one) ?? [])),
  };
  expect(await readThere(log, [there, removed, emptied, foreign])).toEqual([
    { id: there, read: ok(['a']) },
    { id: emptied, read: ok([]) },
    { id: foreign, read: err('it is no list') },
  ]);
});
