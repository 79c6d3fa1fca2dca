import type { IncomingMessage } from 'node:http';
import type { Result } from '#domain/result.ts';
import { nameOf, type Principal } from '#use-cases/principal.ts';
import { createAllowance } from './allowance.ts';
import type { Answer } from './answer-review.ts';
import { problemOf, type Refused, tooMuch } from './api-problems.ts';
import { createApi } from './api-routes.ts';
import type { ApiParts } from './api-tools.ts';
import { type HttpsServer, type HttpsServerSettings, startHttpsServer } from './https-server.ts';
import { measureJson } from './measure-json.ts';
import { createBodyReader } from './read-body.ts';
import { bearerIn, isJson } from './requests.ts';

/** Bytes and milliseconds, but `connections`, which are counted. */
const usual = {
  /** An object in etcd has at most 1.5 MB, and a form has it as text in text. */
  body: 3 * 1024 * 1024,
  held: 32 * 1024 * 1024,
  /** A decision is smaller, and not to be kept out by what others ask for. */
  free: 8 * 1024,
  connections: 1_000,
  request: 20_000,
  idle: 75_000,
  drain: 3_000,
};

/** Bytes a minute of one principal, in bodies that are not small: to read manifests of as many takes seconds, in which others wait. */
const mostOfOne = 4 * 1024 * 1024;
/** Values in a body: words, names and fields of a form. Each is looked at, while everybody else waits. */
const mostValues = 5_000;

export type ApiServerSettings = Pick<HttpsServerSettings, 'host' | 'port' | 'certificates' | 'onFault'> & {
  readonly api: ApiParts;
  readonly limits?: Partial<typeof usual>;
};

/** Serves the API, with `GET /livez` and `GET /readyz`. `err` says why it cannot. */
export const startApiServer = ({
  api,
  limits: own,
  ...settings
}: ApiServerSettings): Promise<Result<HttpsServer, string>> => {
  const limits = { ...usual, ...own };
  const app = createApi(api);
  const readBody = createBodyReader(limits);
  const bytes = createAllowance(mostOfOne, 60_000);
  /** Whether somebody may send that much more; if so, it counts. */
  const mayStillSend = (who: string, size: number): boolean => {
    if (size <= limits.free) return true;
    const isLeft = bytes.isLeft(who);
    if (isLeft) bytes.take(who, size);
    return isLeft;
  };

  const serve = async (request: IncomingMessage, body: string | undefined, principal?: Principal): Promise<Answer> => {
    // What waits is woken when whoever asked has gone.
    const gone = new AbortController();
    const leave = (): void => gone.abort();
    request.socket.once('close', leave);
    const headers = new Headers();
    for (const [name, value] of Object.entries(request.headers))
      if (typeof value === 'string') headers.set(name, value);
    const asked = requestOf(request, headers, gone.signal, body);
    if (asked === undefined) return refuse(400, 'no-request', 'No request', 'This is no request of the API.');
    const response = await app.fetch(asked, { principal });
    const { 'content-type': type, ...more } = Object.fromEntries(response.headers);
    request.socket.off('close', leave);
    return {
      status: response.status,
      type: type?.startsWith('application/problem+json') ? 'application/problem+json' : 'application/json',
      headers: more,
      body: await response.text(),
    };
  };

  const route = async (request: IncomingMessage): Promise<Answer> => {
    const path = request.url?.split('?')[0];
    if (path === '/livez' || path === '/readyz') return { status: 200, type: 'text/plain', body: 'ok\n' };
    if (request.method === 'GET' || request.method === 'HEAD') return serve(request, undefined);
    // Nobody's bodies are kept, nor read.
    const known = await api.authenticate(bearerIn(request.headers.authorization));
    if ('problem' in known) return answerOf(known);
    const body = await readBody(request);
    if (body.type === 'too-large') return refuse(413, 'too-large', 'Too large', `Send at most ${limits.body} bytes.`);
    if (body.type === 'crowded')
      return refuse(503, 'crowded', 'Not just now', 'Too much comes at once. Send it again.');
    try {
      if (!mayStillSend(nameOf(known), body.bytes.length)) return answerOf(tooMuch);
      if (body.bytes.length === 0) return await serve(request, undefined, known);
      if (!isJson(request)) return refuse(415, 'not-json', 'Not JSON', 'Send application/json.');
      const text = textOf(body.bytes);
      const excess = text === undefined ? 'it is not UTF-8' : excessIn(text);
      if (text === undefined || excess !== undefined)
        return refuse(400, 'not-json', 'Not JSON', `The body cannot be read: ${excess}.`);
      return await serve(request, text, known);
    } finally {
      body.release();
    }
  };
  return startHttpsServer({ ...settings, name: 'API', limits, route });
};

/** Undefined for what has no address, or a method, that a request can have. */
const requestOf = (
  { url = '/', method = 'GET' }: IncomingMessage,
  headers: Headers,
  signal: AbortSignal,
  body: string | undefined,
): Request | undefined => {
  try {
    if (!url.startsWith('/') || url.startsWith('//')) return undefined;
    return new Request(new URL(url, 'http://api'), {
      method,
      headers,
      signal,
      ...(body === undefined ? {} : { body }),
    });
  } catch {
    return undefined;
  }
};

const excessIn = (text: string): string | undefined => {
  const { excess, commas } = measureJson(text);
  return excess ?? (commas < mostValues ? undefined : `it has more than ${mostValues} values`);
};

const textOf = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
};

const refuse = (status: number, type: string, title: string, detail: string): Answer =>
  answerOf({ problem: problemOf(status, type, title, detail) });

const answerOf = ({ problem, retryAfter }: Refused): Answer => ({
  status: problem.status,
  type: 'application/problem+json',
  headers: {
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    ...(problem.status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
  },
  body: JSON.stringify(problem),
});
