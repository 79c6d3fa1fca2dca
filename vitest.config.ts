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

/** Stories mostly wait for their time: two more than the cores of a small machine run at once, after all that is timed. */
const waiting = { maxWorkers: 4, sequence: { groupOrder: 1 } };

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
      project('pure', ['src/**/*.test.ts', 'test/*.test.ts'], 20, 20),
      project('contract', ['test/contract/**/*.test.ts'], 30, 60),
      project('local', ['test/local/**/*.test.ts'], 60, 90),
      project('stories', ['test/stories/**/*.test.ts'], 120, 180, waiting),
    ],
  },
});
