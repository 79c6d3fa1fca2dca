/** How long comparing takes: an Ingress of which ten rules change, states that share nothing, and what the event loop notices. */
import { createHash } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createCompare } from '#adapters/threads/compare.ts';
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

const { compare, close } = createCompare();
// The thread itself keeps no process alive.
const hold = setInterval(() => {}, 1_000);
const watch = async (what: string, before: Manifest | undefined, after: Manifest | undefined): Promise<void> => {
  const size = JSON.stringify([before, after]).length;
  const delays: number[] = [];
  for (let round = 0; round < 10; round += 1) {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await compare(before, after);
    await new Promise((resolve) => setTimeout(resolve, 20));
    delay.disable();
    delays.push(delay.max / 1e6);
  }
  const sorted = delays.toSorted((one, other) => one - other);
  console.log(
    `${what}: ${size} characters, longest turn of the event loop: first ${delays[0]?.toFixed(1)} ms, median ${sorted[5]?.toFixed(1)} ms, worst ${sorted.at(-1)?.toFixed(1)} ms`,
  );
};
const large = ingressOf(8_000, () => 'web');
await watch('Nothing', undefined, undefined);
await watch(
  'Just light enough for this thread',
  ingressOf(9, () => 'web'),
  ingressOf(9, (index) => `b-${index}`),
);
await watch(
  'Ten rules of 1 MB changed, in a thread',
  large,
  ingressOf(8_000, (index) => (index % 800 === 0 ? 'other' : 'web')),
);
await watch('1 MB created, in a thread', undefined, large);
await watch(
  'All of 1 MB changed, in a thread',
  large,
  ingressOf(8_000, (index) => `b-${index}`),
);
await close();
clearInterval(hold);
