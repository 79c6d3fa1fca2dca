import { type Answer, misspelt } from './answer.ts';
import { harmless } from './harmless.ts';
import { usage } from './run-command.ts';

const print = (stream: NodeJS.WriteStream, lines: readonly string[] = []): Promise<void> =>
  new Promise((resolve) => {
    if (lines.length === 0) resolve();
    // A reader that has gone, as `head` does, is none of our business.
    else stream.write(`${harmless(lines.join('\n'))}\n`, () => resolve());
  });

/** Runs a command as the whole of this process: prints what it answers, and ends with its status. */
export const runProcess = async (run: (words: readonly string[]) => Promise<Answer | undefined>): Promise<never> => {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const { status, out, errors } = (await run(process.argv.slice(2))) ?? misspelt([usage]);
  await print(process.stdout, out);
  await print(process.stderr, errors);
  // What was given up waiting for, such as a plug-in that hangs, is not waited for here either.
  process.exit(status);
};
