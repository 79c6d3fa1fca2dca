import { createInterface } from 'node:readline/promises';
import { styleText } from 'node:util';
import { harmless } from './harmless.ts';
import type { Paint } from './preview-text.ts';

/** Whom a command talks to while it runs. What it comes to goes to standard output, all else past it. */
export type Terminal = {
  readonly tell: (...lines: readonly string[]) => void;
  readonly paint: Paint;
  /** Whether somebody is there who can be asked. */
  readonly isAttended: boolean;
  /** Only a plain yes is one. */
  readonly agree: (question: string, signal: AbortSignal) => Promise<boolean>;
};

export const createTerminal = (
  stdin: NodeJS.ReadStream = process.stdin,
  stderr: NodeJS.WriteStream = process.stderr,
): Terminal => ({
  tell: (...lines) => {
    for (const line of lines) stderr.write(`${harmless(line)}\n`);
  },
  paint: (style, text) => styleText(style, text, { stream: stderr }),
  isAttended: stdin.isTTY === true && stderr.isTTY === true,
  agree: async (question, signal) => {
    const prompt = createInterface({ input: stdin, output: stderr });
    // In a terminal that is read by lines Ctrl-C comes as one of its keys.
    prompt.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    // The end of what can be typed answers no question, and would be waited for.
    const over = new Promise<string>((resolve) => prompt.once('close', () => resolve('')));
    try {
      return /^y(es)?$/i.test((await Promise.race([prompt.question(`${question} [y/N] `, { signal }), over])).trim());
    } catch (cause) {
      if (signal.aborted) return false;
      throw cause;
    } finally {
      prompt.close();
    }
  },
});

const interrupts = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Lets what runs be interrupted once in its own way; the second time ends the process. */
export const interruptible = async <T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> => {
  const interrupt = new AbortController();
  const stop = (): void => {
    for (const signal of interrupts) process.off(signal, stop);
    interrupt.abort();
  };
  for (const signal of interrupts) process.on(signal, stop);
  try {
    return await run(interrupt.signal);
  } finally {
    for (const signal of interrupts) process.off(signal, stop);
  }
};
