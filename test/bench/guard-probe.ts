/**
 * Loaded into a process (`node --expose-gc --import`): on SIGUSR2 leaves a line in the file that `BENCH_USAGE` names, with the CPU
 * that the process has used so far (milliseconds) and the memory that it has (bytes; the heap without garbage).
 */
import { appendFileSync } from 'node:fs';

const file = process.env.BENCH_USAGE ?? '';
const cpu = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

/** Of the probe itself. */
let spent = 0;

process.on('SIGUSR2', () => {
  const used = cpu();
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  appendFileSync(file, `${JSON.stringify({ cpu: used - spent, heap: heapUsed, rss })}\n`);
  spent += cpu() - used;
});
