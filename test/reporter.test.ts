import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = new URL('..', import.meta.url).pathname;

type Ended = { code: number | null; lastLine: string; output: string };

const runNode = (folder: string, command: string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> =>
  new Promise((resolve, reject) => {
    // The inner run must not believe that it is a worker of the outer one.
    const inherited = Object.entries(process.env).filter(
      ([name]) => !/^(VITEST|HALLPASS|NODE_OPTIONS|TEST$)/.test(name),
    );
    const child = spawn(process.execPath, command, {
      cwd: folder,
      env: { ...Object.fromEntries(inherited), NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output: string[] = [];
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      output.push(text);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => output.push(text));
    child.once('error', reject);
    child.once('close', (code) =>
      resolve({ code, lastLine: stdout.trimEnd().split('\n').at(-1) ?? '', output: output.join('') }),
    );
  });

/** Runs a command in a project of its own that holds these files. */
const inProject = async (files: Record<string, string>, work: (folder: string) => Promise<Ended>): Promise<Ended> => {
  const folder = mkdtempSync(join(tmpdir(), 'hallpass-reporter-'));
  try {
    for (const file of [
      'package.json',
      'biome.json',
      'tsconfig.json',
      '.gitignore',
      'test/pure.grit',
      'test/run.ts',
      'test/reporter.ts',
      'src/local/parts/files.ts',
    ]) {
      cpSync(join(root, file), join(folder, file));
    }
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    for (const [file, source] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), source);
    }
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const config = (more = '') =>
  `import { defineConfig } from 'vitest/config';
export default defineConfig({ test: { name: 'pure', include: ['**/*.planted.ts'], reporters: ['default', './test/reporter.ts'], ${more} } });\n`;

const vitest = (planted: Record<string, string>, more = ''): Promise<Ended> => {
  const files = Object.fromEntries(Object.entries(planted).map(([name, source]) => [name, `${head}${source}\n`]));
  return inProject({ 'vitest.config.ts': config(more), ...files }, (folder) =>
    runNode(folder, ['node_modules/vitest/vitest.mjs', 'run']),
  );
};

const head = "import { afterAll, beforeAll, describe, expect, test } from 'vitest';\n";
const good = "test('good', () => expect(1).toBe(1));";

describe.concurrent('the reporter tells the truth about', { timeout: 60_000 }, () => {
  const cases: [name: string, planted: Record<string, string>, line: string, more?: string][] = [
    ['a run in which all is well', { 'a.planted.ts': good }, '1 passed, 0 failed'],
    ['a failing test', { 'a.planted.ts': `${good}\ntest('bad', () => expect(1).toBe(2));` }, '1 passed, 1 failed'],
    ['a skipped test', { 'a.planted.ts': `${good}\ntest.skip('later', () => {});` }, '1 passed, 0 failed'],
    [
      'a failing beforeAll',
      {
        'a.planted.ts': `describe('b', () => { beforeAll(() => { throw new Error('c'); });\n${good}\n});`,
        'b.planted.ts': good,
      },
      '1 passed, 1 failed',
    ],
    [
      'a failing afterAll',
      { 'a.planted.ts': `afterAll(() => { throw new Error('b'); });\n${good}` },
      '1 passed, 1 failed',
    ],
    [
      'a file that throws while loading',
      { 'a.planted.ts': "throw new Error('b');", 'b.planted.ts': good },
      '1 passed, 1 failed',
    ],
    ['a file that does not parse', { 'a.planted.ts': 'const a = ;', 'b.planted.ts': good }, '1 passed, 1 failed'],
    [
      'an unhandled rejection',
      { 'a.planted.ts': `${good}\nvoid Promise.reject(new Error('b'));` },
      '1 passed, 1 failed',
    ],
    ['no tests at all', {}, '0 passed, 1 failed'],
    ['a file without a test', { 'a.planted.ts': 'export const a = 1;' }, '0 passed, 1 failed'],
    [
      'a failing global teardown',
      { 'a.planted.ts': good, 'global.ts': "export const teardown = () => { throw new Error('b'); };" },
      '1 passed, 1 failed',
      "globalSetup: './global.ts'",
    ],
    [
      'a failing global setup',
      { 'a.planted.ts': good, 'global.ts': "export const setup = () => { throw new Error('b'); };" },
      '0 passed, 1 failed',
      "globalSetup: './global.ts'",
    ],
    [
      'a worker that dies',
      { 'a.planted.ts': "test('b', () => process.kill(process.pid, 'SIGKILL'));" },
      '0 passed, 2 failed',
    ],
  ];

  test.for(cases)('%s', async ([, planted, line, more]) => {
    const { code, lastLine, output } = await vitest(planted, more);
    expect(lastLine, output).toBe(line);
    expect(code === 0).toBe(line.endsWith(' 0 failed'));
  });
});

describe.concurrent('the whole run', { timeout: 60_000 }, () => {
  const run = (files: Record<string, string>, minutes: string): Promise<Ended> =>
    inProject(
      {
        'vitest.config.ts': config(),
        'src/local/page/tsconfig.json': '{ "files": ["a.js"] }\n',
        'src/local/page/a.js': '',
        ...files,
      },
      (folder) => runNode(folder, ['test/run.ts', '--quick'], { HALLPASS_TEST_MINUTES: minutes }),
    );

  test('gives up on an endless loop, says so and counts it as a failure', async () => {
    const loop = `${head}${good}\ntest('endless', () => { for (;;); });\n`;
    const { code, lastLine, output } = await run({ 'a.planted.ts': loop }, '0.08');
    expect(output).toContain('Gave up after 0.08 minutes');
    expect(lastLine).toMatch(/^\d+ passed, [1-9]\d* failed$/);
    expect(code).toBe(1);
  });

  test('counts an ill-formatted file, a lint error and a type error as one failure each', async () => {
    const wrong = 'export const a: number =    "b" as any\n';
    const { code, lastLine, output } = await run(
      { 'a.planted.ts': `${head}${good}\n`, 'src/wrong.ts': `${wrong}export const b: string = 1;\n` },
      '1',
    );
    expect(lastLine, output).toBe('1 passed, 3 failed');
    expect(code).toBe(1);
  });
});
