import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import { Pool } from 'undici';
import type { z } from 'zod';
import type { Json } from '#domain/json.ts';
import type { Connection, Credentials } from './credentials.ts';
import { createFault, isKubernetesFault, type KubernetesFault } from './fault.ts';
import { codeOf, isDropped, type Reply, readJson, readReply, refuseAltered, statusFault } from './reply.ts';

export type Call = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query, encoded. */
  readonly path: string;
  readonly body?: Json;
  /** Of the body; `application/json` when absent. */
  readonly contentType?: string;
  readonly accept?: string;
  /** Whether an answer with an integer that JavaScript would alter is refused: what is written back would not be what was read. */
  readonly exact?: boolean;
  /** The call in words, for faults: `create RoleBinding "x" in "shop"`. */
  readonly saying: string;
};

/** The server's clock as one answer showed it, and when that answer came (milliseconds of `performance.now()`). */
export type Dated = { readonly date: Temporal.Instant; readonly receivedAt: number };

/**
 * Calls one API server as one identity. Every call of this adapter may be repeated, so a dropped connection and 429
 * are retried; all in all a call ends within the deadline. Throws `KubernetesFault`.
 */
export type RawClient = {
  readonly cluster: string;
  readonly call: <T>(call: Call, schema: z.ZodType<T>) => Promise<T>;
  /** From the latest answer of any status. */
  readonly lastDate: () => Dated | undefined;
  readonly close: () => Promise<void>;
};

export type Limits = {
  /** Milliseconds for a whole call, with waiting for a connection and all retries. */
  readonly deadline: number;
  /** Calls in flight at once; others queue. */
  readonly inFlight: number;
};
const usual: Limits = { deadline: 10_000, inFlight: 32 };

/** Characters of an answer that take some milliseconds to read. */
const long = 200_000;

/** Of each cause: a server that keeps saying 429 or keeps hanging up is given up. */
const retries = 3;

export const createRawClient = (cluster: string, credentials: Credentials, limits: Limits = usual): RawClient => {
  /** Whether the API server was seen to know who may do what, over connections that are there still. */
  let knowsRights = false;
  const pools = createPools(limits, () => {
    knowsRights = false;
  });
  let latest: Dated | undefined;

  const attempt = async (call: Call, signal: AbortSignal): Promise<Reply> => {
    const connection = await endingWith(signal, credentials.current());
    const answer = await pools.of(connection).request({
      method: call.method,
      path: `${connection.basePath}${call.path}`,
      headers: {
        accept: call.accept ?? 'application/json',
        ...(call.body === undefined ? {} : { 'content-type': call.contentType ?? 'application/json' }),
        ...connection.headers,
      },
      body: call.body === undefined ? null : JSON.stringify(call.body),
      // undici closes the connection after a DELETE with a body unless told not to; Kubernetes reads its DeleteOptions.
      reset: false,
      signal,
    });
    const reply = await readReply(answer);
    if (reply.date !== undefined) latest = { date: reply.date, receivedAt: performance.now() };
    return reply;
  };

  const settle = async (call: Call, signal: AbortSignal): Promise<Reply> => {
    const tries = { dropped: 0, busy: 0, unknown: 0 };
    for (;;) {
      const reply = await attempt(call, signal).catch((cause: unknown) => {
        if (isDropped(cause) && tries.dropped < retries && !signal.aborted) return undefined;
        throw cause;
      });
      if (reply === undefined) tries.dropped += 1;
      else if (reply.status === 429 && tries.busy < retries) {
        tries.busy += 1;
        await wait(reply.retryAfter * 1_000, undefined, { signal });
      } else if (reply.status === 401 && tries.unknown === 0) {
        // The token may have been rotated within the minute that it is kept.
        tries.unknown += 1;
        credentials.forget();
      } else return reply;
    }
  };

  /** An API server that has just started says 403 to everything that RBAC allows, until it has read the roles. */
  const isStarting = async (signal: AbortSignal): Promise<boolean> => {
    const { status } = await settle(askReady, signal);
    // Where that may not be seen: who may do anything at all may ask about themselves.
    const isKnown = status === 200 || (status === 403 && (await settle(askMyself, signal)).status === 201);
    knowsRights = isKnown;
    return !isKnown;
  };

  /** A 403 that says something of our rights. */
  const answered = async (call: Call, signal: AbortSignal): Promise<Reply> => {
    const reply = await settle(call, signal);
    if (reply.status !== 403 || knowsRights || isOfWebhook(reply)) return reply;
    if (await isStarting(signal)) throw starting(cluster, call);
    return settle(call, signal);
  };

  return {
    cluster,
    call: async (call, schema) => {
      const signal = AbortSignal.timeout(limits.deadline);
      const reply = await answered(call, signal).catch((cause: unknown) => {
        throw noAnswer(cluster, call, limits.deadline, signal.aborted, cause);
      });
      if (reply.status < 200 || reply.status > 299) throw statusFault(cluster, call.saying, reply);
      // What is read of a long answer, and what is made of it then, has turns of its own.
      const breathe = async (): Promise<void> => (reply.text.length < long ? undefined : nextTurn());
      if (call.exact === true) {
        refuseAltered(cluster, call.saying, reply);
        await breathe();
      }
      const read = readJson(cluster, call.saying, reply, schema);
      await breathe();
      return read;
    },
    lastDate: () => latest,
    close: pools.close,
  };
};

/** A webhook is asked only about what its author may do: then their rights are known. */
const isOfWebhook = ({ text }: Reply): boolean => text.includes('"message":"admission webhook ');

const askReady: Call = { method: 'GET', path: '/readyz', saying: 'ask whether the API server is ready' };
const askMyself: Call = {
  method: 'POST',
  path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
  body: {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { nonResourceAttributes: { verb: 'get', path: '/readyz' } },
  },
  saying: 'ask what Hallpass may do',
};

const starting = (cluster: string, { saying: call }: Call): KubernetesFault =>
  createFault(
    { call, failure: 'status', status: 503, reason: 'starting' },
    `Cluster "${cluster}" could not ${call}: its API server has just started, and does not know yet who may do what.`,
  );

const noAnswer = (
  cluster: string,
  { saying: call }: Call,
  deadline: number,
  late: boolean,
  cause: unknown,
): KubernetesFault => {
  if (isKubernetesFault(cause)) return cause;
  const what = `Cluster "${cluster}" could not ${call}`;
  if (late) return createFault({ call, failure: 'deadline' }, `${what}: no answer within ${deadline} ms.`, cause);
  const reason = codeOf(cause);
  return createFault({ call, failure: 'unreachable', reason }, `${what}: no connection (${reason}).`, cause);
};

/** One pool of keep-alive connections; another one when address, CA or client certificate have changed. */
const createPools = ({ deadline, inFlight }: Limits, onDisconnect: () => void) => {
  let current: { readonly connection: Connection; readonly pool: Pool } | undefined;
  const open = ({ origin, tls }: Connection): Pool =>
    new Pool(origin, {
      connections: inFlight,
      pipelining: 1,
      allowH2: false,
      // Below the idle time-out of usual load balancers (60 s), so that they do not hang up on a call.
      keepAliveTimeout: 30_000,
      headersTimeout: deadline,
      bodyTimeout: deadline,
      maxResponseSize: 64 * 1024 * 1024,
      connect: { ...tls, timeout: deadline },
    }).on('disconnect', onDisconnect);
  return {
    of: (connection: Connection): Pool => {
      if (current?.connection.transport === connection.transport) return current.pool;
      // Calls under way are finished; nothing waits for that.
      void current?.pool.close().catch(() => undefined);
      current = { connection, pool: open(connection) };
      return current.pool;
    },
    close: async (): Promise<void> => {
      await current?.pool.destroy();
      current = undefined;
    },
  };
};

/** Waits for a promise, but not beyond the deadline; what it becomes then is of no interest. */
const endingWith = async <T>(signal: AbortSignal, wanted: Promise<T>): Promise<T> => {
  signal.throwIfAborted();
  const ended = Promise.withResolvers<never>();
  const end = () => ended.reject(signal.reason);
  signal.addEventListener('abort', end, { once: true });
  try {
    return await Promise.race([wanted, ended.promise]);
  } finally {
    signal.removeEventListener('abort', end);
  }
};
