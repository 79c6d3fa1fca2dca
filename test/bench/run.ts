/**
 * The command behind `npm run bench`: one JSON line per figure on stdout, a table for people on stderr. Each baseline is
 * taken in the same run, for machines differ and are shared: the ratios count. Nothing fails for being slow.
 *
 * `--only=acknowledge|allow|change|diff|expire|radius|revert|flood|path|verdict|grow|watch-revoke|watch-events|guard-latency|guard-throughput|guard-held|audit` runs one
 * bench, `--small` tries them out, `--grants=10,100000` has `grow` look with so many, `--long` holds 10,000 writes instead of 2,000 and has 10,000 grants active instead of 1,000, `--profile=<folder>` leaves CPU profiles of the
 * worker, of the guard and of the bot there.
 */
import { fork } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Figure, jsonLine, table } from './figure.ts';
import { readOptions } from './options.ts';

const folder = mkdtempSync(join(tmpdir(), 'hallpass-bench-'));
const logFile = join(folder, 'bot.log');
const log = openSync(logFile, 'a', 0o600);
const program = fileURLToPath(new URL('./benches.ts', import.meta.url));
const { profile } = readOptions(process.argv.slice(2));
const execArgv = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
const child = fork(program, process.argv.slice(2), { execArgv, stdio: ['ignore', log, 'inherit', 'ipc'] });
closeSync(log);

const figures: Figure[] = [];
child.on('message', (message) => {
  const one = message as Figure;
  figures.push(one);
  process.stdout.write(`${jsonLine(one)}\n`);
});
child.once('exit', (code) => {
  process.stderr.write(`\n${table(figures)}\n`);
  const lines = readFileSync(logFile, 'utf8').trim().split('\n');
  const errors = lines.filter((line) => line.includes('"level":"error"'));
  if (errors.length > 0)
    process.stderr.write(`\nThe bot reported ${errors.length} errors, the last:\n${errors.slice(-3).join('\n')}\n`);
  if (code !== 0)
    process.stderr.write(
      `\nThe benches ended with ${code}. The end of the bot's log:\n${lines.slice(-10).join('\n')}\n`,
    );
  rmSync(folder, { recursive: true, force: true });
  process.exitCode = code === 0 ? 0 : 1;
});
