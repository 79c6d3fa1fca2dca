import { createServer, type Server } from 'node:http';
import { type App, AuthorizationError, type Receiver, ReceiverMultipleAckError } from '@slack/bolt';
import { WebClient, type WebClientOptions } from '@slack/web-api';
import { z } from 'zod';
import { faultOf } from './slack-faults.ts';
import { connect, type Envelope } from './socket-connection.ts';
import { createLines, type NoConnection, type Pace, usualPace } from './socket-lines.ts';

export type SocketSettings = {
  readonly appToken: string;
  /** How `apps.connections.open` is called. */
  readonly clientOptions: WebClientOptions;
  /** There is no connection: people click in vain. Said once, and so is that there is one again. */
  readonly onOutage: (why: string) => void;
  readonly onBack: () => void;
  readonly pace?: Partial<Pace>;
  /** Milliseconds: how long a connection may take to open, and between two pings. */
  readonly patience?: number;
  readonly beat?: number;
};

/** `isUp`: whether Slack reaches the bot, but for a moment now and then. */
export type SocketReceiver = Receiver & { readonly isUp: () => boolean };

const opened = z.object({ url: z.url({ protocol: /^wss?$/ }) });

/** An envelope that comes again is answered again, not acted on again; so many are remembered. */
const remembered = 1_000;

/** Gives each envelope to bolt once. Rejects when bolt's listeners ended without an acknowledgement. */
const createAnswers = (app: () => App): ((envelope: Envelope) => Promise<unknown>) => {
  const answers = new Map<string, Promise<unknown>>();
  const ask = async ({ payload, retry_attempt, retry_reason }: Envelope): Promise<unknown> => {
    const answer = Promise.withResolvers<unknown>();
    let isAcknowledged = false;
    const ack = async (body?: unknown): Promise<void> => {
      if (isAcknowledged) throw new ReceiverMultipleAckError();
      isAcknowledged = true;
      answer.resolve(body);
    };
    const retry = {
      ...(retry_attempt === undefined ? {} : { retryNum: retry_attempt }),
      ...(retry_reason === undefined ? {} : { retryReason: retry_reason }),
    };
    app()
      .processEvent({ body: payload, ack, ...retry })
      .then(
        () => answer.reject(new Error('Nobody acknowledged')),
        // As bolt's own receiver: an app that is not let in acknowledges, so that Slack does not try again.
        (cause: unknown) => (cause instanceof AuthorizationError ? answer.resolve(undefined) : answer.reject(cause)),
      );
    return answer.promise;
  };
  return (envelope) => {
    const before = answers.get(envelope.envelope_id);
    if (before !== undefined) return before;
    const [oldest] = answers.keys();
    if (answers.size >= remembered && oldest !== undefined) answers.delete(oldest);
    const answer = ask(envelope);
    answers.set(envelope.envelope_id, answer);
    // What failed may be tried again.
    answer.catch(() => answers.delete(envelope.envelope_id));
    return answer;
  };
};

const noConnection = (cause: unknown): NoConnection => {
  const fault = faultOf(cause);
  switch (fault.type) {
    case 'limited':
      return { why: 'Slack asked for a pause', milliseconds: fault.milliseconds, isFinal: false };
    case 'refused':
      return { why: `apps.connections.open: ${fault.error}`, isFinal: true };
    case 'uncertain':
      return { why: cause instanceof Error ? cause.message : fault.error, isFinal: false };
  }
};

const remedy = (apiUrl: string | undefined, cause: unknown): Error => {
  const { why, isFinal } = noConnection(cause);
  const text = isFinal
    ? `Slack does not take SLACK_APP_TOKEN at ${apiUrl} (${why}). Make an app-level token with the scope connections:write (Basic Information → App-Level Tokens), and switch Socket Mode on in the same app.`
    : `Slack cannot be reached over a WebSocket (${why}). Let the bot connect out to slack.com and *.slack.com, port 443, or use signed HTTP: leave SLACK_APP_TOKEN out and set SLACK_SIGNING_SECRET.`;
  return new Error(text, { cause });
};

/** `/livez` says that the process listens, as it does over HTTP. */
const serveLivez = (port: number): Promise<Server> => {
  const server = createServer(({ method, url }, response) => {
    const isLivez = method === 'GET' && url === '/livez';
    response.writeHead(isLivez ? 200 : 404).end(isLivez ? 'ok' : '');
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, () => resolve(server));
  });
};

/** Slack's Socket Mode over two connections that are kept for ever; nothing but `/livez` is listened for. */
export const createSocketReceiver = ({
  appToken,
  clientOptions,
  onOutage,
  onBack,
  pace,
  patience = 5_000,
  beat = 2_000,
}: SocketSettings): SocketReceiver => {
  // The lines try again themselves; a copy, for libraries write into what they are given.
  const client = new WebClient(appToken, { ...clientOptions, retryConfig: { retries: 0 } });
  let app: App | undefined;
  let server: Server | undefined;
  const answer = createAnswers(() => {
    if (app === undefined) throw new Error('The receiver was started before bolt gave it an app.');
    return app;
  });
  const lines = createLines({
    open: async () => {
      const { url } = opened.parse(await client.apps.connections.open({}));
      return connect({ url, patience, beat, answer });
    },
    faultOf: noConnection,
    onOutage,
    onBack,
    pace: { ...usualPace, ...pace },
  });
  const stop = async (): Promise<void> => {
    await lines.stop();
    server?.closeAllConnections();
    server?.close();
  };
  return {
    init: (given) => {
      app = given;
    },
    start: async (port: number) => {
      server = await serveLivez(port);
      try {
        await lines.start();
      } catch (cause) {
        await stop();
        throw remedy(clientOptions.slackApiUrl, cause);
      }
    },
    stop,
    isUp: lines.isUp,
  };
};
