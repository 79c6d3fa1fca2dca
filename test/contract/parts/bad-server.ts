import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from 'vitest';
import type { Credentials } from '#adapters/kubernetes/credentials.ts';
import { isKubernetesFault, type KubernetesFault } from '#adapters/kubernetes/fault.ts';
import { createRawClient, type Limits, type RawClient } from '#adapters/kubernetes/raw-client.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const credentialsFor = (origin: string, forget = () => {}): Credentials => {
  const connection = { origin, basePath: '', tls: {}, headers: { authorization: 'Bearer t' }, transport: origin };
  return { current: () => Promise.resolve(connection), forget };
};

/** A client for a server at this address. */
export const clientFor = (origin: string, limits?: Limits, forget?: () => void): RawClient => {
  const client = createRawClient('prod', credentialsFor(origin, forget), limits);
  closing.push(client.close);
  return client;
};

/** A server of our own that behaves badly, and a client for it; both end with the test. It calls itself ready, unless it is told. */
export const against = async (
  listener: RequestListener,
  limits?: Limits,
  forget?: () => void,
  isReady = (): boolean => true,
): Promise<RawClient> => {
  const server = createServer((request, response) => {
    if (request.url === '/readyz' && isReady()) response.writeHead(200).end('ok');
    else listener(request, response);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  const client = clientFor(`http://127.0.0.1:${port}`, limits, forget);
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });
  return client;
};

export const faultOf = async (wanted: Promise<unknown>): Promise<KubernetesFault> => {
  const fault = await wanted.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!isKubernetesFault(fault)) throw new Error('there was no fault', { cause: fault });
  return fault;
};

/** The body of Kubernetes' own no. */
export const status = (code: number, reason: string, message: string): string =>
  JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message });
