import { X509Certificate } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { err, ok, type Result } from '#domain/result.ts';
import { type AdmissionRoutes, createRoutes } from './admission-routes.ts';
import { type Answer, sayPlainly } from './answer-review.ts';
import type { CertificateSource } from './certificate-source.ts';

/** Bytes and milliseconds, but `connections`, which are counted. */
const usual = {
  /** An object in etcd has at most 1.5 MiB, and a review holds two of it. */
  body: 4 * 1024 * 1024,
  /** What is read of a body may take several times its size. */
  held: 16 * 1024 * 1024,
  connections: 512,
  /** For all of a request, and for a handshake. */
  request: 3_000,
  /** Kubernetes shall wait for 3 s, and asks twice about a write that is denied. */
  decision: 900,
  /** The API server drops what it has not used for 90 s (client-go), and should be the first to. */
  idle: 95_000,
  drain: 5_000,
};

export type AdmissionServerSettings = AdmissionRoutes & {
  /** All addresses of the machine unless it is told. */
  readonly host?: string | undefined;
  /** 0 takes one that is free. */
  readonly port: number;
  readonly certificates: CertificateSource;
  /** PEM. If there is one, only who has a certificate of this authority for TLS clients may post reviews. */
  readonly clientCa?: string | undefined;
  readonly limits?: Partial<typeof usual>;
};

export type AdmissionServer = {
  readonly port: number;
  /** Shows the current certificate to whoever connects from now on; those who are connected stay so. */
  readonly useCertificate: () => void;
  /** Takes no more connections, and ends when what is under way is answered, or 5 s have passed. */
  readonly stop: () => Promise<void>;
};

/** Serves a validating admission webhook over HTTPS (`createRoutes` has its paths). `err` says why it cannot. */
export const startAdmissionServer = async (
  settings: AdmissionServerSettings,
): Promise<Result<AdmissionServer, string>> => {
  const { host, port, certificates, clientCa, onFault } = settings;
  if (clientCa !== undefined && !isAuthority(clientCa))
    return err('The authority of those who may post reviews is none in PEM. Take that which signs for the API server.');
  const limits = { ...usual, ...settings.limits };
  const contextOf = () => {
    const { cert, key } = certificates.current();
    return { cert, key, ...(clientCa === undefined ? {} : { ca: clientCa }) };
  };
  const route = createRoutes(settings, clientCa !== undefined, limits);
  let stopping = false;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const given = await route(request);
      send(response, given, stopping || given.status === 413);
    } catch (cause) {
      // Broken off, or too slow, which Node has answered with 408.
      if (request.destroyed && !request.complete) return;
      onFault('The server of the guard failed to answer', { cause: String(cause) });
      send(response, sayPlainly(500, 'Hallpass failed to answer.'), true);
    }
  };
  const server = createServer({ ...contextOf(), ...optionsOf(limits, clientCa !== undefined) }, answer);
  server.maxConnections = limits.connections;
  // Who keeps a connection for later makes room for who has something to say.
  server.on('drop', () => server.closeIdleConnections());
  const listening = await listen(server, port, host);
  if (!listening.ok) return listening;
  server.on('error', (cause) => onFault('The server of the guard has trouble', { cause: String(cause) }));
  return ok({
    port: listening.value,
    useCertificate: () => server.setSecureContext(contextOf()),
    stop: () => {
      stopping = true;
      return end(server, limits.drain);
    },
  });
};

const optionsOf = ({ request, idle }: typeof usual, knowsClients: boolean) => ({
  requestCert: knowsClients,
  // Refused is who posts a review, and not who connects: probes could not.
  rejectUnauthorized: false,
  handshakeTimeout: request,
  requestTimeout: request,
  connectionsCheckingInterval: request / 6,
  keepAliveTimeout: idle,
});

const send = (response: ServerResponse, { status, type, body }: Answer, isLast: boolean): void => {
  const headers = { 'content-type': type, 'content-length': Buffer.byteLength(body) };
  response.writeHead(status, { ...headers, ...(isLast ? { connection: 'close' } : {}) }).end(body);
};

const listen = async (server: Server, port: number, host: string | undefined): Promise<Result<number, string>> => {
  const { promise, resolve } = Promise.withResolvers<Result<number, string>>();
  const fail = ({ message }: Error): void =>
    resolve(err(`The guard cannot listen on port ${port} (${message}). Take another, or end what listens there.`));
  server.once('error', fail);
  server.listen({ port, host }, () => {
    server.off('error', fail);
    const address = server.address();
    resolve(ok(typeof address === 'object' && address !== null ? address.port : port));
  });
  return promise;
};

const end = async (server: Server, patience: number): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  const timer = setTimeout(() => server.closeAllConnections(), patience);
  await promise;
  clearTimeout(timer);
};

const isAuthority = (pem: string): boolean => {
  try {
    return new X509Certificate(pem).ca;
  } catch {
    return false;
  }
};
