import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { renderSchemas } from '#adapters/files/policy-schemas.ts';
import { withFolder } from '#test/build/folder.ts';
import { edited, policyFiles } from '#test/build/policy-files.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const rules = policyFiles['rules.yaml'];
const example = join(root, 'manifests/policy');

type Said = { readonly status: number; readonly out: string; readonly error: string };

/** `hallpass policy …` as somebody types it. */
const hallpass = (...words: readonly string[]): Promise<Said> =>
  new Promise((resolve) => {
    execFile(process.execPath, [join(root, 'src/cli.ts'), 'policy', ...words], (fault, out, error) =>
      resolve({ status: fault === null ? 0 : Number(fault.code), out, error }),
    );
  });
const check = (files: Readonly<Record<string, string>>): Promise<Said> =>
  withFolder({ ...policyFiles, ...files }, (folder) => hallpass('check', folder));

describe('hallpass policy check', () => {
  it('has nothing to warn of in the example', async () => {
    const said = await hallpass('check', example);
    expect(said).toMatchObject({ status: 0, error: '' });
    expect(said.out).not.toContain('Warning');
  });

  const shopOnly = rules.slice(0, rules.indexOf('  - name: bank'));

  it.each([
    [
      'a rule that never decides',
      rules,
      [
        'rules.yaml:15: the rule "bank" never decides: "shop" above it speaks of all that it speaks of, and lets the same people ask. Put it above that one, or take it out.',
      ],
    ],
    [
      'a group that nothing names',
      edited(shopOnly, 'groups:\n', 'groups:\n  auditors: [U02DAVE]\n'),
      ['rules.yaml:3: nothing names the group "auditors". Use it in a rule, or take it out.'],
    ],
    [
      'what no rule speaks of',
      `${shopOnly}    match: { profiles: [ingresses] }\n`,
      [
        'profiles.yaml:2: no rule speaks of "ingress-view" (access), so nobody can ask for it. Name it in a rule, or take it out.',
        'open.yaml:2: no rule speaks of "pods-to-pods" (open), so nobody can ask for it. Name it in a rule, or take it out.',
      ],
    ],
    [
      'what is protected and nobody can ask for',
      `${shopOnly}protect:\n  - name: shop\n    namespaces: [shop]\n    resources: [ingresses]\n`,
      [
        'rules.yaml:16: each direct write to ingresses that "shop" protects is refused: no rule lets anybody ask for them there. Such writes are for good, so a rule that speaks of them needs "permanent: true", and "kubectl" under its "match.sources" where it names any.',
      ],
    ],
  ])('warns of %s, with file and line, and is content', async (_, text, warnings) => {
    const { status, out, error } = await check({ 'rules.yaml': text });
    expect({ status, error }).toEqual({ status: 0, error: '' });
    expect(out.split('\n').flatMap((line) => (line.startsWith('Warning: ') ? [line.slice(9)] : []))).toEqual(warnings);
  });

  it('names problems on stderr and is not content', async () => {
    const said = await check({ 'open.yaml': 'openings: all\n' });
    expect(said).toMatchObject({ status: 1, out: '' });
    expect(said.error).toContain('open.yaml:1: "openings":');
  });

  it.each([[['check']], [['check', 'a', 'b']], [['inspect', '.']], [[]]])('says how it is used: %j', async (words) => {
    const said = await hallpass(...words);
    expect(said).toMatchObject({ status: 2, out: '' });
    expect(said.error).toContain('policy check <folder>');
  });
});

describe('hallpass policy schema', () => {
  const somewhere = async (): Promise<string> => {
    const folder = await mkdtemp(join(tmpdir(), 'hallpass-test-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    return folder;
  };

  it('writes the schemas into a folder that need not be there', async () => {
    const folder = join(await somewhere(), 'policy', 'schemas');
    expect(await hallpass('schema', folder)).toMatchObject({ status: 0, error: '' });
    expect((await readdir(folder)).toSorted()).toEqual([...renderSchemas().keys()].toSorted());
    expect(await readFile(join(folder, 'rules.json'), 'utf8')).toBe(renderSchemas().get('rules.json'));
  });

  it('says what is in its way', async () => {
    const file = join(await somewhere(), 'taken');
    await writeFile(file, '');
    const said = await hallpass('schema', file);
    expect(said).toMatchObject({ status: 1, out: '' });
    expect(said.error).toMatch(/taken\/rules\.json cannot be written \((EEXIST|ENOTDIR).*Name a folder/);
  });
});
