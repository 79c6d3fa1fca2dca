import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { keepIn } from '#local/slack/keep.ts';
import { createWorkspace } from '#local/slack/workspace.ts';

const folder = mkdtempSync(join(tmpdir(), 'hallpass-keep-'));
const file = join(folder, 'slack');
afterEach(() => rmSync(file, { force: true }));

test('what was said is there after a restart', async () => {
  const before = createWorkspace();
  const stop = keepIn(file, before);
  await before.as('U0ALICE').say('hello there', { channel: 'general' });
  stop();
  const after = createWorkspace();
  keepIn(file, after)();
  expect(
    after
      .as('U0BOB')
      .readChannel('general')
      .map(({ shown }) => shown),
  ).toEqual(['hello there']);
});

test('a file that cannot be read is as none', () => {
  writeFileSync(file, 'nonsense');
  const workspace = createWorkspace();
  keepIn(file, workspace)();
  expect(workspace.as('U0BOB').readChannel('general')).toEqual([]);
});
