import { writeFileSync, writeSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

export type Counts = { passed: number; failed: number; skipped: number };

/** Where the counts go, as JSON, when another command prints the last line (test/run.ts). */
export const countsFileVariable = 'HALLPASS_TEST_COUNTS';

/** The one line that says how a run went; it is the last one printed. */
export const lastLine = ({ passed, failed }: Counts): string => `${passed} passed, ${failed} failed`;

/** Writes to standard output at once, also while the process exits and also into a full pipe. */
export const printNow = (text: string): void => {
  let rest = Buffer.from(`${text}\n`);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) return;
    }
  }
};

const countModule = (testModule: TestModule): Counts => {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  for (const test of testModule.children.allTests()) {
    const { state } = test.result();
    if (state === 'passed') counts.passed += 1;
    else if (state === 'skipped') counts.skipped += 1;
    // A test that is still pending when the run has ended was never judged.
    else counts.failed += 1;
  }
  // A file that throws while loading and a hook that fails leave their tests skipped: the errors are counted themselves.
  counts.failed += testModule.errors().length;
  for (const suite of testModule.children.allSuites()) counts.failed += suite.errors().length;
  return counts;
};

/**
 * Counts what really happened and prints `N passed, N failed` as the last line of the process.
 *
 * Errors outside of tests count as failures, and so does a run in which nothing passed and nothing failed, and one that
 * ends with a non-zero code for another reason (a failing global teardown).
 */
export default class TruthfulReporter implements Reporter {
  #counts: Counts = { passed: 0, failed: 0, skipped: 0 };

  onInit(): void {
    process.once('exit', (code) => this.#finish(code));
  }

  onTestRunEnd(testModules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const total: Counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const testModule of testModules) {
      const counts = countModule(testModule);
      total.passed += counts.passed;
      total.failed += counts.failed;
      total.skipped += counts.skipped;
    }
    this.#counts = total;
  }

  #finish(code: number): void {
    const counts = this.#counts;
    const nothingRan = counts.passed + counts.failed === 0;
    if (nothingRan || (code !== 0 && counts.failed === 0)) counts.failed = 1;
    if (counts.failed > 0 && code === 0) process.exitCode = 1;
    const file = process.env[countsFileVariable];
    if (file) writeFileSync(file, JSON.stringify(counts));
    else printNow(lastLine(counts));
  }
}
