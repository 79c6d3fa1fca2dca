import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ApiClient } from '#local/parts/api-client.ts';
import { makeClientCertificate } from '#test/build/client-certificate.ts';

/** A node whose kubelet has one line to say of each pod's log, opens every stream that it is asked for, and runs nothing. */
export const startKubelet = async (admin: ApiClient, name: string): Promise<{ readonly stop: () => Promise<void> }> => {
  // Where no authority for kubelets is set, the API server takes any certificate.
  const { cert, key } = await makeClientCertificate();
  const server = createServer({ cert, key }, (request, response) => {
    response.writeHead(request.url?.startsWith('/containerLogs/') ? 200 : 404, { 'content-type': 'text/plain' });
    response.end('hello\n');
  });
  const streams = new Set<Duplex>();
  server.on('upgrade', ({ headers }, socket) => {
    streams.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => streams.delete(socket));
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${headers.upgrade}\r\n\r\n`);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name } };
  await admin.send('POST', '/api/v1/nodes', node);
  const status = {
    addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
    daemonEndpoints: { kubeletEndpoint: { Port: port } },
  };
  await admin.send('PATCH', `/api/v1/nodes/${name}/status`, { status });
  return {
    stop: async () => {
      for (const socket of streams) socket.destroy();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
};
