/**
 * Loaded into the worker's process (`node --import`): leaves a line in the file that `BENCH_TURNS` names for each time that
 * nothing else could be done there for ten milliseconds and more: until when (epoch milliseconds), and for how long.
 */
import { appendFileSync } from 'node:fs';
import { now } from './time.ts';

const file = process.env.BENCH_TURNS ?? '';
const least = 10;
const every = 5;

let last = now();
setInterval(() => {
  const turn = now();
  const gap = turn - last - every;
  if (gap >= least) appendFileSync(file, `${turn.toFixed(1)} ${gap.toFixed(1)}\n`);
  last = now();
}, every).unref();
