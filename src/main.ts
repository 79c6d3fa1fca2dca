import { startBot } from './bot.ts';
import { readConfig } from './config.ts';
import { startWorker } from './worker.ts';

/** Ends with every problem on its own line, so that one start is enough to see them all. */
const refuse = (problems: readonly string[]): never => {
  process.stderr.write(`Hallpass cannot start:\n${problems.map((problem) => `  - ${problem}\n`).join('')}`);
  process.exit(1);
};

const config = readConfig(process.env);
if (!config.ok) refuse(config.error);
else {
  // The worker first: what it owes from before is done whether or not Slack can be reached.
  const { role } = config.value;
  const worker = role === 'bot' ? undefined : await startWorker(config.value);
  if (worker !== undefined && !worker.ok) refuse(worker.error);
  const bot = role === 'worker' ? undefined : await startBot(config.value);
  if (bot !== undefined && !bot.ok) refuse(bot.error);
  if (worker?.ok && bot?.ok) worker.value.tellThrough(bot.value.tell);

  const stop = async (): Promise<void> => {
    if (bot?.ok) await bot.value.stop();
    if (worker?.ok) await worker.value.stop();
    process.exit(0);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}
