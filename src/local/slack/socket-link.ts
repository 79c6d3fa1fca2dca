import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import { createHttpLink, type HttpLink, type HttpLinkOptions } from './http-link.ts';
import { createSocketDelivery, driveConnection, type SocketConnection } from './socket-delivery.ts';
import type { Workspace } from './workspace.ts';

/** An app may have so many connections at a time (docs.slack.dev/apis/events-api/using-socket-mode). */
const mostConnections = 10;

export type SocketLink = Omit<HttpLink, 'connectApp'> & {
  /** How many connections are open. */
  connections: () => number;
  /** Announces to the oldest connection that it will end, and closes it so many milliseconds later; resolves then. */
  disconnect: (reason: 'warning' | 'refresh_requested', closeAfter: number) => Promise<void>;
  /** Closes the oldest connection without a notice. */
  close: () => void;
  /** Ends all connections without a word, as a broken network does. */
  drop: () => void;
  /** The next envelope is sent twice, each to the connection whose turn it is. */
  double: () => void;
  /** No ping of the app is answered any more, by connections there are or will be, until `false`. */
  silent: (isSilent: boolean) => void;
};

/** Addresses that work once. */
const createTickets = () => {
  const valid = new Set<string>();
  return {
    issue: (): string => {
      const ticket = randomUUID();
      valid.add(ticket);
      return ticket;
    },
    take: (ticket: string | null): boolean => ticket !== null && valid.delete(ticket),
  };
};

const refuse = (socket: Duplex): void => void socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n');
const say = (socket: WebSocket, frame: Record<string, unknown>): void =>
  socket.send(JSON.stringify({ ...frame, debug_info: { host: 'applink-local' } }), () => {});

/** Slack over Socket Mode on 127.0.0.1: the Web API by HTTP, and envelopes through connections that the app opens. */
export const createSocketLink = async (
  workspace: Workspace,
  options: Omit<HttpLinkOptions, 'onUpgrade' | 'seconds'> = {},
): Promise<SocketLink> => {
  const tickets = createTickets();
  const server = new WebSocketServer({ noServer: true, autoPong: false });
  const all = new Set<SocketConnection>();
  const open = (): readonly SocketConnection[] => [...all].filter(({ socket }) => socket.readyState === WebSocket.OPEN);
  let isSilent = false;
  let copies = 1;

  const greet = (socket: WebSocket): void => {
    socket.on('error', () => {});
    if (open().length >= mostConnections) {
      say(socket, { type: 'disconnect', reason: 'too_many_websockets' });
      socket.close(1000);
      return;
    }
    const connection = driveConnection(socket, (what, detail) => void workspace.problems.push({ what, detail }));
    all.add(connection);
    socket.on('close', () => all.delete(connection));
    socket.on('ping', (data) => {
      if (!isSilent) socket.pong(data);
    });
    const { id } = workspace.state.app;
    say(socket, { type: 'hello', num_connections: open().length, connection_info: { app_id: id } });
  };
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (pathname !== '/link/' || !tickets.take(searchParams.get('ticket'))) {
      refuse(socket);
      return;
    }
    server.handleUpgrade(request, socket, head, (upgraded) => {
      // Slack leaves the TCP connection open after the handshake of closing (socket-mode 3.2.0, changes).
      socket.end = () => socket;
      greet(upgraded);
    });
  };

  const { connectApp: _, ...http } = await createHttpLink(workspace, { ...options, onUpgrade });
  workspace.setSocketUrl(
    () => `ws://127.0.0.1:${http.port}/link/?ticket=${tickets.issue()}&app_id=${workspace.state.app.id}`,
  );
  workspace.connect(
    createSocketDelivery(open, () => {
      const now = copies;
      copies = 1;
      return now;
    }),
  );
  const drop = (): void => {
    for (const { socket } of all) socket.terminate();
  };
  return {
    ...http,
    connections: () => open().length,
    disconnect: async (reason, closeAfter) => {
      const [oldest] = open();
      if (oldest === undefined) throw new Error('The app has no connection.');
      say(oldest.socket, { type: 'disconnect', reason });
      await new Promise((resolve) => setTimeout(resolve, closeAfter));
      oldest.socket.close(1000);
    },
    close: () => open()[0]?.socket.close(1000),
    drop,
    double: () => {
      copies = 2;
    },
    silent: (now) => {
      isSilent = now;
    },
    stop: async () => {
      workspace.setSocketUrl(undefined);
      for (const socket of server.clients) socket.terminate();
      await http.stop();
    },
  };
};
