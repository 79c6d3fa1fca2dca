import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '#test/contract/parts/operator.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hallpass-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the command line', () => {
  it('checks a policy', async () => {
    expect(await runCli(['policy', 'check', 'manifests/policy'])).toMatchObject({
      status: 0,
      out: expect.stringContaining('3 rules'),
      errors: '',
    });
    expect(await runCli(['policy', 'check', folder])).toMatchObject({
      status: 1,
      out: '',
      errors: expect.stringContaining('rules.yaml'),
    });
  });

  it('makes keys once', async () => {
    const keys = join(folder, 'keys');
    expect(await runCli(['keys', 'generate', keys])).toMatchObject({
      status: 0,
      out: expect.stringContaining('bot.key'),
    });
    expect(await runCli(['keys', 'generate', keys])).toMatchObject({
      status: 1,
      errors: expect.stringContaining('is there already'),
    });
  });

  it('writes manifests', async () => {
    const ran = await runCli(['manifests', 'manifests/policy', folder]);
    expect(ran).toMatchObject({ status: 0, out: expect.stringContaining('manifests/worker/base.yaml'), errors: '' });
  });

  it.each([
    [[]],
    [['policy']],
    [['policy', 'check']],
    [['policy', 'tests', 'x']],
    [['keys', 'generate', 'a', 'b']],
    [['x']],
    [['help', 'me']],
  ])('shows its usage for %j', async (words) => {
    expect(await runCli(words)).toMatchObject({
      status: 2,
      out: '',
      errors: expect.stringMatching(/^hallpass <command>/),
    });
  });

  it.each(['help', '--help'])('shows its usage for %s', async (word) => {
    expect(await runCli([word])).toMatchObject({
      status: 0,
      out: expect.stringMatching(/^hallpass <command>/),
      errors: '',
    });
  });
});
