import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Agent, request } from 'undici';
import type { ControlPlane } from '#local/parts/control-plane.ts';

export type ApiCall = { readonly method: string; readonly path: string; readonly body: string };

/** Whether a call is held for good: before the API server sees it, or after it was done and before its answer gets back. */
export type Hold = 'before' | 'after' | undefined;

export type ApiProxy = { readonly url: string; readonly stop: () => Promise<void> };

/** Stands between a worker and the API server, with the server's own certificate. `onHeld` hears of each held call. */
export const startApiProxy = async (
  plane: ControlPlane,
  parts: {
    readonly hold: (call: ApiCall) => Hold;
    readonly onHeld: (call: ApiCall) => void;
    /** What a call waits for before it goes on. */
    readonly gate?: (call: ApiCall) => Promise<void>;
    /** A status that is answered in the server's stead; it does not see the call then. */
    readonly instead?: (call: ApiCall) => number | undefined;
  },
): Promise<ApiProxy> => {
  const upstream = new Agent({ connect: { ca: plane.caPem }, connections: 64 });

  const pass = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
    const body = Buffer.concat(chunks);
    const call = { method: incoming.method ?? '', path: incoming.url ?? '', body: body.toString() };
    await parts.gate?.(call);
    const status = parts.instead?.(call);
    if (status !== undefined) {
      const said = { kind: 'Status', apiVersion: 'v1', status: 'Failure', message: 'not just now', code: status };
      response.writeHead(status, { 'content-type': 'application/json', 'retry-after': '1' }).end(JSON.stringify(said));
      return;
    }
    const hold = parts.hold(call);
    if (hold === 'before') return parts.onHeld(call);
    const { host: _, connection: __, 'transfer-encoding': ___, ...headers } = incoming.headers;
    const answer = await request(`${plane.url}${call.path}`, {
      dispatcher: upstream,
      method: call.method as 'GET',
      headers,
      body: body.length === 0 ? null : body,
    });
    const content = Buffer.from(await answer.body.arrayBuffer());
    if (hold === 'after') return parts.onHeld(call);
    const { 'transfer-encoding': ____, ...answered } = answer.headers;
    response.writeHead(answer.statusCode, { ...answered, 'content-length': content.length }).end(content);
  };

  const server = createServer(
    { cert: readFileSync(plane.certificateFile), key: readFileSync(plane.certificateKeyFile) },
    (incoming, response) => {
      pass(incoming, response).catch(() => response.destroy());
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await upstream.destroy();
    },
  };
};
