/**
 * The command behind `npm test`, and with `--quick` behind `npm run check`: format, lint, types, tests.
 *
 * Further arguments go to vitest (`npm test -- test/stories/access.test.ts`). The last line is `N passed, N failed`, in
 * which format, lint, types and the fetching of the real parts count as one each.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from '#local/parts/files.ts';
import { type Counts, countsFileVariable, lastLine, printNow } from '#test/reporter.ts';

const root = new URL('..', import.meta.url).pathname;
const quick = process.argv.includes('--quick');
const forVitest = process.argv.slice(2).filter((argument) => argument !== '--quick');
const minutes = Number(process.env.HALLPASS_TEST_MINUTES ?? (quick ? 5 : 40));

type Outcome = { ok: boolean; milliseconds: number };
let running: ChildProcess | undefined;

/** Ends the running command with everything it started; an endless loop in a test answers to nothing less. */
const killRunning = (): void => {
  if (running?.pid === undefined) return;
  try {
    process.kill(-running.pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
};

/** What Node has made of each module: the tests start hundreds of processes, each of which would compile the same again. */
const compiled = join(cacheFolder(process.env), 'compiled');

/** Runs a command of this project in a process group of its own; `quiet` shows what it said only when it fails. */
const run = (command: string[], options: { quiet: boolean; env?: NodeJS.ProcessEnv }): Promise<Outcome> =>
  new Promise((resolve) => {
    const start = performance.now();
    const chunks: Buffer[] = [];
    const child = spawn(process.execPath, command, {
      cwd: root,
      detached: true,
      env: { NODE_COMPILE_CACHE: compiled, ...process.env, ...options.env },
      stdio: ['ignore', options.quiet ? 'pipe' : 'inherit', options.quiet ? 'pipe' : 'inherit'],
    });
    running = child;
    child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
    const settle = (ok: boolean): void => {
      if (!ok && options.quiet) process.stdout.write(Buffer.concat(chunks));
      resolve({ ok, milliseconds: performance.now() - start });
    };
    child.once('error', (error) => {
      chunks.push(Buffer.from(`${error.message}\n`));
      settle(false);
    });
    child.once('close', (code) => settle(code === 0));
  });

const total: Counts = { passed: 0, failed: 0, skipped: 0 };

const report = (name: string, { ok, milliseconds }: Outcome): void => {
  printNow(`${ok ? '✓' : '✗'} ${name.padEnd(7)} ${(milliseconds / 1000).toFixed(1)} s`);
};

/** Runs the commands of one step, all of them even if one fails, and counts the step as one. */
const step = async (name: string, commands: string[][], quiet = true): Promise<boolean> => {
  const outcome: Outcome = { ok: true, milliseconds: 0 };
  for (const command of commands) {
    const { ok, milliseconds } = await run(command, { quiet });
    outcome.ok &&= ok;
    outcome.milliseconds += milliseconds;
  }
  total[outcome.ok ? 'passed' : 'failed'] += 1;
  report(name, outcome);
  return outcome.ok;
};

const readCounts = (file: string): Counts => {
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  printNow('The tests ended without saying how they went.');
  return { passed: 0, failed: 1, skipped: 0 };
};

const tests = async (pureOnly: boolean): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'hallpass-tests-'));
  const file = join(folder, 'counts.json');
  const selection = pureOnly ? ['--project', 'pure', '--project', 'domain'] : [];
  const command = ['node_modules/vitest/vitest.mjs', 'run', ...selection, ...forVitest];
  const outcome = await run(command, { quiet: false, env: { [countsFileVariable]: file } });
  const counts = readCounts(file);
  rmSync(folder, { recursive: true });
  if (!outcome.ok && counts.failed === 0) counts.failed = 1;
  total.passed += counts.passed;
  total.failed += counts.failed;
  report('tests', { ...outcome, ok: counts.failed === 0 });
  if (counts.skipped > 0) printNow(`  ${counts.skipped} skipped`);
};

const finish = (): never => {
  if (total.passed + total.failed === 0) total.failed = 1;
  printNow(lastLine(total));
  process.exit(total.failed === 0 ? 0 : 1);
};

const giveUp = (reason: string): never => {
  killRunning();
  printNow(reason);
  total.failed += 1;
  return finish();
};

const tooLong = `Gave up after ${minutes} minutes: something hangs or loops. HALLPASS_TEST_MINUTES=${minutes * 2} allows more.`;
setTimeout(() => giveUp(tooLong), minutes * 60_000).unref();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => giveUp(`Stopped by ${signal}.`));

if (Number.parseInt(process.versions.node, 10) < 26)
  giveUp(`This is Node ${process.version}; Hallpass needs Node 26. Run it by "npm test".`);

const biome = 'node_modules/@biomejs/biome/bin/biome';
const tsc = 'node_modules/typescript/bin/tsc';
await step('format', [[biome, 'format', '.']]);
await step('lint', [[biome, 'check', '--formatter-enabled=false', '--error-on-warnings', '.']]);
await step('types', [
  [tsc, '-p', '.'],
  [tsc, '-p', 'src/local/page'],
]);
const parts = quick || (await step('parts', [['src/local/parts/setup.ts']], false));
if (!parts) printNow('Without the real parts only the pure tests can run. `npm run setup` says what is missing.');
await tests(quick || !parts);
finish();
