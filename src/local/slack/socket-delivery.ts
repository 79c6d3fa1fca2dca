import type { RawData, WebSocket } from 'ws';
import { z } from 'zod';
import type { Answered, Envelope, Transport } from './delivery.ts';

/** What an app sends through a connection. */
const Acknowledgement = z.strictObject({
  envelope_id: z.string().min(1),
  payload: z.record(z.string(), z.unknown()).optional(),
});

/** One envelope that an app has not acknowledged yet. */
type Pending = { envelope: Envelope; resolve: (answered: Answered) => void };

export type SocketConnection = {
  socket: WebSocket;
  /** Sends an envelope; resolves with the acknowledgement, or when the connection is gone. */
  ask: (envelope: Envelope) => Promise<Answered>;
};

/** Events take no answer; commands and clicks may be answered with a message, forms with what becomes of them. */
const takesPayload = (envelope: Envelope): boolean => envelope.type !== 'events_api';

const onTheWire = (envelope: Envelope): string =>
  JSON.stringify({
    envelope_id: envelope.id,
    type: envelope.type,
    payload: envelope.payload,
    accepts_response_payload: takesPayload(envelope),
    ...(envelope.retry === undefined
      ? {}
      : {
          retry_attempt: envelope.retry.num,
          retry_reason: envelope.retry.reason === 'http_timeout' ? 'timeout' : 'error',
        }),
  });

const read = (data: RawData) => {
  try {
    return Acknowledgement.safeParse(JSON.parse(String(data))).data;
  } catch {
    return undefined;
  }
};

/** A connection as Slack drives it: envelopes out, acknowledgements of the same connection in. */
export const driveConnection = (
  socket: WebSocket,
  problem: (what: string, detail: unknown) => void,
): SocketConnection => {
  const pending = new Map<string, Pending[]>();
  const acknowledge = (data: RawData): void => {
    const got = read(data);
    const waiting = got === undefined ? undefined : pending.get(got.envelope_id)?.shift();
    if (got === undefined || waiting === undefined) {
      problem('what came through Socket Mode acknowledges nothing that waits for it', String(data));
      return;
    }
    const isEmpty = got.payload === undefined || Object.keys(got.payload).length === 0;
    if (!isEmpty && !takesPayload(waiting.envelope)) problem('an event was acknowledged with a payload', got);
    waiting.resolve({ type: 'answered', status: 200, body: isEmpty ? '' : got.payload });
  };
  socket.on('message', acknowledge);
  socket.on('close', () => {
    for (const { resolve } of [...pending.values()].flat())
      resolve({ type: 'unreachable', reason: 'the connection was lost before the acknowledgement' });
    pending.clear();
  });
  return {
    socket,
    ask: (envelope) =>
      new Promise((resolve) => {
        pending.set(envelope.id, [...(pending.get(envelope.id) ?? []), { envelope, resolve }]);
        socket.send(onTheWire(envelope), () => {});
      }),
  };
};

/** Reaches the app through any one of its connections in turn; `copies` says how often the next envelope is sent. */
export const createSocketDelivery = (
  connections: () => readonly SocketConnection[],
  copies: () => number,
): Transport => {
  let turn = 0;
  const next = (): SocketConnection | undefined => {
    const open = connections();
    turn += 1;
    return open[turn % Math.max(1, open.length)];
  };
  return {
    deliver: async (envelope, forgery) => {
      if (forgery !== undefined && forgery.replay !== true)
        throw new Error('A forged signature needs the HTTP link: nothing is signed in Socket Mode.');
      const none: Answered = { type: 'unreachable', reason: 'no connection is open' };
      const answers = Array.from({ length: copies() }, () => next()?.ask(envelope) ?? Promise.resolve(none));
      const [first = none] = await Promise.all(answers);
      return first;
    },
  };
};
