import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withFolder } from '#test/build/folder.ts';
import { runCli } from '#test/contract/parts/operator.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
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
    expect(ran).toMatchObject({
      status: 0,
      out: expect.stringContaining('manifests/base/worker/base.yaml'),
      errors: '',
    });
  });

  it('says nothing that a runner of jobs would take for a command, whatever files and objects are called', async () => {
    const role = (name: string): string =>
      `apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: "${name}"}\nrules: [{apiGroups: ["*"], resources: ["*"], verbs: ["*"]}]\n`;
    const files = {
      '::add-mask::x.yaml': role('::stop-commands::x'),
      'b.yaml': role('##vso[task.setvariable variable=ok]yes'),
      '::error::broken.yml': 'a: [',
    };
    await withFolder(files, async (repository) => {
      const wrong = await runCli(['check', '-f', '.'], {}, { cwd: repository });
      expect(wrong).toMatchObject({ status: 1, errors: expect.stringContaining('error::broken.yml:1') });
      const text = await runCli(['check', '-f', '::add-mask::x.yaml', '-f', 'b.yaml'], {}, { cwd: repository });
      expect(text).toMatchObject({ status: 5, out: expect.stringContaining('add-mask::x.yaml:4') });
      const json = await runCli(['check', '-f', 'b.yaml', '--output', 'json'], {}, { cwd: repository });
      expect(JSON.parse(json.out).findings[0].object).toBe('Role ##vso[task.setvariable variable=ok]yes');
      for (const { out, errors } of [wrong, text, json]) expect(out + errors).not.toMatch(/^\s*::|##\w*\[/m);
    });
  });

  it('does not end as if all was well when what it says could not be written', async () => {
    const line = `'${process.execPath}' src/cli.ts check --rules > /dev/full`;
    const full = spawnSync('sh', ['-c', line], { cwd: root, encoding: 'utf8' });
    expect(full).toMatchObject({
      status: 1,
      stderr: 'Standard output takes no more. What was written is not whole.\n',
    });
    const gone = `('${process.execPath}' src/cli.ts check --rules; echo $? >&2) | true`;
    expect(spawnSync('sh', ['-c', gone], { cwd: root, encoding: 'utf8' }).stderr).toBe('0\n');
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
