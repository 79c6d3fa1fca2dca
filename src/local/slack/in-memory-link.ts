import type { App, Receiver } from '@slack/bolt';
import type { Answered, Transport } from './delivery.ts';
import type { WireReply, WireRequest } from './serve.ts';
import type { Workspace } from './workspace.ts';

export type InMemoryLink = {
  /** For bolt's `clientOptions.fetch`: carries every Web API call, `respond()` and uploads. Any host will do; the path counts. */
  fetch: typeof globalThis.fetch;
  /** For bolt's `receiver`: the workspace pushes its payloads into the app. */
  receiver: Receiver;
};

const wireRequest = async (request: Request): Promise<WireRequest> => {
  const url = new URL(request.url);
  const body = new Uint8Array(await request.arrayBuffer());
  return {
    method: request.method,
    path: url.pathname,
    query: url.search,
    headers: Object.fromEntries(request.headers),
    body,
  };
};

const never = (signal: AbortSignal | null | undefined): Promise<never> =>
  new Promise((_, reject) => {
    const give = () => reject(signal?.reason ?? new Error('aborted'));
    if (signal?.aborted === true) give();
    signal?.addEventListener('abort', give, { once: true });
  });

const wait = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

const responseFrom = async (reply: WireReply, signal: AbortSignal | null | undefined): Promise<Response> => {
  switch (reply.type) {
    case 'refused':
      throw new TypeError('fetch failed', {
        cause: Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
      });
    case 'hang':
      return never(signal);
    case 'reply': {
      if (reply.delay > 0) await Promise.race([wait(reply.delay), never(signal)]);
      const body = typeof reply.body === 'string' ? reply.body : Buffer.from(reply.body);
      return new Response(body, { status: reply.status, headers: reply.headers });
    }
  }
};

/** What a JSON wire would carry; an acknowledgement without a body is an empty one. */
const overTheWire = (body: unknown): unknown => {
  if (body === undefined || body === null || body === '') return '';
  return typeof body === 'string' ? body : (JSON.parse(JSON.stringify(body)) as unknown);
};

const createTransport = (app: App): Transport => ({
  deliver: (envelope, forgery) => {
    if (forgery !== undefined && forgery.replay !== true)
      throw new Error('A forged signature needs the HTTP link: nothing is signed in memory.');
    return new Promise<Answered>((resolve) => {
      let acknowledged = false;
      const ack = async (body?: unknown) => {
        if (acknowledged) throw new Error('The app acknowledged the same request twice.');
        acknowledged = true;
        resolve({ type: 'answered', status: 200, body: overTheWire(body) });
      };
      const retry =
        envelope.retry === undefined ? {} : { retryNum: envelope.retry.num, retryReason: envelope.retry.reason };
      // A listener that throws before it acknowledges makes bolt's HTTP receiver answer 500; so does this one.
      app
        .processEvent({ body: envelope.payload, ack, ...retry })
        .catch(() => resolve({ type: 'answered', status: 500, body: '' }));
    });
  },
});

/** The whole of Slack without a port: one fetch, and one receiver. */
export const createInMemoryLink = (workspace: Workspace): InMemoryLink => {
  let app: App | undefined;
  let disconnect = () => {};
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const signal = init?.signal;
    const request = new Request(input, init);
    return responseFrom(await workspace.serve(await wireRequest(request)), signal);
  };
  const receiver: Receiver = {
    init: (given) => {
      app = given;
    },
    start: async () => {
      if (app === undefined) throw new Error('The receiver was started before bolt gave it an app.');
      disconnect = workspace.connect(createTransport(app));
    },
    stop: async () => disconnect(),
  };
  return { fetch, receiver };
};
