import { defineConfig } from 'vitest/config';

const second = 1000;

/**
 * One project per kind of test; `npm run check` runs only `pure`. The times are for what hangs: nothing is shown to be fast by
 * them, and a machine on which much else runs has to get through.
 */
const project = (name: string, include: string[], testSeconds: number, hookSeconds: number, more: object = {}) => ({
  extends: true as const,
  test: { name, include, testTimeout: testSeconds * second, hookTimeout: hookSeconds * second, ...more },
});

/**
 * What is timed comes first, with no more at once than a small machine has cores. What mostly waits for parts to start and times to
 * come follows, with one more than that, and stories with two more.
 */
const waiting = { maxWorkers: 3, sequence: { groupOrder: 1 } };
const waitingLong = { maxWorkers: 4, sequence: { groupOrder: 2 } };
const timed = ['test/contract/jobs*.test.ts'];
const domain = ['src/domain/**/*.test.ts'];

export default defineConfig({
  test: {
    environment: 'node',
    pool: 'forks',
    maxWorkers: 2,
    expect: { poll: { timeout: 10 * second } },
    allowOnly: false,
    teardownTimeout: 20 * second,
    reporters: ['default', './test/reporter.ts'],
    projects: [
      // Hundreds of small files over the same pure code, which keeps nothing: a process for each would take longer than all of them.
      project('pure', ['src/**/*.test.ts', 'test/*.test.ts'], 20, 20, { exclude: domain, isolate: false }),
      project('domain', domain, 20, 20, { isolate: false }),
      project('timed', timed, 30, 60),
      project('contract', ['test/contract/**/*.test.ts'], 30, 60, { ...waiting, exclude: timed }),
      project('local', ['test/local/**/*.test.ts'], 120, 120, waiting),
      project('stories', ['test/stories/**/*.test.ts'], 240, 300, waitingLong),
    ],
  },
});
