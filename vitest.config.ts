import { defineConfig } from 'vitest/config';

const second = 1000;

/** One project per kind of test; `npm run check` runs only `pure`. */
const project = (name: string, include: string[], testSeconds: number, hookSeconds: number, more: object = {}) => ({
  extends: true as const,
  test: { name, include, testTimeout: testSeconds * second, hookTimeout: hookSeconds * second, ...more },
});

/** Stories mostly wait for their time: one more than the cores of a small machine run at once, after all that is timed. */
const waiting = { maxWorkers: 3, sequence: { groupOrder: 1 } };

export default defineConfig({
  test: {
    environment: 'node',
    pool: 'forks',
    maxWorkers: 2,
    allowOnly: false,
    teardownTimeout: 20 * second,
    reporters: ['default', './test/reporter.ts'],
    projects: [
      project('pure', ['src/**/*.test.ts', 'test/*.test.ts'], 5, 10),
      project('contract', ['test/contract/**/*.test.ts'], 20, 60),
      project('local', ['test/local/**/*.test.ts'], 60, 90),
      project('stories', ['test/stories/**/*.test.ts'], 60, 120, waiting),
    ],
  },
});
