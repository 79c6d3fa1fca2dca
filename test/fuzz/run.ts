/**
 * The command behind `npm run fuzz`: hostile inputs for what strangers can reach, 100,000 of each sort. One line of JSON with what
 * came of them is the last. `--inputs=N` for more or less, `--seed=S` for those of an earlier run.
 */
import { parseArgs } from 'node:util';
import { fuzzAdmission } from './admission.ts';

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Date.now() % 1e9) },
  },
});
const [inputs, seed] = [Number(values.inputs), Number(values.seed)];
if (!Number.isInteger(inputs) || inputs < 1 || !Number.isInteger(seed)) {
  process.stderr.write('--inputs and --seed are whole numbers: npm run fuzz -- --inputs=1000 --seed=1\n');
  process.exit(2);
}
process.stderr.write(`admission reviews: ${inputs} inputs, seed ${seed}\n`);
const fuzzed = await fuzzAdmission(inputs, seed);
const rss = Math.round(process.memoryUsage().rss / 1_048_576);
process.stdout.write(
  `${JSON.stringify({ fuzz: 'admission', seed, ...fuzzed, slowest: Math.round(fuzzed.slowest), megabytes: rss })}\n`,
);
process.exitCode = fuzzed.failure === undefined ? 0 : 1;
