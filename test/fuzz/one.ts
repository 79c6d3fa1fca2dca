/** Fuzzes one target in a process of its own, which `run.ts` starts: it may hang, and be ended. */
import { ftruncateSync, openSync, writeSync } from 'node:fs';
import { readCorpus, writeInput } from './corpus.ts';
import { createCoverage } from './coverage.ts';
import { fuzz } from './drive.ts';
import type { Input } from './target.ts';
import { targets } from './targets.ts';

/** What `run.ts` tells it. */
export type Told = {
  readonly target: string;
  readonly runs: number;
  readonly seed: number;
  /** Where the input is written that it is at, and what fails. */
  readonly folder: string;
  /** Inputs of which it is measured which blocks of the product they reach. */
  readonly covered: number;
};

// What libraries warn of is of no interest.
process.removeAllListeners('warning');

const told = JSON.parse(process.argv[2] ?? '') as Told;
const target = targets.find(({ name }) => name === told.target);
if (target === undefined) throw new Error(`There is no target ${told.target}`);

const current = openSync(`${told.folder}/${told.target}.current`, 'w');
const keep = ({ sort, bytes }: Input): void => {
  const head = Buffer.from(`${sort}\n`);
  ftruncateSync(current, head.length + bytes.length);
  writeSync(current, head, 0, head.length, 0);
  writeSync(current, bytes, 0, bytes.length, head.length);
};

// A judgement that never comes leaves nothing to wait for, and the process would end as if it were done.
const alive = setInterval(() => {}, 60_000);

const coverage = await createCoverage(told.covered);
let said = 0;
const fuzzed = await fuzz(target, {
  runs: told.runs,
  seed: told.seed,
  corpus: readCorpus(told.target),
  before: (nth, input) => {
    keep(input);
    const now = performance.now();
    if (now - said < 1_000) return;
    said = now;
    process.send?.({ nth });
  },
  isNews: coverage.isNews,
  slowest: (input) => void writeInput(`${told.folder}/${told.target}-slow`, input),
});
const { failure, ...counts } = fuzzed;
process.send?.({
  done: {
    ...counts,
    ...coverage.figures(),
    ...(failure === undefined
      ? {}
      : {
          failure: {
            nth: failure.nth,
            why: failure.why,
            input: writeInput(`${told.folder}/${told.target}`, failure.input),
          },
        }),
  },
});
clearInterval(alive);
process.disconnect?.();
// What a target leaves waiting is of no interest.
setTimeout(() => process.exit(0), 500).unref();
