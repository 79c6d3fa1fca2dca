import { setTimeout as pause } from 'node:timers/promises';
import { keys } from '#adapters/redis/keys.ts';
import { type Figure, figure } from './figure.ts';
import { startBareBot } from './guard-bot.ts';
import { type Line, openLines, posted, sendAll } from './guard-line.ts';
import { authors } from './guard-places.ts';
import { addsPath } from './guard-reviews.ts';
import type { GuardStage } from './guard-stage.ts';

const bench = 'more held writes than are taken in';
const connections = 32;
const mega = 1_000_000;

/** Of one author, while everything is taken in at once. */
export const floodOfOne = async (stage: GuardStage): Promise<readonly Figure[]> => {
  const count = stage.size(500, 60);
  const bot = startBareBot(stage);
  const lines = await openLines(stage.guard, 8);
  const answers = { held: 0, flood: 0 };
  const user = authors.at(-1)?.user ?? '';
  try {
    const writes = Array.from({ length: count }, (_, index) => posted('/review', addsPath(user, `one-${index}`)));
    await sendAll(lines, writes, ({ text }) => {
      answers[text.includes('this user has filed') ? 'flood' : 'held'] += 1;
    });
    return [
      figure(bench, `filed of ${count} by one author in a moment`, 'writes', answers.held, {
        aim: { of: 'value', most: 30 },
      }),
    ];
  } finally {
    for (const line of lines) line.close();
    await bot.stop();
  }
};

/** Of all authors, while nobody takes in anything. */
export const floodAll = async (stage: GuardStage): Promise<readonly Figure[]> => {
  const count = stage.size(4_000, 400);
  const [guard, bare] = await Promise.all([stage.guard, stage.bare].map((to) => openLines(to, connections)));
  if (guard === undefined || bare === undefined) throw new Error('No connections');
  try {
    await fill(stage, guard, (index) => addsPath(authors[index]?.user ?? '', `filler-${index}`));
    const reviews = Array.from({ length: count }, (_, index) =>
      addsPath(authors[index % authors.length]?.user ?? '', `flood-${index}`),
    );
    const refusals = reviews.map((review) => posted('/no', review));
    await sendAll(bare, refusals.slice(0, 500), () => {});
    const before = { redis: await lookAtRedis(stage), rss: (await stage.guard.usage()).rss };
    const rate = await rateOf(
      stage,
      guard,
      reviews.map((review) => posted('/review', review)),
      'there are too many',
    );
    const after = { redis: await lookAtRedis(stage), rss: (await stage.guard.usage()).rss };
    const floor = await rateOf(stage, bare, refusals, '"allowed":false');
    return [
      figure(
        bench,
        `${count} of ${authors.length} authors, nobody takes them in: refused, beside a server that says no`,
        'writes/s',
        rate,
        {
          baseline: floor,
        },
      ),
      figure(bench, 'entries in the stream', 'entries', after.redis.waiting, { aim: { of: 'value', most: 300 } }),
      figure(bench, 'keys in Redis after them, beside before', 'keys', after.redis.keys, {
        baseline: before.redis.keys,
      }),
      figure(bench, 'memory of Redis after them, beside before', 'MB', after.redis.memory, {
        baseline: before.redis.memory,
      }),
      figure(bench, 'memory of the guard (RSS) after them, beside before', 'MB', after.rss / mega, {
        baseline: before.rss / mega,
      }),
    ];
  } finally {
    for (const line of [...guard, ...bare]) line.close();
    await drain(stage);
  }
};

/** The most that can wait: each as large as is taken in. */
export const floodOfLarge = async (stage: GuardStage): Promise<readonly Figure[]> => {
  const lines = await openLines(stage.guard, 16);
  const note = { 'acme.test/note': 'x'.repeat(100_000) };
  try {
    const before = await lookAtRedis(stage);
    await fill(stage, lines, (index) => addsPath(authors[index]?.user ?? '', `large-${index}`, '/beta', note));
    const after = await lookAtRedis(stage);
    return [
      figure(bench, 'entries of 100 kB in the stream', 'entries', after.waiting, { aim: { of: 'value', most: 300 } }),
      figure(bench, 'memory of Redis with them, beside without', 'MB', after.memory, { baseline: before.memory }),
    ];
  } finally {
    for (const line of lines) line.close();
    await drain(stage);
  }
};

/** More than may wait, each of another author. */
const fill = async (stage: GuardStage, lines: readonly Line[], review: (index: number) => string): Promise<void> => {
  const writes = Array.from({ length: 400 }, (_, index) => posted('/review', review(index)));
  let refused = 0;
  await sendAll(lines, writes, ({ text }) => {
    if (text.includes('there are too many')) refused += 1;
  });
  stage.say(`of 400 more ${refused} were refused`);
};

/** Refusals a second; on a busy machine some of them are for want of time. */
const rateOf = async (stage: GuardStage, lines: readonly Line[], requests: readonly Buffer[], expected: string) => {
  const started = performance.now();
  let others = 0;
  await sendAll(lines, requests, ({ status, text }) => {
    if (!text.includes('"allowed":false')) throw new Error(`It was not refused: ${status} ${text.slice(-500)}`);
    if (!text.includes(expected)) others += 1;
  });
  const rate = requests.length / ((performance.now() - started) / 1_000);
  if (others > 0) stage.say(`${others} of ${requests.length} were refused for another reason than "${expected}"`);
  return rate;
};

const lookAtRedis = async ({ redis }: GuardStage) => ({
  memory: Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]) / mega,
  keys: await redis.dbsize(),
  waiting: await redis.xlen(keys.intake),
});

const drain = async (stage: GuardStage): Promise<void> => {
  const bot = startBareBot(stage);
  while ((await stage.redis.xlen(keys.intake)) > 0) await pause(50);
  await bot.stop();
};
