/** How long comparing takes: a 5,000-line Ingress of which ten rules change, and states that share nothing. */
import { createHash } from 'node:crypto';
import { compareStates } from '#domain/content/compare.ts';
import { renderLines } from '#domain/content/render.ts';
import type { Manifest } from '#domain/plan.ts';
import { ingressOf } from '#test/build/objects.ts';

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

const measure = (what: string, before: Manifest, after: Manifest): void => {
  const times = Array.from({ length: 20 }, () => {
    const start = performance.now();
    compareStates(before, after, digest);
    return performance.now() - start;
  });
  const sorted = times.toSorted((one, other) => one - other);
  const say = (value: number | undefined): string => (value ?? 0).toFixed(1);
  console.log(
    `${what}: ${renderLines(before).length} lines, first ${say(times[0])} ms, median ${say(sorted[10])} ms, slowest ${say(sorted.at(-1))} ms`,
  );
};

measure(
  'Ten of 1,000 rules changed',
  ingressOf(1_000, () => 'web'),
  ingressOf(1_000, (index) => (index % 100 === 50 ? 'other' : 'web')),
);
measure(
  'All of 1,000 rules changed',
  ingressOf(1_000, (index) => `a-${index}`),
  ingressOf(1_000, (index) => `b-${index}`),
);
const words = (count: number, word: (index: number) => string): Manifest => ({
  ...ingressOf(0, String),
  spec: { words: Array.from({ length: count }, (_, index) => word(index)) },
});
measure(
  'Nothing in common but words',
  words(20_000, (index) => `w-${(index * 7919) % 13}`),
  words(20_000, (index) => `w-${(index * 104729) % 11}`),
);
measure(
  'One text of 1 MB',
  words(1, () => 'line of a text\n'.repeat(70_000)),
  words(1, () => 'line of a text\n'.repeat(69_999)),
);
