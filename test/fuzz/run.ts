/**
 * The command behind `npm run fuzz`: hostile inputs for every entry of the product, 100,000 each, one target after the other. A line
 * of JSON says what came of each, and the last one of all. `--only=api,audit`, `--runs=1000`, `--seed=7` for those of an earlier run,
 * `--covered=2000` to look at which blocks of the product so many inputs reach.
 */
import { fork } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeInput } from './corpus.ts';
import type { Told } from './one.ts';

/** In the order in which they are fuzzed. */
const names = ['slack', 'admission', 'audit', 'api', 'command-line', 'policy', 'redis', 'kubernetes'] as const;
/** Milliseconds without a sign after which a target hangs in the input that it is at. */
const patience = 60_000;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: names.join() },
    runs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Date.now() % 1e9) },
    covered: { type: 'string', default: '1000' },
  },
});
const [runs, seed, covered] = [Number(values.runs), Number(values.seed), Number(values.covered)];
const only = values.only.split(',');
const unknown = only.filter((one) => !names.some((name) => name === one));
if (![runs, seed, covered].every(Number.isInteger) || runs < 1 || unknown.length > 0) {
  process.stderr.write(`npm run fuzz -- --only=${names.join()} --runs=1000 --seed=1 --covered=0 (whole numbers)\n`);
  process.exit(2);
}

type Done = {
  readonly runs: number;
  readonly seconds: number;
  readonly failure?: { readonly why: string; readonly input: string };
};
const folder = mkdtempSync(join(tmpdir(), 'hallpass-fuzz-'));

const fuzzOne = async (target: string): Promise<Done> => {
  const { promise, resolve } = Promise.withResolvers<Done>();
  const told: Told = { target, runs, seed, folder, covered };
  const began = performance.now();
  let [nth, done]: [number, Done | undefined] = [0, undefined];
  const failed = (why: string): Done => {
    const current = readFileSync(join(folder, `${target}.current`));
    const head = current.indexOf(10);
    const input = { sort: current.subarray(0, head).toString(), bytes: current.subarray(head + 1) };
    return {
      runs: nth,
      seconds: Math.round((performance.now() - began) / 1_000),
      failure: { why, input: writeInput(join(folder, target), input) },
    };
  };
  const child = fork(new URL('./one.ts', import.meta.url), [JSON.stringify(told)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  let timer = setTimeout(() => {}, 0);
  const wait = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      done = failed(`it hangs: nothing came for ${patience / 1_000} s`);
      child.kill('SIGKILL');
    }, patience);
  };
  wait();
  child.on('message', (said: { readonly nth?: number; readonly done?: Done }) => {
    wait();
    if (said.done !== undefined) done = said.done;
    if (said.nth === undefined) return;
    nth = said.nth;
    process.stderr.write(`\r${target}: ${nth} of ${runs} in ${Math.round((performance.now() - began) / 1_000)} s `);
  });
  // What it has said last comes before the end of its channel, but maybe after its own.
  const ended = Promise.withResolvers<string>();
  const gone = Promise.withResolvers<void>();
  child.on('exit', (code, signal) => ended.resolve(String(signal ?? code)));
  child.on('disconnect', () => gone.resolve());
  void Promise.all([ended.promise, gone.promise]).then(([how]) => {
    clearTimeout(timer);
    resolve(done ?? failed(`it ended its process: ${how}`));
  });
  return promise;
};

const total = { targets: 0, runs: 0, seconds: 0, failures: 0 };
for (const target of only) {
  const done = await fuzzOne(target);
  process.stderr.write('\n');
  process.stdout.write(`${JSON.stringify({ target, seed, ...done })}\n`);
  total.targets += 1;
  total.runs += done.runs;
  total.seconds += done.seconds;
  if (done.failure === undefined) continue;
  total.failures += 1;
  process.stderr.write(
    `${target}, seed ${seed}: ${done.failure.why}\nIts input, for test/fuzz/corpus/${target}/: ${done.failure.input}\n`,
  );
}
process.stdout.write(
  `${JSON.stringify({ total: { ...total, seconds: Math.round(total.seconds * 10) / 10 }, seed, node: process.version })}\n`,
);
process.exitCode = total.failures > 0 ? 1 : 0;
