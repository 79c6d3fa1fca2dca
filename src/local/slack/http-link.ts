import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { createHttpDelivery } from './http-delivery.ts';
import type { WireReply, WireRequest } from './serve.ts';
import type { Workspace } from './workspace.ts';

/** Handles a request and says whether it was one of its own. */
export type Routes = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<boolean>;

export type HttpLinkOptions = {
  /** 0 takes any free port. */
  port?: number;
  /** Further routes of the same server: the page's API and its static files. */
  routes?: Routes[];
  /** The clock that signs; the app compares it with its own. Default: the system's. */
  seconds?: () => number;
  /** Takes on what is to become a WebSocket; without it nothing does. */
  onUpgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
};

export type HttpLink = {
  url: string;
  port: number;
  /** For bolt's `clientOptions.slackApiUrl`. */
  slackApiUrl: string;
  /** Where the app listens, such as `http://127.0.0.1:3000/slack/events`. */
  connectApp: (appUrl: string) => () => void;
  stop: () => Promise<void>;
};

const maxRequestBytes = 12_000_000;

export const readBody = async (request: IncomingMessage): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!(chunk instanceof Uint8Array)) continue;
    size += chunk.length;
    if (size > maxRequestBytes) throw new Error(`The body is longer than ${maxRequestBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

const wireRequest = async (request: IncomingMessage, url: URL): Promise<WireRequest> => ({
  method: request.method ?? 'GET',
  path: url.pathname,
  query: url.search,
  headers: Object.fromEntries(Object.entries(request.headers).map(([key, value]) => [key, String(value)])),
  body: await readBody(request),
});

const write = async (reply: WireReply, response: ServerResponse): Promise<void> => {
  switch (reply.type) {
    case 'refused':
      response.socket?.destroy();
      return;
    case 'hang':
      return;
    case 'reply':
      if (reply.delay > 0) await new Promise((resolve) => setTimeout(resolve, reply.delay));
      response.writeHead(reply.status, reply.headers).end(reply.body);
  }
};

const listen = (server: ReturnType<typeof createServer>, port: number) =>
  new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });

const isAddress = (address: AddressInfo | string | null): address is AddressInfo =>
  typeof address === 'object' && address !== null;

/** Slack over HTTP on 127.0.0.1: Web API, response urls and uploads in, signed requests out. */
export const createHttpLink = async (workspace: Workspace, options: HttpLinkOptions = {}): Promise<HttpLink> => {
  const seconds = options.seconds ?? (() => Math.floor(Temporal.Now.instant().epochMilliseconds / 1000));
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    for (const route of options.routes ?? []) if (await route(request, response, url)) return;
    await write(await workspace.serve(await wireRequest(request, url)), response);
  };
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
      response.end(error instanceof Error ? error.message : 'error');
    });
  });
  if (options.onUpgrade !== undefined) server.on('upgrade', options.onUpgrade);
  await listen(server, options.port ?? 0);
  const address = server.address();
  if (!isAddress(address)) throw new Error('The server has no port.');
  const url = `http://127.0.0.1:${address.port}`;
  workspace.setBaseUrl(url);
  return {
    url,
    port: address.port,
    slackApiUrl: `${url}/api/`,
    connectApp: (appUrl) =>
      workspace.connect(createHttpDelivery({ appUrl, secret: () => workspace.state.app.signingSecret, seconds })),
    stop: () =>
      new Promise<void>((resolve) => {
        workspace.stop();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
