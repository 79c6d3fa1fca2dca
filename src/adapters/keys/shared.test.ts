import { createHmac } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { generateKeys } from './generate.ts';
import { loadMark } from './shared.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hallpass-shared-'));
  file = join(folder, 'shared/secrets.key');
});
afterEach(() => rmSync(folder, { recursive: true }));

const problem = (): string => {
  const mark = loadMark(folder);
  return mark.ok ? 'none' : mark.error;
};

describe('the key that guards and workers share', () => {
  test('is made with the others, for its owner alone, and marks by HMAC-SHA-256', () => {
    expect(generateKeys(folder)).toMatchObject({ ok: true, value: expect.arrayContaining([file]) });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const mark = loadMark(folder);
    const key = Buffer.from(readFileSync(file, 'utf8'), 'base64');
    expect(key).toHaveLength(32);
    expect(mark.ok && mark.value?.('grün')).toBe(createHmac('sha256', key).update('grün').digest('hex'));
  });

  test('is added to a folder from before there was one, and never overwritten', () => {
    generateKeys(folder);
    const before = readFileSync(file, 'utf8');
    rmSync(file);
    expect(generateKeys(folder)).toEqual({ ok: true, value: [file] });
    const anew = readFileSync(file, 'utf8');
    expect(anew).not.toBe(before);
    expect(generateKeys(folder).ok).toBe(false);
    expect(readFileSync(file, 'utf8')).toBe(anew);
  });

  test('may be missing: then no Secret is held', () => {
    expect(loadMark(folder)).toEqual({ ok: true, value: undefined });
  });

  test.each(['', 'AAAA', `${'A'.repeat(43)}`, `${'A'.repeat(42)}!=`, `${'A'.repeat(43)}=\n${'B'.repeat(43)}=`])(
    'is not one of %j',
    (text) => {
      mkdirSync(join(folder, 'shared'));
      writeFileSync(file, text);
      expect(problem()).toContain('something else than one key of 32 bytes in base64');
      expect(problem()).not.toContain('AAAA');
    },
  );

  test('that cannot be read is told', () => {
    mkdirSync(file, { recursive: true });
    expect(problem()).toContain('cannot be read (EISDIR)');
  });
});
