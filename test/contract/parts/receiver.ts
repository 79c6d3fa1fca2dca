import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** A message as a receiver gets it. */
export type Got = {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly event: { readonly id: string; readonly type: string; readonly subject?: string; readonly data: unknown };
  readonly at: number;
};
export type Reply = (response: ServerResponse, got: Got) => void;

export type ReceivingServer = {
  readonly url: string;
  readonly port: number;
  /** Everything that came, taken or not. */
  readonly got: Got[];
  /** From now on it answers so. */
  readonly answer: (...replies: readonly [Reply, ...Reply[]]) => void;
  readonly stop: () => Promise<void>;
};

export const status =
  (code: number, headers: Record<string, string> = {}): Reply =>
  (response) =>
    void response.writeHead(code, headers).end('as you say');
export const hang: Reply = () => {};
export const hangUp: Reply = (response) => void response.socket?.destroy();

/** Answers as each reply in turn says; the last one goes on. */
export const startReceiver = async (
  replies: readonly [Reply, ...Reply[]] = [status(204)],
  tls?: { readonly cert: string; readonly key: string },
): Promise<ReceivingServer> => {
  const got: Got[] = [];
  let [now, answered]: [readonly Reply[], number] = [replies, 0];
  const listener = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk);
    } catch {
      return;
    }
    const body = Buffer.concat(chunks).toString();
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const one = { path: request.url ?? '', headers, body, event: JSON.parse(body), at: performance.now() };
    got.push(one);
    const reply = now[Math.min(answered, now.length - 1)];
    answered += 1;
    reply?.(response, one);
  };
  const server = tls === undefined ? createHttpServer(listener) : createServer({ ...tls }, listener);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}/hooks/hallpass?key=secret-of-the-url`,
    port,
    got,
    answer: (...next) => {
      [now, answered] = [next, 0];
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
};
