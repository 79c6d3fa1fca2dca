import { globalAgent as plainAgent } from 'node:http';
import { globalAgent as secureAgent } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import { type RawData, WebSocket } from 'ws';
import { z } from 'zod';

/** What Slack sends through a connection (docs.slack.dev/apis/events-api/using-socket-mode). */
const hello = z.object({ type: z.literal('hello') });
const notice = z.object({ type: z.literal('disconnect'), reason: z.string().default('no reason given') });
const envelope = z.object({
  envelope_id: z.string().min(1),
  payload: z.record(z.string(), z.unknown()),
  accepts_response_payload: z.boolean().default(false),
  retry_attempt: z.number().optional(),
  retry_reason: z.string().optional(),
});
export type Envelope = z.infer<typeof envelope>;
const frame = z.union([hello, notice, envelope]);

/** Slack waits this long for an acknowledgement; what takes longer is not waited for at the end of a connection. */
const ackDeadline = 3_000;
/** Slack does not end the TCP connection after the handshake of closing (socket-mode 3.2.0, changes): then we do. Milliseconds. */
const closing = 500;
/** Slack's largest is a view of 250 KB. */
const largest = 1024 * 1024;

export type Connection = {
  /** Resolves with the reason as soon as Slack says that it will close this connection, or when it has ended. */
  readonly leaving: Promise<string>;
  readonly ended: Promise<string>;
  /** Answers what is being answered, then closes. */
  readonly end: () => Promise<void>;
};

export type ConnectionSettings = {
  readonly url: string;
  /** Milliseconds that the handshake, and then Slack's hello, may take. */
  readonly patience: number;
  /** Milliseconds between two pings; after two without any sign of life the connection is given up. */
  readonly beat: number;
  /** Resolves with the acknowledgement's body; rejects when there is none to send. */
  readonly answer: (envelope: Envelope) => Promise<unknown>;
};

const read = (data: RawData): z.infer<typeof frame> | undefined => {
  try {
    return frame.safeParse(JSON.parse(String(data))).data;
  } catch {
    return undefined;
  }
};

/** An acknowledgement as Slack takes it: a body only where it wants one, a text as a message. */
const acknowledgement = ({ envelope_id, accepts_response_payload }: Envelope, body: unknown): string => {
  const isEmpty = body === undefined || body === null || body === '' || !accepts_response_payload;
  return JSON.stringify({
    envelope_id,
    ...(isEmpty ? {} : { payload: typeof body === 'string' ? { text: body } : body }),
  });
};

/** Opens one connection; resolves once Slack has said hello, rejects when it does not. */
export const connect = async ({ url, patience, beat, answer }: ConnectionSettings): Promise<Connection> => {
  const socket = new WebSocket(url, {
    handshakeTimeout: patience,
    maxPayload: largest,
    perMessageDeflate: false,
    // Node's own agents, which know the proxy of the environment (NODE_USE_ENV_PROXY).
    agent: url.startsWith('wss:') ? secureAgent : plainAgent,
  });
  const greeted = Promise.withResolvers<void>();
  const leaving = Promise.withResolvers<string>();
  const ended = Promise.withResolvers<string>();
  const answering = new Set<Promise<void>>();
  let fault = '';
  let unanswered = 0;

  const take = async (got: Envelope): Promise<void> => {
    try {
      const text = acknowledgement(got, await answer(got));
      // A connection that has gone takes no answer. What was decided stands all the same: Slack is not the truth.
      if (socket.readyState === WebSocket.OPEN) socket.send(text, () => {});
    } catch {
      // Not acknowledged: Slack shows its own trouble to the person. Whoever answers has alarmed it.
    }
  };
  const isAlive = (): void => {
    unanswered = 0;
  };
  const beating = setInterval(() => {
    // Slack closes in words and leaves the TCP connection to us.
    if (socket.readyState === WebSocket.CLOSING) return socket.terminate();
    if (socket.readyState !== WebSocket.OPEN) return;
    if (unanswered === 2) {
      fault = 'Slack has gone silent';
      return socket.terminate();
    }
    unanswered += 1;
    socket.ping();
  }, beat);
  const late = setTimeout(() => {
    fault = 'Slack did not say hello';
    socket.terminate();
  }, 2 * patience);

  socket.on('ping', isAlive);
  socket.on('pong', isAlive);
  socket.on('message', (data) => {
    isAlive();
    const got = read(data);
    if (got === undefined) return;
    if ('envelope_id' in got) {
      const taken = take(got).finally(() => answering.delete(taken));
      answering.add(taken);
    } else if (got.type === 'hello') {
      clearTimeout(late);
      greeted.resolve();
    } else leaving.resolve(got.reason);
  });
  socket.on('error', (cause) => {
    // What ended it, not what came of that.
    fault ||= cause.message;
  });
  socket.on('close', (code) => {
    clearInterval(beating);
    clearTimeout(late);
    const why = fault === '' ? `closed by Slack (${code})` : fault;
    leaving.resolve(why);
    ended.resolve(why);
    greeted.reject(new Error(why));
  });

  await Promise.race([greeted.promise, leaving.promise.then((why) => Promise.reject(new Error(why)))]).catch(
    (cause) => {
      socket.terminate();
      throw cause;
    },
  );
  return {
    leaving: leaving.promise,
    ended: ended.promise,
    end: async () => {
      await Promise.race([Promise.all(answering), pause(ackDeadline, undefined, { ref: false })]);
      socket.close(1000);
      await Promise.race([ended.promise, pause(closing, undefined, { ref: false })]);
      socket.terminate();
      await ended.promise;
    },
  };
};
