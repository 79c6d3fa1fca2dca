import { setTimeout as pause } from 'node:timers/promises';
import { Agent, EnvHttpProxyAgent, request } from 'undici';
import type { z } from 'zod';
import { err, ok, type Result } from '#domain/result.ts';
import { problemOf } from './api-problems.ts';
import { type Problem, problem } from './api-schemas.ts';

/** Why a call came to nothing. `again`: milliseconds after which the same may go through; absent where it will not by itself. */
export type Failed = { readonly problem: Problem; readonly again?: number };

export type ApiAddress = {
  readonly url: URL;
  /** PEM of the authority that is believed; the system's own when absent. */
  readonly ca?: string | undefined;
  /** Read anew for each call: tokens are renewed while somebody waits. */
  readonly token: () => Promise<Result<string, string>>;
};

export type Sent = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  readonly key?: string;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds to the end of the answer. */
  readonly within?: number;
  /** How often at most; more than once only what may be repeated. */
  readonly tries?: number;
};

export type Call = <T extends z.ZodType>(shape: T, sent: Sent) => Promise<Result<z.infer<T>, Failed>>;

export type Connection = { readonly call: Call; readonly close: () => Promise<void> };

const usual = 60_000;
const connecting = 10_000;
const firstAgain = 500;
const longestAgain = 15_000;
/** What the API says to wait is believed up to here; only who waits anyway waits for longer than the above. */
const longestTold = 60_000;
const longestAnswer = 16 * 1024 * 1024;

/** Milliseconds before the n-th repetition; several clients do not come back at once. */
export const backoff = (nth: number): number =>
  Math.min(longestAgain, firstAgain * 2 ** Math.min(nth, 10)) * (0.75 + Math.random() / 4);

/** Calls of an API that one is known to by a token. Redirects are not followed: the token is for this address alone. */
export const connectTo = (address: ApiAddress): Connection => {
  const tls = { timeout: connecting, ...(address.ca === undefined ? {} : { ca: address.ca }) };
  const options = { connect: tls, maxResponseSize: longestAnswer };
  // What is not encrypted is for this machine, and no proxy gets to see the token.
  const dispatcher =
    address.url.protocol === 'http:' ? new Agent(options) : new EnvHttpProxyAgent({ ...options, requestTls: tls });

  const once = async <T extends z.ZodType>(shape: T, sent: Sent): Promise<Result<z.infer<T>, Failed>> => {
    const token = await address.token();
    if (!token.ok) return err({ problem: problemOf(401, 'no-token', 'No token', token.error) });
    const limit = AbortSignal.timeout(sent.within ?? usual);
    const signal = sent.signal === undefined ? limit : AbortSignal.any([sent.signal, limit]);
    try {
      const { statusCode, headers, body } = await request(new URL(sent.path, address.url), {
        method: sent.method,
        dispatcher,
        signal,
        headers: headersFor(token.value, sent),
        body: sent.body === undefined ? null : JSON.stringify(sent.body),
      });
      const text = await body.text();
      return statusCode < 300 ? read(shape, text, address.url) : refusal(statusCode, text, headers, address.url);
    } catch (cause) {
      if (sent.signal?.aborted) return err(interrupted);
      return err(unreachable(address.url, cause, limit.aborted));
    }
  };

  return {
    call: async (shape, sent) => {
      for (let nth = 1; ; nth += 1) {
        const got = await once(shape, sent);
        const again = got.ok ? undefined : got.error.again;
        if (again === undefined || again > longestAgain || nth >= (sent.tries ?? 1)) return got;
        await pause(Math.max(again, backoff(nth - 1)), null, { signal: sent.signal }).catch(() => {});
        if (sent.signal?.aborted) return err(interrupted);
      }
    },
    close: () => dispatcher.destroy(),
  };
};

const headersFor = (token: string, { key, body }: Sent): Record<string, string> => ({
  accept: 'application/json, application/problem+json',
  authorization: `Bearer ${token}`,
  ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  ...(key === undefined ? {} : { 'idempotency-key': key }),
});

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const read = <T extends z.ZodType>(shape: T, text: string, url: URL): Result<z.infer<T>, Failed> => {
  const answer = shape.safeParse(jsonOf(text));
  return answer.success ? ok(answer.data) : err(notTheApi(url, 'its answer is not one of Hallpass’s'));
};

const refusal = (
  status: number,
  text: string,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  url: URL,
): Result<never, Failed> => {
  const said = problem.safeParse(jsonOf(text));
  const after = Number(headers['retry-after']);
  const isBusy = status === 429 || status >= 500;
  // A proxy in between says 502 or 504 in words of its own.
  if (!said.success)
    return err({
      ...notTheApi(url, `it answers with HTTP status ${status}`),
      ...(isBusy ? { again: firstAgain } : {}),
    });
  // What is refused by its status is no less refused for what the body says of it.
  const shown = { ...said.data, status };
  if (status !== 429 && status !== 503 && status !== 502 && status !== 504) return err({ problem: shown });
  return err({ problem: shown, again: Number.isFinite(after) ? Math.min(after * 1_000, longestTold) : firstAgain });
};

const interrupted: Failed = {
  problem: problemOf(499, 'interrupted', 'Interrupted', 'It was interrupted before there was an answer.'),
};

const notTheApi = (url: URL, why: string): Failed => ({
  problem: problemOf(
    502,
    'not-the-api',
    'Not the API of Hallpass',
    `At ${url.href} there is no API of Hallpass: ${why}. Check HALLPASS_API.`,
  ),
});

const unreachable = (url: URL, cause: unknown, isLate: boolean): Failed => {
  const code = isLate ? 'no answer in time' : codeOf(cause);
  // A certificate does not become another one by itself.
  const isCertificate = /CERT|SIGNATURE|ISSUER|SSL|TLS/.test(code);
  const remedy = isCertificate
    ? 'Set HALLPASS_CA to the file of the authority that signed its certificate, and check the name in HALLPASS_API.'
    : 'Check HALLPASS_API, and whether Hallpass runs and can be reached from here.';
  return {
    problem: problemOf(
      503,
      'unreachable',
      'The API cannot be reached',
      `${url.href} cannot be reached (${code}). ${remedy}`,
    ),
    ...(isCertificate ? {} : { again: firstAgain }),
  };
};

const codeOf = (cause: unknown): string => {
  if (!(cause instanceof Error)) return String(cause);
  if ('code' in cause && typeof cause.code === 'string') return cause.code;
  return cause.cause === undefined ? cause.name : codeOf(cause.cause);
};
