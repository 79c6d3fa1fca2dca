import type { Result } from '#domain/result.ts';
import { type AdmissionRoutes, createRoutes } from './admission-routes.ts';
import { type HttpsServer, type HttpsServerSettings, startHttpsServer } from './https-server.ts';

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

export type AdmissionServerSettings = AdmissionRoutes &
  Pick<HttpsServerSettings, 'host' | 'port' | 'certificates'> & {
    /** PEM. If there is one, only who has a certificate of this authority for TLS clients may post reviews. */
    readonly clientCa?: string | undefined;
    readonly limits?: Partial<typeof usual>;
  };

/** Serves a validating admission webhook over HTTPS (`createRoutes` has its paths). `err` says why it cannot. */
export const startAdmissionServer = (settings: AdmissionServerSettings): Promise<Result<HttpsServer, string>> => {
  const limits = { ...usual, ...settings.limits };
  const route = createRoutes(settings, settings.clientCa !== undefined, limits);
  return startHttpsServer({ ...settings, name: 'guard', limits, route });
};
