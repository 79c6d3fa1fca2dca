import type { IncomingMessage } from 'node:http';

export type BodyLimits = {
  /** Bytes of one body. */
  readonly body: number;
  /** Bytes of all bodies that are being read or reviewed. */
  readonly held: number;
  /** Bytes of each body that do not count as held: what is small gets through, whatever else comes. None when absent. */
  readonly free?: number;
};

export type Body =
  /** `release` when nothing that was made from it is needed any more. */
  | { readonly type: 'whole'; readonly bytes: Uint8Array; readonly release: () => void }
  | { readonly type: 'too-large' }
  /** All bodies together are too large. */
  | { readonly type: 'crowded' };

/** By events: to iterate over a request costs as much as all that is done with a small one. */
const toTheEnd = (request: IncomingMessage, take: (chunk: Uint8Array) => void): Promise<void> =>
  new Promise((resolve, reject) => {
    const broken = (): void => reject(new Error('The connection was closed before all of the body had come'));
    if (request.destroyed) return broken();
    request.on('data', take);
    request.once('end', resolve);
    request.once('error', reject);
    request.once('close', broken);
  });

/**
 * Reads bodies within these limits. What is too much is read on and thrown away: whoever is still sending would not see
 * an answer. Counted is what has come, and not what was announced: who sends slowly takes no room from others.
 * Rejects when the connection ends before the body.
 */
export const createBodyReader = (limits: BodyLimits): ((request: IncomingMessage) => Promise<Body>) => {
  const { free = 0 } = limits;
  let held = 0;
  return async (request) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    let counted = 0;
    let tooMuch: 'too-large' | 'crowded' | undefined;
    const release = (): void => {
      held -= counted;
      counted = 0;
      chunks.length = 0;
    };
    const take = (chunk: Uint8Array): void => {
      if (tooMuch !== undefined) return;
      size += chunk.length;
      held -= counted;
      counted = Math.max(0, size - free);
      held += counted;
      chunks.push(chunk);
      if (size > limits.body) tooMuch = 'too-large';
      else if (counted > 0 && held > limits.held) tooMuch = 'crowded';
      if (tooMuch !== undefined) release();
    };
    try {
      await toTheEnd(request, take);
    } catch (cause) {
      release();
      throw cause;
    }
    return tooMuch === undefined ? { type: 'whole', bytes: Buffer.concat(chunks), release } : { type: tooMuch };
  };
};
