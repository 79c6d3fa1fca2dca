import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { forbiddenImports, importsOf, sourceFiles } from '#test/layers.ts';

const root = new URL('..', import.meta.url).pathname;

/** Each leak, by the file it is planted in; the linter has to name that file with that rule. */
const leaks: [file: string, rule: string, source: string][] = [
  ['src/domain/to-adapters.ts', 'noRestrictedImports', "export { a } from '#adapters/redis/a.ts';"],
  ['src/domain/to-kinds.ts', 'noRestrictedImports', "export type { a } from '#kinds/a.ts';"],
  [
    'src/domain/to-node.ts',
    'noRestrictedImports',
    "import { readFileSync } from 'node:fs';\nexport const a = readFileSync;",
  ],
  ['src/domain/to-node-later.ts', 'noRestrictedImports', "export const a = () => import('node:fs');"],
  ['src/domain/to-package.ts', 'noRestrictedImports', "import pino from 'pino';\nexport const a = pino;"],
  ['src/domain/deep/up.ts', 'noRestrictedImports', "import { a } from '../plan.ts';\nexport const b = a;"],
  ['src/domain/deep/up-hidden.ts', 'noRestrictedImports', "import { a } from './../plan.ts';\nexport const b = a;"],
  ['src/domain/around.ts', 'noRestrictedImports', "import { a } from '#domain/../kinds/a.ts';\nexport const b = a;"],
  ['src/domain/down.ts', 'noRestrictedImports', "import { a } from './deep/a.ts';\nexport const b = a;"],
  ['src/domain/require.ts', 'noCommonJs', "export const a = require('node:fs');"],
  ['src/domain/date.ts', 'noRestrictedGlobals', 'export const a = () => new Date();'],
  ['src/domain/global-this.ts', 'noRestrictedGlobals', 'export const a = () => globalThis.fetch;'],
  ['src/domain/process.ts', 'noRestrictedGlobals', 'export const a = () => process.pid;'],
  ['src/domain/wait.ts', 'noRestrictedGlobals', 'export const a = () => setTimeout(() => {}, 1);'],
  ['src/domain/buffer.ts', 'noRestrictedGlobals', "export const a = () => Buffer.from('');"],
  ['src/domain/uuid.ts', 'noRestrictedGlobals', 'export const a = () => crypto.randomUUID();'],
  ['src/domain/now.ts', 'plugin', 'export const a = () => Temporal.Now.instant();'],
  ['src/domain/now-renamed.ts', 'plugin', 'const { Now } = Temporal;\nexport const a = Now;'],
  ['src/domain/random.ts', 'plugin', 'export const a = () => Math.random();'],
  ['src/domain/any.ts', 'noExplicitAny', 'export const a = (b: any) => b;'],
  ['src/domain/case.ts', 'useExhaustiveSwitchCases', exhaustive()],
  ['src/domain/floating.ts', 'noFloatingPromises', 'const a = async () => 1;\nexport const b = () => {\n  a();\n};'],
  ['src/domain/cycle-a.ts', 'noImportCycles', "import { b } from './cycle-b.ts';\nexport const a = () => b;"],
  ['src/domain/cycle-b.ts', 'noImportCycles', "import { a } from './cycle-a.ts';\nexport const b = () => a;"],
  ['src/kinds/open/now.ts', 'plugin', 'export const a = () => Temporal.Now.instant();'],
  ['src/kinds/open/to-use-cases.ts', 'noRestrictedImports', "export { a } from '#use-cases/a.ts';"],
  ['src/kinds/open/to-package.ts', 'noRestrictedImports', "export { parse } from 'yaml';"],
  ['src/kinds/change/to-node.ts', 'noRestrictedImports', "export { readFileSync } from 'node:fs';"],
  ['src/kinds/change/to-use-cases.ts', 'noRestrictedImports', "export { a } from '#use-cases/a.ts';"],
  ['src/kinds/open/fetch.ts', 'noRestrictedGlobals', "export const a = () => fetch('b');"],
  ['src/use-cases/to-adapters.ts', 'noRestrictedImports', "export { a } from '#adapters/slack/a.ts';"],
  ['src/use-cases/to-node.ts', 'noRestrictedImports', "export { createHash } from 'node:crypto';"],
  ['src/use-cases/date.ts', 'noRestrictedGlobals', 'export const a = () => Date.now();'],
  ['src/use-cases/test-leak.test.ts', 'noRestrictedImports', "export { a } from '#adapters/slack/a.ts';"],
  ['src/adapters/slack/to-redis.ts', 'noRestrictedImports', "export { a } from '#adapters/redis/a.ts';"],
  ['src/adapters/slack/to-redis.test.ts', 'noRestrictedImports', "export { a } from '#adapters/redis/a.ts';"],
  ['src/adapters/slack/to-main.ts', 'noRestrictedImports', "export { a } from '#src/config.ts';"],
  ['src/adapters/slack/to-local.ts', 'noRestrictedImports', "export { a } from '#local/slack/a.ts';"],
  ['src/adapters/redis/to-slack.ts', 'noRestrictedImports', "export const a = () => import('#adapters/slack/a.ts');"],
  ['src/adapters/threads/to-keys.ts', 'noRestrictedImports', "export { a } from '#adapters/keys/a.ts';"],
  ['src/adapters/brand-new/to-redis.ts', 'noRestrictedImports', "export { a } from '#adapters/redis/a.ts';"],
  ['src/main.ts', 'noRestrictedImports', "export { a } from '#local/slack/a.ts';"],
  ['src/config.ts', 'noRestrictedImports', "export { a } from './adapters/redis/a.ts';"],
  ['src/commands/to-local.ts', 'noRestrictedImports', "export { a } from '#local/slack/a.ts';"],
  ['src/commands/to-test.ts', 'noRestrictedImports', "export { a } from '#test/a.ts';"],
  ['src/local/slack/to-test.ts', 'noRestrictedImports', "export { a } from '#test/a.ts';"],
  ['test/up.ts', 'noRestrictedImports', "export { a } from '../src/a.ts';"],
];

const clean: [file: string, source: string][] = [
  ['src/domain/plan.ts', "import { z } from 'zod';\n\nexport const a = z.string();\n"],
  ['src/domain/deep/a.ts', "import { a } from '#domain/plan.ts';\n\nexport const b = [a, Math.max(1, 2)];\n"],
  [
    'src/domain/deep/b.ts',
    "import { b } from './a.ts';\n\nexport const c = Temporal.Duration.from({ hours: b.length });\n",
  ],
  [
    'src/domain/deep/b.test.ts',
    "import { expect, test } from 'vitest';\n\ntest('a', () => expect(Date.now()).toBe(1));\n",
  ],
  [
    'src/kinds/a.ts',
    "import { a } from '#domain/plan.ts';\nimport { b } from '#kinds/open/a.ts';\n\nexport const c = [a, b];\n",
  ],
  ['src/kinds/change/a.ts', "import { parse } from 'yaml';\n\nexport const a = parse;\n"],
  ['src/use-cases/a.ts', "import { a } from '#kinds/a.ts';\n\nexport const b = () => setTimeout(() => a, 1);\n"],
  [
    'src/adapters/slack/a.ts',
    "import { App } from '@slack/bolt';\nimport { a } from '#adapters/slack/b.ts';\n\nexport const b = [App, a];\n",
  ],
  [
    'src/cli.ts',
    "import { a } from '#adapters/redis/a.ts';\nimport { b } from './config.ts';\n\nexport const c = [a, b];\n",
  ],
  [
    'src/commands/a.ts',
    "import { a } from '#adapters/redis/a.ts';\nimport { b } from '#src/config.ts';\nimport { c } from './b.ts';\n\nexport const d = [a, b, c];\n",
  ],
  [
    'src/local/demo.ts',
    "import { a } from '#local/slack/a.ts';\nimport { b } from '#src/main.ts';\n\nexport const c = [a, b];\n",
  ],
];

function exhaustive(): string {
  return "export const a = (b: 'c' | 'd') => {\n  switch (b) {\n    case 'c':\n      return 1;\n  }\n};";
}

let folder = '';
let reported: Map<string, Set<string>>;

type Diagnostics = { diagnostics: { category: string; location: { path: string | { file: string } } }[] };

const lint = (): Map<string, Set<string>> => {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/@biomejs/biome/bin/biome'), 'lint', '--reporter=json', '--max-diagnostics=none', '.'],
    { cwd: folder, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  if (!stdout.startsWith('{')) throw new Error(`The linter did not run: ${stderr}`);
  const { diagnostics }: Diagnostics = JSON.parse(stdout);
  const rules = new Map<string, Set<string>>();
  for (const { category, location } of diagnostics) {
    const file = typeof location.path === 'string' ? location.path : location.path.file;
    const rule = category.split('/').at(-1) ?? category;
    rules.set(file, (rules.get(file) ?? new Set()).add(rule));
  }
  return rules;
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hallpass-layers-'));
  for (const file of ['biome.json', 'package.json', 'tsconfig.json', '.gitignore', 'test/pure.grit']) {
    cpSync(join(root, file), join(folder, file));
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const [file, source] of [...leaks.map(([file, , source]) => [file, source] as const), ...clean]) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), source);
  }
  reported = lint();
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true }));

test.for(leaks)('the linter reports %s by %s', ([file, rule]) => {
  expect([...(reported.get(file) ?? [])]).toContain(rule);
});

test.for(clean)('the linter accepts %s', ([file]) => {
  expect([...(reported.get(file) ?? [])]).toEqual([]);
});

test('type imports, template literals and require count as imports too', () => {
  const source = [
    "import a from 'one';",
    "import type { B } from 'two';",
    "import 'three';",
    "export * from 'four';",
    "const c = await import('five');",
    'const d = await import(`six`);',
    "type E = import('seven').E;",
    "const f = require('eight');",
    "import {\n  g,\n} from 'nine';",
    "const text = 'from nowhere';",
    "// import h from 'comment';",
  ].join('\n');
  expect(importsOf(source)).toEqual(['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine']);
});

test('what the linter does not see is held to the same table', () => {
  expect(forbiddenImports('src/domain/a.ts', "type A = import('#adapters/redis/a.ts').A;")).toEqual([
    '#adapters/redis/a.ts',
  ]);
  expect(forbiddenImports('src/domain/a.ts', 'const a = import(`node:fs`);')).toEqual(['node:fs']);
  expect(forbiddenImports('src/adapters/slack/a.ts', "const a = require('#adapters/redis/a.ts');")).toEqual([
    '#adapters/redis/a.ts',
  ]);
  expect(forbiddenImports('src/domain/deep/a.ts', "type A = import('./../a.ts').A;")).toEqual(['./../a.ts']);
  expect(forbiddenImports('src/main.ts', "type A = import('#local/a.ts').A;")).toEqual(['#local/a.ts']);
  for (const [file, source] of clean) expect(forbiddenImports(file, source)).toEqual([]);
});

test('no file of src or test imports what its layer may not', () => {
  const files = sourceFiles(root);
  expect(files.length).toBeGreaterThan(3);
  const forbidden = files.flatMap(({ file, source }) =>
    forbiddenImports(file, source).map((name) => `${file}: ${name}`),
  );
  expect(forbidden).toEqual([]);
});
