import { createHash } from 'node:crypto';
import { createFault } from './fault.ts';
import { loadInCluster } from './in-cluster.ts';
import { loadKubeconfig } from './kubeconfig.ts';

/** Where a cluster's address and our identity in it come from. */
export type ClusterSource =
  | { readonly type: 'kubeconfig'; readonly path: string; readonly context?: string }
  /**
   * `at`: where the API server is, as the pod's environment says; absent outside of one. `root`: where the folder `var/run/secrets/…` is; the
   * file system's own root unless a test says otherwise.
   */
  | { readonly type: 'in-cluster'; readonly at?: readonly [host: string, port: string]; readonly root?: string };

export type ClusterConfig = { readonly name: string; readonly source: ClusterSource };

export type Tls = {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly servername?: string;
};

/** Address and identity, as they are read. */
export type Loaded = { readonly server: string; readonly tls: Tls; readonly headers: Readonly<Record<string, string>> };

/** What a call needs. `transport` is the same exactly when connections may be reused. */
export type Connection = {
  readonly origin: string;
  /** What the server's address has after the origin, without a slash at its end; proxies put clusters under paths. */
  readonly basePath: string;
  readonly tls: Tls;
  readonly headers: Readonly<Record<string, string>>;
  readonly transport: string;
};

export type Credentials = {
  /** At most a minute old. Throws `KubernetesFault` when there are none. */
  readonly current: () => Promise<Connection>;
  /** They were refused: the next call reads them anew. */
  readonly forget: () => void;
};

/** Milliseconds. As long as client-go keeps a token that it read from a file. */
const keepFor = 60_000;
/** A failed reading is tried again so much later, and refused credentials are not read more often than that. */
const tryAgainAfter = 5_000;
/** An exec plug-in that hangs must not hang everything after it. */
const readWithin = 30_000;

/** Keeps one cluster's credentials fresh: rotated tokens, certificates and CAs are read again at least each minute. */
export const createCredentials = ({ name, source }: ClusterConfig): Credentials => {
  const load = source.type === 'kubeconfig' ? loadKubeconfig(source.path, source.context) : loadInCluster(source);
  let kept: { readonly connection: Connection; readonly readAt: number; until: number } | undefined;
  let refused = false;
  let reading: Promise<Connection> | undefined;

  const read = async (): Promise<Connection> => {
    try {
      const connection = connectionOf(await soon(load(refused)));
      const readAt = performance.now();
      kept = { connection, readAt, until: readAt + keepFor };
      refused = false;
      return connection;
    } catch (cause) {
      // The earlier ones serve on: the server judges them anyway.
      if (kept !== undefined && !refused) {
        kept.until = performance.now() + tryAgainAfter;
        return kept.connection;
      }
      const details = { call: 'read the credentials', failure: 'credentials' } as const;
      const why = cause instanceof Error ? cause.message : String(cause);
      throw createFault(details, `Cluster "${name}" has no usable credentials: ${why}`, cause);
    } finally {
      reading = undefined;
    }
  };

  return {
    current: () => {
      if (kept !== undefined && !refused && performance.now() < kept.until) return Promise.resolve(kept.connection);
      reading ??= read();
      return reading;
    },
    forget: () => {
      refused = kept !== undefined && performance.now() - kept.readAt > tryAgainAfter;
    },
  };
};

const connectionOf = ({ server, tls, headers }: Loaded): Connection => {
  const url = new URL(server);
  const basePath = url.pathname.replace(/\/+$/, '');
  const parts = [url.origin, tls.servername ?? '', tls.ca ?? '', tls.cert ?? '', tls.key ?? ''];
  const hash = createHash('sha256');
  for (const part of parts) hash.update(createHash('sha256').update(part).digest());
  return { origin: url.origin, basePath, tls, headers, transport: hash.digest('hex') };
};

const soon = async <T>(wanted: Promise<T>): Promise<T> => {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`they could not be read within ${readWithin} ms`)), readWithin);
  try {
    return await Promise.race([wanted, late.promise]);
  } finally {
    clearTimeout(timer);
  }
};
