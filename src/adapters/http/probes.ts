import type { Result } from '#domain/result.ts';
import type { Alarm } from '#use-cases/ports.ts';
import { type Answer, sayPlainly } from './answer-review.ts';
import { type HttpsServer, startHttpsServer } from './https-server.ts';
import { askedFor } from './requests.ts';

/** What a process lacks to do its work, in words; undefined when it lacks nothing. */
export type Ready = () => string | undefined;

/**
 * Answers `GET /livez` and `GET /readyz`, as a kubelet asks them; nothing for what else is asked. That `/livez` is answered at all is what
 * it says: the event loop turns.
 */
export const answerProbe = (asked: string, ready: Ready, yes = 'ok'): Answer | undefined => {
  if (asked === 'GET /livez') return sayPlainly(200, 'ok');
  if (asked !== 'GET /readyz') return undefined;
  const why = ready();
  return why === undefined ? sayPlainly(200, yes) : sayPlainly(503, why);
};

/** Milliseconds, but `connections`, which are counted. */
const limits = { connections: 64, request: 3_000, idle: 30_000, drain: 500 };

/** Serves both over plain HTTP, on all addresses: a kubelet asks from outside of the pod. `err` says why it cannot. */
export const startProbeServer = (port: number, ready: Ready, onFault: Alarm): Promise<Result<HttpsServer, string>> =>
  startHttpsServer({
    name: 'probes',
    port,
    limits,
    onFault,
    route: async (request) =>
      answerProbe(askedFor(request), ready, 'ready') ?? sayPlainly(404, 'Here are GET /livez and GET /readyz.'),
  });
