/**
 * The command behind `npm run chaos`: rounds in which people ask and decide while parts of the product and what it stands on are
 * killed, slowed and made to lie, on real Redis, API server and processes. After each round all is mended, and what is so is held
 * against what must be so. `--rounds=N`, `--seed=S` for the rounds of an earlier run, `--only=<strike>,…` for some ways of breaking.
 * A round that fails is told with its seed; the last line on stdout is one of JSON with the totals.
 */
import { parseArgs } from 'node:util';
import { type Ground, startGround } from './ground.ts';
import { planReplicas, planRound, type StrikeKind, strikeKinds, tellRound } from './plan.ts';
import { type Outcome, playRound } from './round.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '500' },
    seed: { type: 'string', default: String(Date.now() % 1e9) },
    only: { type: 'string', default: strikeKinds.join(',') },
  },
});
const [rounds, seed] = [Number(values.rounds), Number(values.seed)];
const only = strikeKinds.filter((kind) => values.only.split(',').includes(kind));
if (!Number.isInteger(rounds) || rounds < 1 || !Number.isInteger(seed) || only.length === 0) {
  process.stderr.write(
    `npm run chaos -- --rounds=20 --seed=1 --only=redis-killed,api-killed. What can be broken: ${strikeKinds.join(', ')}.\n`,
  );
  process.exit(2);
}

/** Rounds with the same processes and clocks. */
const perGround = 10;
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const outcomes: Outcome[] = [];
const struck = new Map<StrikeKind, number>();
const failed: number[] = [];
let ground: Ground | undefined;
for (let nth = 0; nth < rounds; nth += 1) {
  const replicas = planReplicas(seed + nth - (nth % perGround));
  if (nth % perGround === 0) {
    await ground?.stop();
    ground = await startGround(replicas);
  }
  if (ground === undefined) throw new Error('There is no ground to stand on');
  const round = planRound(seed + nth, only);
  for (const { kind } of round.strikes) struck.set(kind, (struck.get(kind) ?? 0) + 1);
  const outcome = await playRound(ground, nth, round);
  outcomes.push(outcome);
  const { problems, filed, inForce, took } = outcome;
  say(
    `round ${nth + 1} of ${rounds}, seed ${round.seed}: ${round.strikes.map(({ kind }) => kind).join(', ')}: ${filed} filed, ${inForce} in force, ${(took / 1_000).toFixed(1)} s${problems.length === 0 ? '' : ': FAILED'}`,
  );
  if (problems.length === 0) continue;
  failed.push(round.seed);
  for (const line of [...tellRound(round, replicas), ...problems.map((one) => `!! ${one}`)]) say(`  ${line}`);
}
await ground?.stop();
const sum = (of: (outcome: Outcome) => number): number => outcomes.reduce((total, one) => total + of(one), 0);
process.stdout.write(
  `${JSON.stringify({ chaos: { rounds, seed, failed, filed: sum(({ filed }) => filed), inForce: sum(({ inForce }) => inForce), strikes: Object.fromEntries(struck) } })}\n`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
