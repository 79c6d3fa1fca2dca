import { benchAcknowledge } from './acknowledge.ts';
import { benchAllow } from './allow.ts';
import { benchChange } from './change.ts';
import { benchDiff } from './diff.ts';
import { benchExpire } from './expire.ts';
import type { Figure } from './figure.ts';
import { benchFlood } from './flood.ts';
import { readOptions } from './options.ts';
import { benchRadius } from './radius.ts';
import { benchRevert } from './revert.ts';
import { type Stage, startStage } from './stage.ts';
import { benchVerdict } from './verdict.ts';

/** In the order in which they run; `--only` takes one of these names. */
const benches: Readonly<Record<string, (stage: Stage) => Promise<readonly Figure[]>>> = {
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
};

/** Runs the benches and sends each figure to the parent, which prints them: this process' own stdout is the bot's log. */
const options = readOptions(process.argv.slice(2));
process.once('disconnect', () => process.exit(1));
const say = (text: string): void => void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);

const chosen = Object.entries(benches).filter(([name]) => options.only === undefined || options.only === name);
if (chosen.length === 0)
  throw new Error(`There is no bench "${options.only}". There are: ${Object.keys(benches).join(', ')}.`);

const stage = await startStage(options, say);
try {
  for (const [name, bench] of chosen) {
    say(`${name} …`);
    for (const figure of await bench(stage)) process.send?.(figure);
  }
} finally {
  await stage.stop();
}
process.disconnect?.();
process.exit(0);
