import { Worker } from 'node:worker_threads';

/** What goes to a thread and comes back; `fault` instead of an answer when the question could not be worked on. */
export type Question<Q> = { readonly id: number; readonly question: Q };
export type Answer<A> = { readonly id: number; readonly answer: A } | { readonly id: number; readonly fault: string };

/** Answers questions by a program on a thread of its own, in their order. Throws when it cannot; asking again may help. */
export type Thread<Q, A> = {
  readonly ask: (question: Q) => Promise<A>;
  readonly close: () => Promise<void>;
};

type Limits = {
  /** Questions that may be waiting, the one in work included: more are refused at once. */
  readonly mostWaiting: number;
  /** Milliseconds until an answer; then the thread is ended, and with it what else waits. */
  readonly longest: number;
};

type Waiting<A> = { readonly resolve: (answer: A) => void; readonly reject: (fault: Error) => void };
type Running<A> = { readonly worker: Worker; readonly waiting: Map<number, Waiting<A>> };

/** Megabytes; beyond them the thread ends, and not the process. */
const memory = 512;

/**
 * The thread is started at once, and anew with the next question after it broke. It keeps no process alive. The program
 * has to be of this very release: what it answers is taken as it comes.
 */
export const createThread = <Q, A>(program: URL, { mostWaiting, longest }: Limits): Thread<Q, A> => {
  let closed = false;
  let count = 0;

  const end = (ended: Running<A>, cause: unknown): void => {
    if (running === ended) running = undefined;
    const fault = new Error('The thread that was asked has ended', { cause });
    for (const { reject } of ended.waiting.values()) reject(fault);
    ended.waiting.clear();
  };

  const start = (): Running<A> => {
    const worker = new Worker(program, { execArgv: [], resourceLimits: { maxOldGenerationSizeMb: memory } });
    const started: Running<A> = { worker, waiting: new Map() };
    worker.on('message', (reply: Answer<A>) => {
      const waiting = started.waiting.get(reply.id);
      started.waiting.delete(reply.id);
      if ('answer' in reply) waiting?.resolve(reply.answer);
      else waiting?.reject(new Error(`The thread could not answer: ${reply.fault}`));
    });
    worker.on('error', (cause) => end(started, cause));
    worker.on('exit', (code) => end(started, new Error(`It exited with ${code}`)));
    worker.unref();
    return started;
  };
  let running: Running<A> | undefined = start();

  const ask = async (question: Q): Promise<A> => {
    if (closed) throw new Error('The thread is closed');
    running ??= start();
    const asked = running;
    if (asked.waiting.size >= mostWaiting) throw new Error(`${mostWaiting} questions are waiting already`);
    count += 1;
    const id = count;
    const { promise, resolve, reject } = Promise.withResolvers<A>();
    asked.waiting.set(id, { resolve, reject });
    const timer = setTimeout(() => {
      end(asked, new Error(`No answer within ${longest} ms`));
      void asked.worker.terminate();
    }, longest);
    timer.unref();
    try {
      asked.worker.postMessage({ id, question } satisfies Question<Q>);
      return await promise;
    } finally {
      clearTimeout(timer);
      asked.waiting.delete(id);
    }
  };

  const close = async (): Promise<void> => {
    closed = true;
    await running?.worker.terminate();
  };

  return { ask, close };
};
