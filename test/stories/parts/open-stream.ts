import { request } from 'node:https';
import type { Socket } from 'node:net';

/** Where the API server is, and whose token is shown to it. */
export type Caller = { readonly url: string; readonly caPem: string; readonly token: string };

/** What the API server answers; with 101 there is a stream, which is open until either side closes it. */
export type Opened = { readonly status: number; readonly isOpen: () => boolean; readonly close: () => void };

/** Begins exec, attach or port-forward as kubectl does, with either verb, and says nothing over it. */
export const openStream = ({ url, caPem, token }: Caller, method: 'GET' | 'POST', path: string): Promise<Opened> =>
  new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      connection: 'Upgrade',
      upgrade: 'SPDY/3.1',
      'x-stream-protocol-version': 'v4.channel.k8s.io',
    };
    const asked = request(`${url}${path}`, { method, headers, ca: caPem, agent: false });
    asked.on('error', reject);
    asked.on('upgrade', ({ statusCode = 0 }, socket: Socket) => {
      socket.on('error', () => {});
      socket.resume();
      resolve({
        status: statusCode,
        isOpen: () => !socket.destroyed && !socket.readableEnded,
        close: () => socket.destroy(),
      });
    });
    asked.on('response', (response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0, isOpen: () => false, close: () => {} });
    });
    asked.end();
  });
