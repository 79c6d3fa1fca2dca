import { inLanes } from './bare.ts';
import { type Figure, figure, percentile } from './figure.ts';
import { startBareBot } from './guard-bot.ts';
import { floodAll, floodOfLarge, floodOfOne } from './guard-flood.ts';
import { startBareIntake } from './guard-intake.ts';
import { type Line, openLines, posted } from './guard-line.ts';
import { authors } from './guard-places.ts';
import { addsPath } from './guard-reviews.ts';
import type { GuardStage } from './guard-stage.ts';

const bench = 'held writes in a row';
const lanes = 8;
/** Below the thirty that one author may file in a minute, and the twenty that may wait. */
const ofEach = 20;
const warmUp = 10 * ofEach;

/**
 * Different writes, each held for the first time and taken in at once; then what a guard does with too many. Authors come one after
 * the other, so that the last ones have as many requests behind them as the first.
 */
export const benchGuardHeld = async (stage: GuardStage): Promise<readonly Figure[]> => [
  ...(await holdMany(stage)),
  ...(await floodOfOne(stage)),
  ...(await floodAll(stage)),
  ...(await floodOfLarge(stage)),
];

const holdMany = async (stage: GuardStage): Promise<readonly Figure[]> => {
  const count = Math.min(stage.size(2_000, 40, 10_000), (authors.length - 10) * ofEach - warmUp);
  const bot = startBareBot(stage);
  const intake = startBareIntake(stage);
  const guard = await openLines(stage.guard, lanes);
  const bare = await openLines(stage.bare, lanes);
  try {
    await hold(guard, bare, 0, warmUp);
    await intake.clear();
    const before = { guard: await stage.guard.usage(), redis: await usedBy(stage) };
    const started = performance.now();
    const { product, baseline, untold, late } = await hold(guard, bare, warmUp, count);
    const seconds = (performance.now() - started) / 1_000;
    await intake.clear();
    const after = { guard: await stage.guard.usage(), redis: await usedBy(stage) };
    stage.say(`${count} writes were held in ${seconds.toFixed(1)} s, at most ${bot.longest()} waited in the stream`);
    const tenth = Math.ceil(count / 10);
    const [first, last] = [product.slice(0, tenth), product.slice(-tenth)];
    return [
      ...[0.5, 0.99].flatMap((share) => {
        const name = `p${share * 100}`;
        const beside = (samples: readonly number[]) => ({ baseline: percentile(samples, share) });
        const bareOnes = [baseline.slice(0, tenth), baseline.slice(-tenth)] as const;
        return [
          figure(
            bench,
            `${count} writes, ${lanes} at a time ${name}`,
            'ms',
            percentile(product, share),
            beside(baseline),
          ),
          figure(bench, `the last tenth, beside the first ${name}`, 'ms', percentile(last, share), beside(first)),
          figure(bench, `the same of the bare ones ${name}`, 'ms', percentile(bareOnes[1], share), beside(bareOnes[0])),
        ];
      }),
      figure(bench, 'heap of the guard after them, beside before', 'MB', after.guard.heap / mega, {
        baseline: before.guard.heap / mega,
      }),
      figure(bench, 'memory of the guard (RSS) after them, beside before', 'MB', after.guard.rss / mega, {
        baseline: before.guard.rss / mega,
      }),
      figure(bench, 'Redis for each of them', 'kB', (after.redis - before.redis) / count / 1_000),
      figure(bench, 'answered before they were taken in (after 240 ms)', 'writes', untold),
      figure(bench, 'refused because they took too long (after 800 ms)', 'writes', late),
      figure(bench, 'entries in the stream, at most', 'entries', bot.longest(), { aim: { of: 'value', most: 300 } }),
    ];
  } finally {
    for (const line of [...guard, ...bare]) line.close();
    await bot.stop();
    await intake.stop();
  }
};

const mega = 1_000_000;

/** One with the guard and one bare, turn by turn in each lane. Milliseconds. */
const hold = async (guard: readonly Line[], bare: readonly Line[], from: number, count: number) => {
  const baseline: number[] = [];
  let [untold, late] = [0, 0];
  const numbers = Array.from({ length: count }, (_, index) => from + index);
  const free = guard.map((line, index) => ({ line, beside: bare[index] }));
  const product = await inLanes(numbers, lanes, async (number, index) => {
    const pair = free.pop();
    if (pair?.beside === undefined) throw new Error('There is no free line');
    const user = authors[10 + Math.floor(number / ofEach)]?.user ?? '';
    const review = addsPath(user, `held-${number}`);
    const one = await timed(pair.line, posted('/review', review));
    if (!one.text.includes('"allowed":false') || one.text.includes('takes in no more'))
      throw new Error(`Write ${number} was not held: ${one.text}`);
    if (one.text.includes('Hallpass holds this write until')) untold += 1;
    if (one.text.includes('cannot look up just now')) late += 1;
    const other = await timed(pair.beside, posted('/file', review));
    free.push(pair);
    baseline[index] = other.took;
    return one.took;
  });
  return { product, baseline, untold, late };
};

const timed = async (line: Line, request: Buffer): Promise<{ readonly took: number; readonly text: string }> => {
  const started = performance.now();
  const { text } = await line.send(request);
  return { took: performance.now() - started, text };
};

const usedBy = async ({ redis }: GuardStage): Promise<number> =>
  Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
