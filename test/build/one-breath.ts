import { connect } from 'node:net';

/** Asks a server a thousand times for the same at once; answers with how often it said yes within two seconds. */
export const answersInOneBreath = (port: number, path: string): Promise<number> => {
  const { promise, resolve } = Promise.withResolvers<number>();
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  const given: string[] = [];
  socket.on('data', (text) => given.push(String(text)));
  // It may be ended in the midst of what it asks.
  socket.on('error', () => {});
  socket.setTimeout(2_000, () => socket.destroy());
  socket.on('close', () => resolve(given.join('').split('HTTP/1.1 200').length - 1));
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(1_000));
  return promise;
};
