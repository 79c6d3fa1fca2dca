/** Gives one target its inputs, and stops at the first of which something comes that must not. */
import { growing } from './grow.ts';
import { minimise } from './minimise.ts';
import { mutate } from './mutate.ts';
import { type Seeded, seeded } from './seeded.ts';
import { type Input, type Judged, type Opened, sayThrown, type Target } from './target.ts';

export type Plan = {
  readonly runs: number;
  readonly seed: number;
  /** Given before all others. */
  readonly corpus: readonly Input[];
  /** Bytes up to which inputs are grown, where that is less than the target's own. */
  readonly largest?: number;
  /** Called before each input. */
  readonly before?: (nth: number, input: Input) => void;
  /** Whether an input went where none had been; it is changed further then. Asked after each. */
  readonly isNews?: () => Promise<boolean>;
  /** Called with each that took longer than all before, once that is long enough to be looked at. */
  readonly slowest?: (input: Input) => void;
};

export type Failure = { readonly nth: number; readonly why: string; readonly input: Input };

export type Fuzzed = {
  readonly target: string;
  readonly runs: number;
  readonly seed: number;
  readonly seconds: number;
  /** Milliseconds of the slowest input, and how many bytes it had. */
  readonly slowest: number;
  readonly slowestBytes: number;
  /** Ways of growing an input that were timed. */
  readonly grown: number;
  readonly kept: number;
  readonly megabytes: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly failure?: Failure;
};

/** Milliseconds that one input may take, unless its target says otherwise. */
const usual = 1_000;
const longestOf = ({ longest = usual }: Opened): number => longest;
/** Inputs between two that are grown. */
const growEvery = 250;
const mostKept = 600;
/** Milliseconds. */
const worthALook = 200;
/** Four times the input may take nine times as long, once that is long enough to be measured. */
const grows = { by: 4, times: 9, from: 150 };

export const fuzz = async (target: Target, plan: Plan): Promise<Fuzzed> => {
  const random = seeded(plan.seed);
  const opened = await target.open();
  const pool = [...opened.samples, ...plan.corpus.filter(({ bytes }) => bytes.length < 50_000)];
  const outcomes: Record<string, number> = {};
  const began = performance.now();
  const counts = { slowest: 0, slowestBytes: 0, grown: 0, kept: 0 };
  let nth = 0;

  const one = async (input: Input): Promise<string | undefined> => {
    plan.before?.(nth, input);
    const { judged, took } = await timed(target, opened, input);
    if (took > counts.slowest) {
      [counts.slowest, counts.slowestBytes] = [took, input.bytes.length];
      if (took > worthALook) plan.slowest?.(input);
    }
    const isNew = outcomes[judged.outcome] === undefined;
    outcomes[judged.outcome] = (outcomes[judged.outcome] ?? 0) + 1;
    const isNews = (await plan.isNews?.()) === true || isNew;
    if (isNews && input.bytes.length < 20_000 && counts.kept < mostKept) {
      pool.push(input);
      counts.kept += 1;
    }
    nth += 1;
    return judged.why ?? (took > longestOf(opened) ? `it took long: ${Math.round(took)} ms` : undefined);
  };
  const answer = (failure?: Failure): Fuzzed => ({
    target: target.name,
    runs: nth,
    seed: plan.seed,
    seconds: Math.round((performance.now() - began) / 100) / 10,
    ...counts,
    slowest: Math.round(counts.slowest),
    megabytes: Math.round(process.memoryUsage().rss / 1_048_576),
    outcomes: commonest(outcomes),
    ...(failure === undefined ? {} : { failure }),
  });
  try {
    const first = [...plan.corpus, ...opened.samples];
    while (nth < Math.max(plan.runs, first.length)) {
      const at = nth;
      if (at > 0 && at % growEvery === 0) {
        counts.grown += 1;
        const failure = await grow(
          target,
          opened,
          pool,
          random,
          Math.min(plan.largest ?? opened.largest, opened.largest),
          one,
        );
        if (failure !== undefined) return answer({ nth: at, ...failure });
      }
      const input = first[at] ?? nextInput(opened, pool, random);
      const why = await one(input);
      if (why !== undefined) return answer({ nth: at, why, input: await smallest(target, input, why) });
    }
    return answer();
  } finally {
    await opened.close?.();
  }
};

/** Outcomes that are told; the others are counted together. */
const told = 60;

const commonest = (outcomes: Readonly<Record<string, number>>): Readonly<Record<string, number>> => {
  const sorted = Object.entries(outcomes).sort(([, one], [, other]) => other - one);
  const others = sorted.slice(told).reduce((sum, [, count]) => sum + count, 0);
  return Object.fromEntries([...sorted.slice(0, told), ...(others === 0 ? [] : [['others', others] as const])]);
};

const nextInput = (opened: Opened, pool: readonly Input[], random: Seeded): Input => {
  if (opened.draw !== undefined && random.onceIn(4)) return opened.draw(random);
  const from = pool[random.below(pool.length)] ?? opened.samples[0];
  if (from === undefined) throw new Error('A target needs one genuine input');
  return mutate(from, { words: opened.words, pool }, random);
};

/** What a machine with much else to do is slow at is not taken for slow: it is measured again, in a world that has seen nothing else. */
const timed = async (
  target: Target,
  opened: Opened,
  input: Input,
): Promise<{ readonly judged: Judged; readonly took: number }> => {
  const first = await once(opened, input);
  if (first.took <= longestOf(opened) || first.judged.why !== undefined) return first;
  return { judged: first.judged, took: Math.min(first.took, ...(await timedAlone(target, [input]))) };
};

/** Milliseconds of each at its best. */
const timedAlone = async (target: Target, inputs: readonly Input[]): Promise<readonly number[]> => {
  const opened = await target.open();
  const best = inputs.map(() => Number.POSITIVE_INFINITY);
  try {
    for (let round = 0; round < 4; round += 1)
      for (const [nth, input] of inputs.entries())
        best[nth] = Math.min(best[nth] ?? 0, (await once(opened, input)).took);
    return best;
  } finally {
    await opened.close?.();
  }
};

/**
 * What an input takes is the time that this thread works for it, and not that in which a machine with much else to do lets it wait;
 * unless it waits for long.
 */
const once = async (opened: Opened, input: Input): Promise<{ readonly judged: Judged; readonly took: number }> => {
  const [started, before] = [performance.now(), process.threadCpuUsage()];
  const judged = await opened.judge(input).catch((cause: unknown) => ({ outcome: 'threw', why: sayThrown(cause) }));
  const { user, system } = process.threadCpuUsage(before);
  const [worked, passed] = [(user + system) / 1_000, performance.now() - started];
  return { judged, took: passed > waits * longestOf(opened) ? passed : worked };
};
/** So many times as long as an input may work, it may also wait. */
const waits = 3;

/** Grows one place of one input, fourfold each time. */
const grow = async (
  target: Target,
  opened: Opened,
  pool: readonly Input[],
  random: Seeded,
  largest: number,
  one: (input: Input) => Promise<string | undefined>,
): Promise<Omit<Failure, 'nth'> | undefined> => {
  const from = pool[random.below(pool.length)];
  if (from === undefined || from.bytes.length > 50_000) return undefined;
  const { about, of } = growing(from, random);
  let before: { readonly input: Input; readonly took: number } | undefined;
  for (let size = 4_096; size <= largest; size *= grows.by) {
    const input = of(size);
    if (input.bytes.length > largest * 1.5) return undefined;
    const why = await one(input);
    if (why !== undefined) return { why: `${why}; ${about}, ${size} bytes`, input };
    const { took } = await once(opened, input);
    if (before !== undefined && isSteep(before.took, took)) {
      const [less = 0, more = 0] = await timedAlone(target, [before.input, input]);
      const said = `it grows faster than its input: ${Math.round(less)} ms, and ${Math.round(more)} ms for four times as much`;
      if (isSteep(less, more)) return { why: `${said}; ${about}, ${size} bytes`, input };
    }
    before = { input, took };
  }
  return undefined;
};
const isSteep = (before: number, after: number): boolean => after > grows.from && after > grows.times * before;

/** The same defect by less, in a world that has seen nothing else; as it was where it needs what came before it. */
const smallest = async (target: Target, input: Input, why: string): Promise<Input> => {
  const defect = why.split(':')[0];
  const opened = await target.open();
  try {
    return await minimise(input, async (less) => {
      const { judged, took } = await once(opened, less);
      return (judged.why ?? (took > longestOf(opened) ? 'it took long' : '')).split(':')[0] === defect;
    });
  } finally {
    await opened.close?.();
  }
};
