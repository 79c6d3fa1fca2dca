import { resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { writeWhole } from '#adapters/files/whole-file.ts';
import { err, ok, type Result } from '#domain/result.ts';

const interrupts = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What is left of what could not be written to its end. */
export const leftOf = (into: string): string =>
  into === '-' ? 'What was written is not whole.' : 'Nothing was written.';

/**
 * Writes texts to a file as a whole, or with `-` to standard output as they come. `err` says why not; whoever interrupts it finds
 * nothing half written. A fault of what is to be written is thrown.
 */
export const writeInto = async (
  into: string,
  texts: AsyncIterable<string>,
  stdout: Writable,
): Promise<Result<null, string>> => {
  const interrupt = new AbortController();
  const stop = (): void => interrupt.abort();
  for (const signal of interrupts) process.on(signal, stop);
  try {
    const stoppable = unless(interrupt.signal, texts);
    return into === '-' ? await writeTo(stdout, stoppable) : await writeWhole(resolve(into), stoppable);
  } catch (cause) {
    if (interrupt.signal.aborted) return err(`Stopped. ${leftOf(into)}`);
    throw cause;
  } finally {
    for (const signal of interrupts) process.off(signal, stop);
  }
};

async function* unless(signal: AbortSignal, texts: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const text of texts) {
    signal.throwIfAborted();
    yield text;
  }
}

const writeTo = async (stream: Writable, texts: AsyncIterable<string>): Promise<Result<null, string>> => {
  for await (const text of texts) {
    const { promise, resolve: written } = Promise.withResolvers<Error | null | undefined>();
    stream.write(text, written);
    const fault = await promise;
    if (fault) return err(`Standard output takes no more (${fault.message}). ${leftOf('-')}`);
  }
  return ok(null);
};
