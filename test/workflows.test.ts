import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { problemsOfWorkflow, workflow } from '#test/image/workflow.ts';

const root = join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const open = (name: string) => workflow.parse(parse(read(`.github/workflows/${name}.yml`)));
const [ci, release] = [open('ci'), open('release')];
const image = release.jobs.image;
const stepsOf = (uses: string) => (image?.steps ?? []).filter((step) => step.uses?.startsWith(`${uses}@`));

test('each workflow gives no right that it does not have to, and uses nothing that can become something else unseen', () => {
  const files = globSync('.github/workflows/*', { cwd: root });
  expect(files.toSorted()).toEqual(['.github/workflows/ci.yml', '.github/workflows/release.yml']);
  for (const file of files) expect([file, problemsOfWorkflow(parse(read(file)))]).toEqual([file, []]);
});

test.each<[string, string, string, string]>([
  ['rights for all jobs', 'permissions: {}', 'permissions: { contents: write }', 'gives rights to all'],
  ['no word of rights', 'permissions: {}\n', '', 'gives rights to all'],
  ['all rights', '    permissions:\n      contents: read\n', '    permissions: write-all\n', 'jobs.test.permissions'],
  ['a job without its rights', '    permissions:\n      contents: read\n', '', 'does not say its rights'],
  ['a job without an end', '    timeout-minutes: 60\n', '', 'may run for six hours'],
  ['an action of a branch', 'actions/setup-node@v6', 'actions/setup-node@main', 'uses actions/setup-node@main'],
  ['an action of somebody', 'actions/setup-node@v6', 'somebody/setup-node@v6', 'uses somebody/setup-node@v6'],
  ['a token that is left', 'persist-credentials: false', 'persist-credentials: true', 'leaves its token'],
  ['a name in a script', 'run: npm cit', `run: echo \${{ github.head_ref }} && npm cit`, 'puts an expression'],
  ['the code of others', '  pull_request:\n', '  pull_request_target:\n', 'what others wrote'],
])('%s is found', (_, from, to, words) => {
  const text = read('.github/workflows/ci.yml');
  expect(text).toContain(from);
  expect(problemsOfWorkflow(parse(text.replace(from, to)))).toContainEqual(expect.stringContaining(words));
});

describe('CI', () => {
  test('runs what everybody runs, for each change and before each release', () => {
    expect(Object.keys(ci.on).toSorted()).toEqual(['pull_request', 'push', 'workflow_call']);
    expect(ci.jobs.test?.steps.map(({ run }) => run).filter((run) => run !== undefined)).toEqual(['npm cit']);
    expect(read('.ci/run')).toContain('npm cit');
    expect(release.jobs.test?.uses).toBe('./.github/workflows/ci.yml');
  });

  test('writes nothing', () => {
    const rights = Object.values(ci.jobs).map(({ permissions }) => permissions);
    expect(rights).toEqual(rights.map(() => ({ contents: 'read' })));
    expect(JSON.stringify(ci)).not.toContain('secrets.');
  });

  test('starts the image as the manifests do: read-only, as their user, without a network', () => {
    const script = ci.jobs.image?.steps.map(({ run }) => run ?? '').join('') ?? '';
    for (const flag of ['--read-only', '--cap-drop=ALL', '--user=1000:1000', '--network=none'])
      expect(script).toContain(flag);
  });
});

describe('a release', () => {
  test('is of a tag, and of nothing that was not tested', () => {
    expect(Object.keys(release.on)).toEqual(['push']);
    expect(release.on.push).toEqual({ tags: expect.any(Array) });
    expect(image?.needs).toBe('test');
    expect(release.jobs.packages?.needs).toBe('image');
  });

  test('writes where it has to: the image and what is said of it, and the release', () => {
    expect(Object.fromEntries(Object.entries(release.jobs).map(([name, job]) => [name, job.permissions]))).toEqual({
      test: { contents: 'read' },
      image: { contents: 'read', packages: 'write', 'id-token': 'write', attestations: 'write' },
      packages: { contents: 'write' },
    });
  });

  test('is for both architectures, with what is in it and how it was made', () => {
    const [build, ...others] = stepsOf('docker/build-push-action');
    expect(others).toEqual([]);
    expect(build?.with).toMatchObject({
      platforms: 'linux/amd64,linux/arm64',
      push: true,
      sbom: true,
      provenance: 'mode=max',
    });
    expect(String(build?.with?.tags)).not.toContain('latest');
    for (const arg of ['VERSION', 'REVISION']) {
      expect(String(build?.with?.['build-args'])).toContain(`${arg}=`);
      expect(read('Dockerfile')).toMatch(new RegExp(`^ARG ${arg}=`, 'm'));
    }
    expect(stepsOf('actions/attest-build-provenance')[0]?.with).toMatchObject({
      'subject-digest': `\${{ steps.${build?.id}.outputs.digest }}`,
      'push-to-registry': true,
    });
  });

  test('is signed by its digest, and verified as docs/image.md says it', () => {
    const signing = (image?.steps ?? []).find(({ run }) => run?.includes('cosign sign'));
    expect(signing?.run).toMatch(/^cosign sign --yes --recursive "\$IMAGE@\$DIGEST"\n/);
    const issuer = 'https://token.actions.githubusercontent.com';
    expect(signing?.run).toContain(`cosign verify --certificate-identity "$WHO" --certificate-oidc-issuer ${issuer}`);
    expect(signing?.env?.WHO).toBe(
      `https://github.com/\${{ github.repository }}/.github/workflows/release.yml@\${{ github.ref }}`,
    );
    const told = read('docs/image.md');
    expect(told).toContain('/.github/workflows/release.yml@refs/tags/v');
    expect(told).toContain(`--certificate-oidc-issuer ${issuer}`);
  });

  test('goes where the manifests look for it', () => {
    const { version } = JSON.parse(read('package.json'));
    expect(read('manifests/base/bot/deployment.yaml')).toContain(`ghcr.io/hallpass/hallpass:${version}`);
    expect(release.env.IMAGE).toBe(`ghcr.io/\${{ github.repository }}`);
  });
});

test('what is a tag now is given a digest by Renovate, which leaves packages alone', () => {
  const { extends: presets, enabledManagers } = JSON.parse(read('.github/renovate.json'));
  expect(presets).toEqual(expect.arrayContaining(['docker:pinDigests', 'helpers:pinGitHubActionDigests']));
  expect(enabledManagers).toEqual(['dockerfile', 'github-actions']);
});
