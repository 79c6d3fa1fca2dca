import { benchAcknowledge } from './acknowledge.ts';
import { benchAllow } from './allow.ts';
import { benchAudit } from './audit.ts';
import { type AuditStage, startAuditStage } from './audit-stage.ts';
import { benchChange } from './change.ts';
import { benchDiff } from './diff.ts';
import { benchExpire } from './expire.ts';
import type { Figure } from './figure.ts';
import { benchFlood } from './flood.ts';
import { benchGrow } from './grow.ts';
import { type GrowStage, startGrowStage } from './grow-stage.ts';
import { benchGuardHeld } from './guard-held.ts';
import { benchGuardLatency } from './guard-latency.ts';
import { type GuardStage, startGuardStage } from './guard-stage.ts';
import { benchGuardThroughput } from './guard-throughput.ts';
import { readOptions } from './options.ts';
import { benchPath } from './path.ts';
import { benchRadius } from './radius.ts';
import { benchRevert } from './revert.ts';
import { type Stage, startStage, startWatchStage } from './stage.ts';
import { benchVerdict } from './verdict.ts';
import { benchWatchEvents } from './watch-events.ts';
import { benchWatchRevoke } from './watch-revoke.ts';

/** All at once, or, of one that takes long, as they come. */
type Figures = Promise<readonly Figure[]> | AsyncIterable<Figure>;
type Benches<S> = Readonly<Record<string, (stage: S) => Figures>>;

/** In the order in which they run; `--only` takes one of these names. */
const benches: Benches<Stage> = {
  // First: it waits for cards, and behind the others hundreds of them wait for Slack's pace.
  diff: benchDiff,
  radius: benchRadius,
  verdict: benchVerdict,
  acknowledge: benchAcknowledge,
  allow: benchAllow,
  change: benchChange,
  expire: benchExpire,
  revert: benchRevert,
  flood: benchFlood,
  // Last: Slack is told of it for minutes.
  path: benchPath,
};

/** On parts of their own: bot and worker are two processes beside this one. */
const growBenches: Benches<GrowStage> = { grow: benchGrow };

/** On parts of their own: with a watcher. */
const watchBenches: Benches<Stage> = {
  'watch-revoke': benchWatchRevoke,
  'watch-events': benchWatchEvents,
};

/** On parts of their own: with a guard, and without bot and worker. */
const guardBenches: Benches<GuardStage> = {
  'guard-latency': benchGuardLatency,
  'guard-throughput': benchGuardThroughput,
  'guard-held': benchGuardHeld,
};

/** On a Redis of its own, with nothing running beside it. */
const auditBenches: Benches<AuditStage> = { audit: benchAudit };

/** Runs the benches and sends each figure to the parent, which prints them: this process' own stdout is the bot's log. */
const options = readOptions(process.argv.slice(2));
process.once('disconnect', () => process.exit(1));
const say = (text: string): void => void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);

const all = [benches, growBenches, watchBenches, guardBenches, auditBenches].flatMap((some) => Object.keys(some));
if (options.only !== undefined && !all.includes(options.only))
  throw new Error(`There is no bench "${options.only}". There are: ${all.join(', ')}.`);

const runAll = async <S extends { readonly stop: () => Promise<void> }>(
  from: Benches<S>,
  start: (set: typeof options, tell: typeof say) => Promise<S>,
): Promise<void> => {
  const chosen = Object.entries(from).filter(([name]) => options.only === undefined || options.only === name);
  if (chosen.length === 0) return;
  const stage = await start(options, say);
  try {
    for (const [name, bench] of chosen) {
      say(`${name} …`);
      const figures = bench(stage);
      if ('then' in figures) for (const figure of await figures) process.send?.(figure);
      else for await (const figure of figures) process.send?.(figure);
    }
  } finally {
    await stage.stop();
  }
};

await runAll(benches, startStage);
await runAll(growBenches, startGrowStage);
await runAll(watchBenches, startWatchStage);
await runAll(guardBenches, startGuardStage);
await runAll(auditBenches, startAuditStage);
process.disconnect?.();
process.exit(0);
