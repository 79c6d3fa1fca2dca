import { lookup } from 'node:dns';
import { Agent, type Dispatcher, request } from 'undici';
import type { CloudEvent } from '#domain/outgoing/cloud-event.ts';
import type { Result } from '#domain/result.ts';
import { guardedBy, metadataCode, type NameService } from './guarded-lookup.ts';
import { codeOf } from './retries.ts';
import { type SigningKey, signedHeaders } from './standard-webhook.ts';

export type Receiver = {
  readonly url: string;
  /** Only a server with a certificate of this authority (PEM) is believed. */
  readonly ca?: string | undefined;
  /** It may be at a link-local address. */
  readonly linkLocal: boolean;
  /** Asked for each message, so that a key is replaced without a restart. */
  readonly readKeys: () => Promise<Result<readonly SigningKey[], string>>;
  /** Milliseconds until the answer has begun. */
  readonly timeout: number;
};

export type Posted =
  /** `text` is how the answer begins. */
  | { readonly type: 'answered'; readonly status: number; readonly retryAfter?: string; readonly text: string }
  | { readonly type: 'no-answer'; readonly why: string }
  /** It was not sent: only a person can mend that. */
  | { readonly type: 'unsent'; readonly why: string };

/** Bytes of an answer that are read, and milliseconds that its body is waited for: what matters is its status. */
const longestAnswer = 2_000;
const bodyPatience = 1_000;

/** Posts events to one receiver, signed, over one connection that is kept. No redirect is followed. */
export const createPoster = ({ url, ca, linkLocal, readKeys, timeout }: Receiver, names: NameService = lookup) => {
  const agent = new Agent({
    connections: 1,
    pipelining: 1,
    allowH2: false,
    connect: {
      timeout,
      ...(ca === undefined ? {} : { ca }),
      ...(linkLocal ? {} : { lookup: guardedBy(names) }),
    },
    headersTimeout: timeout,
    // Below the idle time-out of usual load balancers.
    keepAliveTimeout: 30_000,
  });

  const post = async (event: CloudEvent, signal: AbortSignal): Promise<Posted> => {
    const keys = await readKeys();
    if (!keys.ok) return { type: 'unsent', why: keys.error };
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
    try {
      const { statusCode, headers, body } = await request(url, {
        method: 'POST',
        dispatcher: agent,
        headers: {
          'content-type': 'application/cloudevents+json; charset=utf-8',
          'user-agent': 'Hallpass',
          // The receiver judges how old it is by the time of day, and so it is not Redis' clock that counts here.
          ...signedHeaders(event, keys.value, Math.floor(Date.now() / 1_000)),
        },
        body: event.body,
        signal: limit,
      });
      const retryAfter = headers['retry-after'];
      const text = await beginningOf(body);
      return {
        type: 'answered',
        status: statusCode,
        text,
        ...(typeof retryAfter === 'string' ? { retryAfter } : {}),
      };
    } catch (cause) {
      return faultOf(cause, limit.aborted && !signal.aborted, timeout);
    }
  };
  return { post, close: () => agent.destroy() };
};

const faultOf = (cause: unknown, isLate: boolean, timeout: number): Posted => {
  if (isLate) return { type: 'no-answer', why: `no answer within ${timeout} ms` };
  const code = codeOf(cause);
  return code.includes(metadataCode)
    ? {
        type: 'unsent',
        why: 'its name leads to a link-local address, or to one where clouds keep credentials; "linkLocal: true" allows it',
      }
    : { type: 'no-answer', why: code };
};

/** The status says whether it was taken; a body that has no end, or does not come, changes nothing about that. */
const beginningOf = async (body: Dispatcher.ResponseData['body']): Promise<string> => {
  const chunks: Buffer[] = [];
  let size = 0;
  const giveUp = setTimeout(() => body.destroy(), bodyPatience);
  try {
    for await (const chunk of body) {
      const bytes = Buffer.from(chunk);
      chunks.push(bytes);
      size += bytes.length;
      if (size >= longestAnswer) break;
    }
  } catch {
    // What has come will do.
  } finally {
    clearTimeout(giveUp);
  }
  return Buffer.concat(chunks).subarray(0, longestAnswer).toString('utf8');
};
