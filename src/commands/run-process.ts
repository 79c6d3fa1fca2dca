import { type Answer, misspelt } from './answer.ts';
import { harmless } from './harmless.ts';
import { usage } from './run-command.ts';

/** Whether all of it was written. A reader that has gone, as `head` does, is none of our business. */
const print = (stream: NodeJS.WriteStream, lines: readonly string[] = []): Promise<boolean> =>
  new Promise((resolve) => {
    if (lines.length === 0) resolve(true);
    else
      stream.write(`${harmless(lines.join('\n'))}\n`, (fault) =>
        resolve(!fault || ('code' in fault && fault.code === 'EPIPE')),
      );
  });

/** Runs a command as the whole of this process: prints what it answers, and ends with its status. */
export const runProcess = async (run: (words: readonly string[]) => Promise<Answer | undefined>): Promise<never> => {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const { status, out, errors } = (await run(process.argv.slice(2))) ?? misspelt([usage]);
  const isWhole = await print(process.stdout, out);
  await print(process.stderr, isWhole ? errors : [...(errors ?? []), notWhole]);
  // What was given up waiting for, such as a plug-in that hangs, is not waited for here either.
  process.exit(isWhole || status !== 0 ? status : 1);
};

const notWhole = 'Standard output takes no more. What was written is not whole.';
