import { connect } from 'node:tls';
import { inLanes } from './bare.ts';

export type Reply = { readonly status: number; readonly text: string };

/** One kept HTTPS connection to 127.0.0.1; one request at a time. */
export type Line = { readonly send: (request: Buffer) => Promise<Reply>; readonly close: () => void };

/** A review as the API server posts it, ready to be sent: what measures shall use as little CPU as it can. */
export const posted = (path: string, review: string): Buffer => {
  const body = Buffer.from(review);
  const head = `POST ${path}?timeout=3s HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
};

export const openLine = async (to: { readonly port: number; readonly ca: string }): Promise<Line> => {
  const socket = connect({ host: '127.0.0.1', port: to.port, ca: to.ca });
  const open = Promise.withResolvers<void>();
  let waiting: PromiseWithResolvers<Reply> | undefined;
  let come = '';
  let broken: Error | undefined;
  const fail = (cause: Error): void => {
    broken ??= cause;
    open.reject(broken);
    waiting?.reject(broken);
  };
  socket.once('secureConnect', () => open.resolve());
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('The connection was closed')));
  // One character each byte: lengths are counted in bytes.
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    come += chunk;
    if (!isWhole(come)) return;
    waiting?.resolve({ status: Number(come.slice(9, 12)), text: Buffer.from(come, 'latin1').toString() });
    come = '';
  });
  await open.promise;
  return {
    send: async (request) => {
      if (broken !== undefined) throw broken;
      waiting = Promise.withResolvers();
      socket.write(request);
      return waiting.promise;
    },
    close: () => {
      socket.removeAllListeners('close');
      socket.destroy();
    },
  };
};

const isWhole = (text: string): boolean => {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return false;
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, end))?.[1];
  return length === undefined ? text.endsWith('\r\n0\r\n\r\n') : text.length >= end + 4 + Number(length);
};

export const openLines = (
  to: { readonly port: number; readonly ca: string },
  count: number,
): Promise<readonly Line[]> => Promise.all(Array.from({ length: count }, () => openLine(to)));

/** Sends each request once, over as many lines as there are; milliseconds that each took. */
export const sendAll = (
  lines: readonly Line[],
  requests: readonly Buffer[],
  see: (reply: Reply, index: number) => void,
): Promise<readonly number[]> => {
  const free = [...lines];
  return inLanes(requests, lines.length, async (request, index) => {
    const line = free.pop();
    if (line === undefined) throw new Error('There is no free line');
    const started = performance.now();
    const reply = await line.send(request);
    const took = performance.now() - started;
    free.push(line);
    see(reply, index);
    return took;
  });
};
