import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { generateKeys } from './generate.ts';
import { foreignKeyFiles, openKeyFiles } from './modes.ts';

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'hallpass-modes-')), 'keys');
  generateKeys(folder);
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true }));

/** Somebody whom the files do not belong to, as a pod's user whose keys are mounted from a Secret. */
const another = (process.getuid?.() ?? 0) + 1;

describe('the files of keys', () => {
  it('are closed as they are made', () => {
    expect(openKeyFiles(folder)).toEqual([]);
  });

  it.each([
    ['bot.key', 0o640],
    ['worker.key', 0o604],
    ['journal.key', 0o666],
    ['shared/secrets.key', 0o644],
  ])('%s is named when its mode is %o', (name, mode) => {
    chmodSync(join(folder, name), mode);
    const path = join(folder, name);
    expect(openKeyFiles(folder)).toEqual([
      `Key file "${path}" is open to others (mode ${mode.toString(8)}): chmod 600 ${path}`,
    ]);
  });

  it('may be read by the group of a pod that does not own them, though not written, nor read by all', () => {
    chmodSync(join(folder, 'bot.key'), 0o440);
    expect(openKeyFiles(folder, another)).toEqual([]);
    chmodSync(join(folder, 'bot.key'), 0o444);
    expect(openKeyFiles(folder, another)).toHaveLength(1);
    chmodSync(join(folder, 'bot.key'), 0o460);
    expect(openKeyFiles(folder, another)).toHaveLength(1);
  });

  it.each([
    ['the folder', '', 0o777],
    ['a folder in which nobody can replace what is another’s, but add to it', 'trusted', 0o1777],
    ['the folder of a group', 'trusted', 0o775],
    ['the folder of what is shared', 'shared', 0o775],
  ])('are not to be added to: %s', (_, name, mode) => {
    chmodSync(join(folder, name), mode);
    expect(openKeyFiles(folder)).toEqual([
      `Others may write to "${join(folder, name)}" (mode ${(mode & 0o777).toString(8)}), and so have keys of their own trusted: chmod go-w ${join(folder, name)}`,
    ]);
  });

  it('that are not there are not named', () => {
    expect(openKeyFiles('/nowhere')).toEqual([]);
    expect(foreignKeyFiles('/nowhere', ['bot'])).toEqual([]);
  });

  it('of the other process are named', () => {
    expect(foreignKeyFiles(folder, ['bot', 'worker'])).toEqual([]);
    expect(foreignKeyFiles(folder, ['guard'])).toHaveLength(2);
    expect(foreignKeyFiles(folder, ['watcher'])).toEqual([
      expect.stringContaining('bot.key" belongs to the other'),
      expect.stringContaining('worker.key" belongs to the other'),
      expect.stringContaining('shared/secrets.key" belongs to the other'),
    ]);
    expect(foreignKeyFiles(folder, ['worker'])).toEqual([expect.stringContaining('bot.key" belongs to the other')]);
    expect(foreignKeyFiles(folder, ['bot'])).toEqual([
      expect.stringContaining('worker.key" belongs to the other'),
      expect.stringContaining('shared/secrets.key" belongs to the other'),
    ]);
  });
});
