import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Requests of one connection whose answers it has not taken yet. Clients send one after the other; the answers to thousands that are
 * sent at once, by whoever reads none of them, would all be kept.
 */
const mostOfOne = 8;

/** Says whether a request is to be answered. A connection that asks for too much at once is ended. */
export const createUnderWay = (): ((request: IncomingMessage, response: ServerResponse) => boolean) => {
  const underWay = new WeakMap<Socket, number>();
  return ({ socket }, response) => {
    const before = underWay.get(socket) ?? 0;
    if (before >= mostOfOne) {
      socket.destroy();
      return false;
    }
    underWay.set(socket, before + 1);
    response.once('close', () => underWay.set(socket, (underWay.get(socket) ?? 1) - 1));
    return true;
  };
};
