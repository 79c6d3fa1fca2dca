import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { createIgnored, readDockerfile } from '#test/image/dockerfile.ts';

const root = join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const dockerfile = readDockerfile(read('Dockerfile'));
const final = dockerfile.stages.at(-1);
const { optionalDependencies } = JSON.parse(read('package.json'));
const of = (name: string) => (final?.instructions ?? []).filter((one) => one.name === name);
const [command] = of('CMD');

describe('the Dockerfile', () => {
  test('builds with the Node of package.json, and ends in an image that has no shell', () => {
    const [version] = new Set(Object.values(optionalDependencies));
    expect(dockerfile.args.BUILD_IMAGE).toBe(`docker.io/library/node:${version}-trixie-slim`);
    expect(dockerfile.stages.slice(0, -1).every(({ from }) => from === dockerfile.args.BUILD_IMAGE)).toBe(true);
    expect(final?.from).toMatch(/^gcr\.io\/distroless\/cc-debian13:nonroot(@sha256:[0-9a-f]{64})?$/);
  });

  test('names every image by a tag or a digest, and a digest only as one', () => {
    for (const image of Object.values(dockerfile.args)) {
      expect(image).toMatch(/:[\w][\w.-]+(@sha256:[0-9a-f]{64})?$/);
      expect(image).not.toContain(':latest');
    }
  });

  test('runs nothing in the last stage, copies all of it from others, and adds nothing from elsewhere', () => {
    expect(of('RUN')).toEqual([]);
    expect(of('COPY').map(({ flags }) => flags.from)).toEqual(['node', 'app']);
    expect(dockerfile.stages.flatMap(({ instructions }) => instructions).filter(({ name }) => name === 'ADD')).toEqual(
      [],
    );
  });

  test('installs by the lockfile alone, and runs no script of a package', () => {
    const installs = dockerfile.stages
      .flatMap(({ instructions }) => instructions)
      .filter(({ name, text }) => name === 'RUN' && text.includes('npm'));
    expect(installs).toHaveLength(2);
    for (const { text } of installs) expect(text).toMatch(/^npm ci --omit=dev [^&]*--ignore-scripts( &&|$)/);
  });

  test('starts without a shell, as the user that the manifests name', () => {
    expect(command?.exec).toEqual(['node', '--max-semi-space-size=4', 'src/main.ts']);
    expect(of('ENTRYPOINT').map(({ exec }) => exec)).toEqual([[]]);
    expect(of('SHELL').concat(of('HEALTHCHECK'))).toEqual([]);
    const [user] = of('USER');
    for (const component of ['bot', 'worker', 'guard', 'watcher']) {
      const pods = parseAllDocuments(
        read(
          `manifests/${component === 'bot' || component === 'worker' ? 'base' : 'components'}/${component}/deployment.yaml`,
        ),
      )
        .map((document) => document.toJS())
        .filter(({ kind }) => kind === 'Deployment')
        .map(({ spec }) => spec.template.spec);
      expect(pods).toHaveLength(1);
      const [{ securityContext, containers }] = pods;
      expect(`${securityContext.runAsUser}:${securityContext.runAsGroup}`).toBe(user?.text);
      expect(securityContext.runAsUser).toBeGreaterThan(0);
      // What a manifest calls itself has to be there, without a shell.
      for (const { command: own, args } of containers)
        if (own !== undefined || args !== undefined) expect([...(own ?? []), ...(args ?? [])][0]).toBe('node');
    }
  });

  test('says of the image what it is, with the licence of the package', () => {
    const labels = of('LABEL')
      .map(({ text }) => text)
      .join(' ');
    for (const name of ['title', 'description', 'licenses="Apache-2.0"', 'source', 'version="$', 'revision="$'])
      expect(labels).toContain(`org.opencontainers.image.${name}`);
    expect(JSON.parse(read('package.json')).license).toBe('Apache-2.0');
  });
});

test.each([
  ['src/main.ts', false],
  ['package.json', false],
  ['.npmrc', false],
  ['src/config.test.ts', true],
  ['src/domain/policy/window.test.ts', true],
  ['src/local/demo.ts', true],
  ['.env', true],
  ['keys/bot.key', true],
  ['node_modules/zod/package.json', true],
  ['test/run.ts', true],
  ['.git/config', true],
])('what .dockerignore makes of %s: left out is %s', (path, isLeftOut) => {
  expect(createIgnored(read('.dockerignore'))(path)).toBe(isLeftOut);
});
