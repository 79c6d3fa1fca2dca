import { setTimeout as wait } from 'node:timers/promises';
import type { RequestId } from '#domain/ids.ts';
import { judgeAll } from './aftermath.ts';
import type { Ground } from './ground.ts';
import { type Case, chainOf } from './judge.ts';
import { type Misused, misuse } from './misuse.ts';
import { act, type Done, filedFor, type } from './people.ts';
import { type Answer, actOver, file } from './pipeline.ts';
import type { Ask, Deed, Round } from './plan.ts';
import { prepare, watch } from './seen.ts';
import { mend, type Struck, strike } from './strikes.ts';
import { createWriter } from './writers.ts';

/** What a round came to; `problems` are what must not be. */
export type Outcome = {
  readonly problems: readonly string[];
  readonly filed: number;
  readonly inForce: number;
  /** Writes that were held, and how often one was let in. */
  readonly held: number;
  readonly written: number;
  /** Grants that were misused while they were in force. */
  readonly misused: number;
  /** Milliseconds until everything was at rest. */
  readonly took: number;
};

/** Milliseconds that somebody waits for a request to be there before they can decide on it. */
const patience = 4_000;
/** After the last thing that happens by plan. */
const rest = 1_500;

/** Plays a round on its ground, mends all, and judges it. */
export const playRound = async (ground: Ground, nth: number, round: Round): Promise<Outcome> => {
  await prepare(ground, nth, round.asks);
  const seen = watch(ground, nth, round.asks, round.writes);
  try {
    return await playSeen(ground, nth, round, seen);
  } finally {
    await seen.stop();
  }
};

const playSeen = async (
  ground: Ground,
  nth: number,
  { asks, deeds, writes, misuses, strikes }: Round,
  seen: ReturnType<typeof watch>,
): Promise<Outcome> => {
  const started = Date.now();
  const writers = writes.map((write) => createWriter(ground, nth, write));
  const [done, struck, misused]: [Done[], Struck[], Misused[]] = [[], [], []];
  const answers = new Map<number, Answer[]>(asks.map((ask) => [ask.nth, []]));
  const askFor = (ask: Ask): Promise<void> =>
    ask.over === 'slack'
      ? type(ground, nth, ask)
      : file(ground, nth, ask, (answer) => void answers.get(ask.nth)?.push(answer));
  const at = async (moment: number, work: () => Promise<unknown>): Promise<void> => {
    await wait(moment);
    await work().catch(() => undefined);
  };
  const abused = misuses.flatMap((one) => asks.flatMap((ask) => (ask.nth === one.nth ? [{ one, ask }] : [])));
  await Promise.all([
    ...asks.map((ask) => at(ask.at, () => askFor(ask))),
    ...deeds.map((deed) => at(deed.at, async () => void done.push(...(await decide(ground, nth, asks, deed))))),
    ...writers.map((one) => at(one.write.at, one.work)),
    ...strikes.map((one) => at(one.at, async () => void struck.push(await strike(ground, one)))),
    ...abused.map(async ({ one, ask }) =>
      misused.push(...(await misuse(ground, nth, ask, one, seen.samples.get(ask.nth) ?? []))),
    ),
  ]);
  await wait(rest);
  await mend(ground);
  const ids = new Map(await Promise.all(asks.map(async (ask) => [ask.nth, await filedFor(ground, nth, ask)] as const)));
  for (const ask of asks) for (const id of ids.get(ask.nth) ?? []) await takeBack(ground, ask, id);
  // What was to be misused, and was not, is for longer than a round.
  if (misused.length === 0)
    for (const { ask } of abused)
      for (const id of ids.get(ask.nth) ?? [])
        done.push(await act(ground, id, { at: 0, nth: ask.nth, by: 'U0BOB', does: 'revoke', twice: false }));
  const cases = asks.map(
    (ask): Case => ({
      ask,
      ids: ids.get(ask.nth) ?? [],
      done: done.filter(({ deed }) => deed.nth === ask.nth),
      samples: seen.samples.get(ask.nth) ?? [],
      answers: answers.get(ask.nth) ?? [],
    }),
  );
  const written = writers.map((writer) => ({ writer, looks: seen.looks.get(writer.write.nth) ?? [] }));
  const { excuses } = seen;
  const problems = await judgeAll(ground, nth, { cases, excuses, strikes, struck, misused, writers: written });
  return {
    problems,
    filed: cases.filter((one) => one.ids.length > 0).length,
    inForce: cases.filter(({ samples }) => samples.some((one) => one.inForce)).length,
    held: writers.flatMap((one) => one.held).length,
    written: writers.reduce((total, one) => total + one.written(), 0),
    misused: misused.length,
    took: Date.now() - started,
  };
};

/** Milliseconds for which somebody goes on who is told to try again. */
const persistence = 15_000;

/** What not enough have decided on would wait for half an hour. */
const takeBack = async (ground: Ground, ask: Ask, id: RequestId): Promise<void> => {
  for (const deadline = Date.now() + persistence; Date.now() < deadline; await wait(1_000)) {
    if (ask.over === 'api') await actOver(ground, id, 'withdraw');
    else await ground.slack.as('U0ALICE').command(`/jit withdraw ${id}`);
    const chain = await chainOf(ground, id).catch(() => 'not read');
    if (chain === undefined || (typeof chain === 'object' && chain.request.state.status !== 'pending')) return;
  }
};

/** Nothing where there is no request to decide on. */
const decide = async (ground: Ground, nth: number, asks: readonly Ask[], deed: Deed): Promise<readonly Done[]> => {
  const ask = asks.find((one) => one.nth === deed.nth);
  for (const deadline = Date.now() + patience; ask !== undefined && Date.now() < deadline; await wait(100)) {
    const [id] = await filedFor(ground, nth, ask).catch(() => []);
    if (id !== undefined) return [await act(ground, id, deed)];
  }
  return [];
};
