import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { generateKeys } from '#adapters/keys/generate.ts';
import { createGuardWorld } from '#test/build/guard-world.ts';
import { checkSharedKey } from './check-files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hallpass-check-'));
  generateKeys(folder);
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A policy by which writes to Secrets can be held, or none. */
const policy = (holdsSecrets: boolean) => {
  const { settings } = createGuardWorld();
  const kinds = holdsSecrets ? settings.kinds : settings.kinds.filter(({ name }) => name !== 'change');
  return { ok: true as const, value: { settings: { ...settings, kinds } } as never };
};

test('the key by which Secrets are held is missed where a policy holds them, by guards and workers', () => {
  for (const role of ['guard', 'worker', 'all', 'bot'] as const)
    expect(checkSharedKey(folder, role, policy(true))).toEqual([]);
  rmSync(join(folder, 'shared'), { recursive: true });
  for (const role of ['guard', 'worker', 'all'] as const)
    expect(checkSharedKey(folder, role, policy(true))).toEqual([
      { type: 'wrong', text: expect.stringContaining(`There is no "${join(folder, 'shared/secrets.key')}"`) },
    ]);
  for (const role of ['bot', 'watcher'] as const) expect(checkSharedKey(folder, role, policy(true))).toEqual([]);
  expect(checkSharedKey(folder, 'guard', policy(false))).toEqual([]);
});

test('one that is no key is told, whatever the policy holds', () => {
  writeFileSync(join(folder, 'shared/secrets.key'), 'no key');
  expect(checkSharedKey(folder, 'worker', policy(false))).toEqual([
    { type: 'wrong', text: expect.stringContaining('something else than one key') },
  ]);
});
