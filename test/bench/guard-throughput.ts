import { keys } from '#adapters/redis/keys.ts';
import { requestId } from '#domain/ids.ts';
import { type Figure, figure } from './figure.ts';
import { bareKeys } from './guard-bare-keys.ts';
import { startBareBot } from './guard-bot.ts';
import { type Line, openLine, openLines, posted, type Reply, sendAll } from './guard-line.ts';
import { authors } from './guard-places.ts';
import { addsPath, changesNothing } from './guard-reviews.ts';
import type { GuardStage } from './guard-stage.ts';

const bench = 'reviews over 32 connections';
const connections = 32;
/** So many of their requests the guard looks through before it refuses somebody. */
const behind = 30;
/** So many different writes come by turns that each is looked up again: what was just refused is remembered for 20 ms. */
const different = 450;

/**
 * How many reviews the guard answers, posted straight to it, beside a server that answers yes or no to the same: turn by turn in the
 * same run. For what is held also beside that server when it looks it up in Redis, call by call.
 */
export const benchGuardThroughput = async (stage: GuardStage): Promise<readonly Figure[]> => {
  const bot = startBareBot(stage);
  const lines: Line[] = [];
  try {
    const first = await openLine(stage.guard);
    const [quiet, busy] = [await holdFor(stage, first, 0, 1), await holdFor(stage, first, 1, behind)];
    first.close();
    await sameFor(stage, quiet.id);
    const many = await holdMany(stage);
    // Opened just before they are used: the guard waits for a first request for three seconds.
    const [bare, guard] = [await openLines(stage.bare, connections), await openLines(stage.guard, connections)];
    lines.push(...bare, ...guard);
    const server = { stage, guard, bare };
    const nothing = changesNothing(authors[0]?.user ?? '', 'same');
    return [
      ...(await compare(server, 'changes nothing that counts', [nothing], '/yes', 'says yes', '"allowed":true')),
      ...(await compare(server, 'held already', [quiet.review], '/no', 'says no', quiet.id)),
      ...(await compare(server, `held already, ${different} by turns`, many, '/no', 'says no', 'waits for')),
      ...(await compare(
        server,
        `held already, ${different} by turns`,
        many,
        '/look',
        'makes the calls to Redis one by one',
        'waits for',
      )),
      ...(await compare(
        server,
        `held already, of somebody with ${behind} requests`,
        [busy.review],
        '/no',
        'says no',
        busy.id,
      )),
    ];
  } finally {
    for (const line of lines) line.close();
    await bot.stop();
  }
};

/** Has an author's writes held; the last of them is the one that is tried again and again. */
const holdFor = async ({ redis }: GuardStage, line: Line, author: number, count: number) => {
  const user = authors[author]?.user ?? '';
  const writes = Array.from({ length: count }, (_, index) => addsPath(user, `throughput-${author}-${index}`));
  let text = '';
  for (const review of writes) {
    await redis.del(keys.filedBy(`user ${user}`));
    text = (await line.send(posted('/review', review))).text;
  }
  const id = requestId.parse(/request ([2-9a-z]{4}-[2-9a-z]{2})/.exec(text)?.[1]);
  return { id, review: writes.at(-1) ?? '' };
};

/** Has one write of each of many authors held. */
const holdMany = async (stage: GuardStage): Promise<readonly string[]> => {
  const reviews = authors.slice(10, 10 + different).map(({ user }) => addsPath(user, `throughput-${user}`));
  const lines = await openLines(stage.guard, 8);
  await sendAll(
    lines,
    reviews.map((review) => posted('/review', review)),
    () => {},
  );
  for (const line of lines) line.close();
  return reviews;
};

/** The baseline reads values as large as the guard's. */
const sameFor = async ({ redis }: GuardStage, id: ReturnType<typeof requestId.parse>): Promise<void> => {
  await redis.rpush(bareKeys.log('held'), ...(await redis.lrange(keys.log(id), 0, -1)));
  await redis.set(bareKeys.held, id);
  await redis.set(bareKeys.said, (await redis.get(keys.said(id))) ?? '');
  await redis.zadd(bareKeys.person, Date.now(), id);
};

type Servers = { readonly stage: GuardStage; readonly guard: readonly Line[]; readonly bare: readonly Line[] };

const compare = async (
  { stage, guard, bare }: Servers,
  what: string,
  reviews: readonly string[],
  path: '/yes' | '/no' | '/look',
  saying: string,
  /** What is in every answer of the guard. */
  expected: string,
): Promise<readonly Figure[]> => {
  const milliseconds = stage.size(1_200, 200);
  const total = { guard: { count: 0, wrong: 0, took: 0, cpu: 0 }, bare: { count: 0, wrong: 0, took: 0, cpu: 0 } };
  const to = (at: string) => reviews.map((review) => posted(at, review));
  const sides = [
    { sum: total.guard, process: stage.guard, lines: guard, requests: to('/review'), expected },
    { sum: total.bare, process: stage.bare, lines: bare, requests: to(path), expected: '"allowed":' },
  ];
  for (let round = 0; round < turns + 1; round += 1) {
    for (const { sum, process, lines, requests, expected: word } of round % 2 === 0 ? sides : sides.toReversed()) {
      const before = (await process.usage()).cpu;
      const { count, wrong, took } = await flood(lines, requests, milliseconds, ({ text }) => text.includes(word));
      const cpu = (await process.usage()).cpu - before;
      if (round === 0) continue;
      sum.count += count;
      sum.wrong += wrong;
      sum.took += took;
      sum.cpu += cpu;
    }
  }
  const rate = ({ count, took }: typeof total.guard): number => count / (took / 1_000);
  const beside = `beside a server that ${saying}`;
  const isFloor = path !== '/look';
  stage.say(
    `${what}, ${beside}: of a core the guard used ${percent(total.guard)}, the server ${percent(total.bare)}; ${total.guard.wrong} other answers of the guard`,
  );
  return [
    figure(bench, `${what}, ${beside}`, 'reviews/s', rate(total.guard), {
      baseline: rate(total.bare),
      ...(isFloor ? { aim: { of: 'ratio', least: 0.8 } as const } : {}),
    }),
    figure(bench, `${what}, ${beside}: CPU for each`, 'ms', total.guard.cpu / total.guard.count, {
      baseline: total.bare.cpu / total.bare.count,
    }),
  ];
};
/** After one to warm up. */
const turns = 3;

const percent = ({ cpu, took }: { readonly cpu: number; readonly took: number }): string =>
  `${Math.round((cpu / took) * 100)} %`;

/** The same requests by turns over all lines, again and again for some time. */
const flood = async (
  lines: readonly Line[],
  requests: readonly Buffer[],
  milliseconds: number,
  isRight: (reply: Reply) => boolean,
): Promise<{ readonly count: number; readonly wrong: number; readonly took: number }> => {
  const started = performance.now();
  let [next, count, wrong] = [0, 0, 0];
  await Promise.all(
    lines.map(async (line) => {
      while (performance.now() - started < milliseconds) {
        const reply = await line.send(requests[next++ % requests.length] ?? Buffer.of());
        count += 1;
        if (!isRight(reply)) wrong += 1;
      }
    }),
  );
  return { count, wrong, took: performance.now() - started };
};
