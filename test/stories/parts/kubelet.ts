import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { ApiClient } from '#local/parts/api-client.ts';
import { makeClientCertificate } from '#test/build/client-certificate.ts';

/** A node whose kubelet has one line to say of each pod's log, and runs nothing. */
export const startKubelet = async (admin: ApiClient, name: string): Promise<{ readonly stop: () => Promise<void> }> => {
  // Where no authority for kubelets is set, the API server takes any certificate.
  const { cert, key } = await makeClientCertificate();
  const server = createServer({ cert, key }, (request, response) => {
    response.writeHead(request.url?.startsWith('/containerLogs/') ? 200 : 404, { 'content-type': 'text/plain' });
    response.end('hello\n');
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
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
};
