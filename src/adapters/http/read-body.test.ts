import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createBodyReader } from './read-body.ts';

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** A server, and a connection to it that has sent the beginning of a request. */
const sent = async (begin: string, onRequest: RequestListener) => {
  const server = createServer(onRequest);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => {});
  stops.push(() => {
    socket.destroy();
    server.closeAllConnections();
    server.close();
  });
  socket.write(`POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\n${begin}`);
  return socket;
};

describe('a body', () => {
  it('is read whole, in however many pieces it comes', async () => {
    const read = createBodyReader({ body: 100, held: 100 });
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const socket = await sent('12345', (request) => void read(request).then(resolve, resolve));
    setTimeout(() => socket.write('67890'), 20);
    expect(await promise).toMatchObject({ type: 'whole', bytes: Buffer.from('1234567890') });
  });

  it('that breaks off is an error, and gives its room back', async () => {
    const read = createBodyReader({ body: 100, held: 12 });
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const socket = await sent('123456789', (request) => void read(request).then(resolve, resolve));
    setTimeout(() => socket.destroy(), 20);
    expect(await promise).toBeInstanceOf(Error);
    const again = Promise.withResolvers<unknown>();
    await sent('1234567890', (request) => void read(request).then(again.resolve, again.resolve));
    expect(await again.promise).toMatchObject({ type: 'whole' });
  });

  it('of a connection that was closed before anybody read is an error, and is not waited for', async () => {
    const read = createBodyReader({ body: 100, held: 100 });
    const { promise, resolve } = Promise.withResolvers<IncomingMessage>();
    const socket = await sent('123', resolve);
    const request = await promise;
    const closed = once(request, 'close');
    socket.destroy();
    await closed.catch(() => {});
    await expect(read(request)).rejects.toThrow('closed');
  });
});
