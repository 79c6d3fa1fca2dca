import { setTimeout as pause } from 'node:timers/promises';
import { serveMetrics } from '#src/metrics/serve.ts';
import { type Config, type Role, readConfig } from './config.ts';
import { problemsInFolders } from './core.ts';
import { createHealth, serveHealth } from './health.ts';
import { createLog } from './log.ts';
import { unknownSettings } from './settings.ts';

const say = (what: string, problems: readonly string[]): void =>
  void process.stderr.write(`${what}:\n${problems.map((problem) => `  - ${problem}\n`).join('')}`);

/** Ends with every problem on its own line, so that one start is enough to see them all. */
const refuse = (problems: readonly string[]): never => {
  say('Hallpass cannot start', problems);
  process.exit(1);
};

/** Beside a worker the bot tries again, for the worker must not stop with it: grants have to end. */
const retryEvery = 30_000;

const ends: (() => Promise<void>)[] = [];

const partsOf = (role: Role): readonly string[] => (role === 'all' ? ['bot', 'worker'] : [role]);
let ending = (): void => {};

/** Each process loads what it runs, and not Slack's libraries where it never speaks to Slack. */
const start = async (config: Config): Promise<void> => {
  const health = createHealth(partsOf(config.role));
  ending = health.end;
  if (config.healthPort !== undefined) {
    const served = await serveHealth(config.healthPort, health, createLog().error);
    if (!served.ok) return refuse([served.error]);
    ends.push(served.value.stop);
  }
  if (config.metricsPort !== undefined) {
    const served = await serveMetrics(config.metricsPort);
    if (!served.ok) return refuse([served.error]);
    ends.push(served.value.stop);
  }
  if (config.role === 'guard') {
    const { startGuard } = await import('./guard.ts');
    const guard = await startGuard(config);
    if (!guard.ok) return refuse(guard.error);
    health.watch('guard', guard.value.lacks);
    return void ends.push(guard.value.stop);
  }
  if (config.role === 'watcher') {
    const { startWatcher } = await import('./watcher.ts');
    const watcher = await startWatcher(config);
    if (!watcher.ok) return refuse(watcher.error);
    health.watch('watcher', watcher.value.lacks);
    return void ends.push(watcher.value.stop);
  }
  // The worker first: what it owes from before is done whether or not Slack can be reached.
  const worker = config.role === 'bot' ? undefined : await (await import('./worker.ts')).startWorker(config);
  if (worker !== undefined && !worker.ok) return refuse(worker.error);
  if (worker !== undefined) {
    health.watch('worker', worker.value.lacks);
    ends.push(worker.value.stop);
  }
  if (config.role === 'worker') return;
  const { startBot } = await import('./bot.ts');
  let bot = await startBot(config);
  if (!bot.ok && worker === undefined) return refuse(bot.error);
  while (!bot.ok) {
    say('The bot cannot start; the worker runs on, and the bot is tried again in 30 s', bot.error);
    await pause(retryEvery);
    bot = await startBot(config);
  }
  health.watch('bot', bot.value.lacks);
  ends.push(bot.value.stop);
  worker?.value.tellThrough(bot.value.tell);
};

const stop = async (): Promise<void> => {
  ending();
  for (const end of ends.toReversed()) await end();
  process.exit(0);
};

const unknown = unknownSettings(process.env);
if (unknown.length > 0) say('Hallpass does not know all of its environment', unknown);
const config = readConfig(process.env);
if (!config.ok) refuse([...config.error, ...(await problemsInFolders(process.env))]);
else {
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  await start(config.value);
}
