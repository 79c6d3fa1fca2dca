import { X509Certificate } from 'node:crypto';
import { createServer as createPlainServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer, Server as TlsServer } from 'node:https';
import { err, ok, type Result } from '#domain/result.ts';
import type { Alarm } from '#use-cases/ports.ts';
import { type Answer, sayPlainly } from './answer-review.ts';
import type { CertificateSource } from './certificate-source.ts';
import { createUnderWay } from './under-way.ts';

/** Milliseconds, but `connections`, which are counted. */
export type ServerLimits = {
  readonly connections: number;
  /** For all of a request, and for a handshake. */
  readonly request: number;
  /** Of a connection that nobody uses. */
  readonly idle: number;
  readonly drain: number;
};

export type HttpsServerSettings = {
  /** Whose server it is, for those who read of trouble: "guard". */
  readonly name: string;
  /** All addresses of the machine unless it is told. */
  readonly host?: string | undefined;
  /** 0 takes one that is free. */
  readonly port: number;
  /** Without one it speaks plain HTTP, which is for this machine and for who ends TLS before it. */
  readonly certificates?: CertificateSource | undefined;
  /** PEM. If there is one, clients are asked for a certificate of this authority; the route sees whether they have one. */
  readonly clientCa?: string | undefined;
  readonly limits: ServerLimits;
  readonly route: (request: IncomingMessage) => Promise<Answer>;
  readonly onFault: Alarm;
};

export type HttpsServer = {
  readonly port: number;
  /** Shows the current certificate to whoever connects from now on; those who are connected stay so. */
  readonly useCertificate: () => void;
  /** Takes no more connections, and ends when what is under way is answered, or it has waited for long enough. */
  readonly stop: () => Promise<void>;
};

/** Serves what an API server sends. `err` says why it cannot. */
export const startHttpsServer = async (settings: HttpsServerSettings): Promise<Result<HttpsServer, string>> => {
  const { name, host, port, certificates, clientCa, onFault, limits, route } = settings;
  if (clientCa !== undefined && !isAuthority(clientCa))
    return err('The authority of those who may send is none in PEM. Take that which signs for the API server.');
  const contextOf = ({ current }: CertificateSource) => {
    const { cert, key } = current();
    return { cert, key, ...(clientCa === undefined ? {} : { ca: clientCa }) };
  };
  let stopping = false;
  const isAnswered = createUnderWay();
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!isAnswered(request, response)) return;
    try {
      const given = await route(request);
      send(response, given, stopping || given.status === 413);
    } catch (cause) {
      // Broken off, or too slow, which Node has answered with 408.
      if (request.destroyed && !request.complete) return;
      onFault(`The server of the ${name} failed to answer`, { cause: String(cause) });
      send(response, sayPlainly(500, 'Hallpass failed to answer.'), true);
    }
  };
  const options = optionsOf(limits, clientCa !== undefined);
  const server =
    certificates === undefined
      ? createPlainServer(options, answer)
      : createServer({ ...contextOf(certificates), ...options }, answer);
  server.maxConnections = limits.connections;
  // Who keeps a connection for later makes room for who has something to say.
  server.on('drop', () => server.closeIdleConnections());
  const listening = await listen(name, server, port, host);
  if (!listening.ok) return listening;
  server.on('error', (cause) => onFault(`The server of the ${name} has trouble`, { cause: String(cause) }));
  return ok({
    port: listening.value,
    useCertificate: () => {
      if (server instanceof TlsServer && certificates !== undefined) server.setSecureContext(contextOf(certificates));
    },
    stop: () => {
      stopping = true;
      return end(server, limits.drain);
    },
  });
};

const optionsOf = ({ request, idle }: ServerLimits, knowsClients: boolean) => ({
  requestCert: knowsClients,
  // Refused is who posts a review, and not who connects: probes could not.
  rejectUnauthorized: false,
  handshakeTimeout: request,
  requestTimeout: request,
  connectionsCheckingInterval: Math.ceil(request / 6),
  keepAliveTimeout: idle,
});

const send = (response: ServerResponse, { status, type, headers: more, body }: Answer, isLast: boolean): void => {
  const headers = { ...more, 'content-type': type, 'content-length': Buffer.byteLength(body) };
  response.writeHead(status, { ...headers, ...(isLast ? { connection: 'close' } : {}) }).end(body);
};

const listen = async (
  name: string,
  server: Server | TlsServer,
  port: number,
  host: string | undefined,
): Promise<Result<number, string>> => {
  const { promise, resolve } = Promise.withResolvers<Result<number, string>>();
  const fail = ({ message }: Error): void =>
    resolve(err(`The ${name} cannot listen on port ${port} (${message}). Take another, or end what listens there.`));
  server.once('error', fail);
  server.listen({ port, host }, () => {
    server.off('error', fail);
    const address = server.address();
    resolve(ok(typeof address === 'object' && address !== null ? address.port : port));
  });
  return promise;
};

const end = async (server: Server | TlsServer, patience: number): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  const timer = setTimeout(() => server.closeAllConnections(), patience);
  await promise;
  clearTimeout(timer);
};

/** Whether a text is, or begins with, the certificate of an authority in PEM. */
export const isAuthority = (pem: string): boolean => {
  try {
    return new X509Certificate(pem).ca;
  } catch {
    return false;
  }
};
