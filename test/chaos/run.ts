/**
 * The command behind `npm run chaos`: rounds in which people ask and decide while parts of the product and what it stands on are
 * killed, slowed and made to lie, on real Redis, API server and processes. After each round all is mended, and what is so is held
 * against what must be so. `--rounds=N`, `--seed=S` for the rounds of an earlier run, `--only=<strike>,…` for some ways of breaking,
 * `--at-once=N` for that many grounds side by side. A round that fails is told with its seed; the last line on stdout is one of JSON
 * with the totals.
 */
import { parseArgs } from 'node:util';
import { planReplicas, planRound } from './draw.ts';
import { type Ground, startGround } from './ground.ts';
import { groundOf, inLanes, type Stretch, stretchesOf } from './lanes.ts';
import { type StrikeKind, strikeKinds } from './plan.ts';
import { type Outcome, playRound } from './round.ts';
import { tellRound } from './tell.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '500' },
    seed: { type: 'string', default: String(Date.now() % 1e9) },
    only: { type: 'string', default: strikeKinds.join(',') },
    'at-once': { type: 'string', default: '2' },
  },
});
const [rounds, seed, atOnce] = [Number(values.rounds), Number(values.seed), Number(values['at-once'])];
const only = strikeKinds.filter((kind) => values.only.split(',').includes(kind));
const isCount = (number: number): boolean => Number.isInteger(number) && number > 0;
if (!isCount(rounds) || !isCount(atOnce) || !Number.isInteger(seed) || seed < 0 || only.length === 0) {
  process.stderr.write(
    `npm run chaos -- --rounds=20 --seed=1 --at-once=2 --only=redis-killed,api-killed. What can be broken: ${strikeKinds.join(', ')}.\n`,
  );
  process.exit(2);
}

const outcomes: Outcome[] = [];
const struck = new Map<StrikeKind, number>();
const failed: number[] = [];

/** All of a round at once, so that what another ground says does not stand in between. */
const tell = (
  round: ReturnType<typeof planRound>,
  { problems, filed, inForce, held, written, misused, took }: Outcome,
): void => {
  const kinds = round.strikes.map(({ kind }) => kind).join(', ');
  const isWell = problems.length === 0;
  const head = `round ${outcomes.length} of ${rounds}, seed ${round.seed}: ${kinds}: ${filed} filed, ${inForce} in force, ${held} held, ${written} written, ${misused} misused, ${(took / 1_000).toFixed(1)} s${isWell ? '' : ': FAILED'}`;
  const story = isWell
    ? []
    : [...tellRound(round, planReplicas(groundOf(round.seed))), ...problems.map((one) => `!! ${one}`)];
  process.stderr.write(`${[head, ...story.map((line) => `  ${line}`)].join('\n')}\n`);
};

const play = async (ground: Ground, nth: number, one: number): Promise<void> => {
  const round = planRound(one, only);
  for (const { kind } of round.strikes) struck.set(kind, (struck.get(kind) ?? 0) + 1);
  const outcome = await playRound(ground, nth, round);
  outcomes.push(outcome);
  if (outcome.problems.length > 0) failed.push(round.seed);
  tell(round, outcome);
};

/** Where a ground itself breaks its rounds have failed, and the others go on. */
const playAll = async (stretch: Stretch): Promise<void> => {
  const left = [...stretch];
  let ground: Ground | undefined;
  try {
    ground = await startGround(planReplicas(groundOf(stretch[0] ?? 0)));
    for (const [nth, one] of stretch.entries()) {
      await play(ground, nth, one);
      left.shift();
    }
  } catch (cause) {
    failed.push(...left);
    process.stderr.write(`the ground of seeds ${left.join(', ')} has broken: FAILED\n  !! ${String(cause)}\n`);
  }
  await ground?.stop();
};

await inLanes(stretchesOf(seed, rounds), atOnce, playAll);
const sum = (of: (outcome: Outcome) => number): number => outcomes.reduce((total, one) => total + of(one), 0);
process.stdout.write(
  `${JSON.stringify({ chaos: { rounds, seed, failed: failed.toSorted((one, other) => one - other), filed: sum(({ filed }) => filed), inForce: sum(({ inForce }) => inForce), held: sum(({ held }) => held), written: sum(({ written }) => written), misused: sum(({ misused }) => misused), strikes: Object.fromEntries(struck) } })}\n`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
