import { z } from 'zod';

/** Why something could not be shown now. `again`: in so many milliseconds it is worth another try. */
export type Setback =
  | { readonly type: 'later'; readonly milliseconds: number; readonly why: string }
  /** Slack does not answer, or not us: nothing else is worth a try meanwhile. */
  | { readonly type: 'outage'; readonly milliseconds: number; readonly why: string }
  /** Somebody has to do something first; `why` says what. */
  | { readonly type: 'blocked'; readonly why: string };

type Stopped = Error & { readonly setback: Setback };

/** Breaks off what is being shown; caught by the projection alone. */
export const stop = (setback: Setback, cause?: unknown): Stopped =>
  Object.assign(new Error(setback.why, { cause }), { setback });

export const setbackOf = (error: unknown): Setback | undefined =>
  error instanceof Error && 'setback' in error ? (error as Stopped).setback : undefined;

/** Does something and says what set it back; other faults are thrown on. */
export const orSetback = async (work: () => Promise<void>): Promise<Setback | undefined> => {
  try {
    await work();
    return undefined;
  } catch (cause) {
    const setback = setbackOf(cause);
    if (setback === undefined) throw cause;
    return setback;
  }
};

/** What became of a call to Slack that failed. */
export type Fault =
  | { readonly type: 'limited'; readonly milliseconds: number }
  /** Slack said no: nothing was done. */
  | { readonly type: 'refused'; readonly error: string }
  /** No answer, or none that says what was done: it may have been done. */
  | { readonly type: 'uncertain'; readonly error: string };

const rateLimited = z.object({ code: z.literal('slack_webapi_rate_limited_error'), retryAfter: z.number() });
const platform = z.object({ code: z.literal('slack_webapi_platform_error'), data: z.object({ error: z.string() }) });

/** Slack's own words for "some aspect of the operation may have succeeded" (docs.slack.dev/reference/methods/chat.postMessage). */
const unclear: readonly string[] = ['fatal_error', 'internal_error', 'service_unavailable', 'request_timeout'];

const noAnswer = z.union([
  z.object({ code: z.literal('slack_webapi_request_error') }),
  z.object({ code: z.literal('slack_webapi_http_error'), statusCode: z.int().min(500) }),
]);

/** Whether Slack did not answer at all: no connection, no answer in time, or one of a server that fails (@slack/web-api 8). */
export const isNoAnswer = (cause: unknown): boolean => noAnswer.safeParse(cause).success;

/** Reads an exception of @slack/web-api 8 by its code. */
export const faultOf = (cause: unknown): Fault => {
  const limited = rateLimited.safeParse(cause);
  if (limited.success) return { type: 'limited', milliseconds: Math.max(1, limited.data.retryAfter) * 1_000 };
  const said = platform.safeParse(cause);
  if (!said.success) return { type: 'uncertain', error: String(cause) };
  const { error } = said.data.data;
  if (error === 'ratelimited' || error === 'rate_limited') return { type: 'limited', milliseconds: 1_000 };
  return { type: unclear.includes(error) ? 'uncertain' : 'refused', error };
};
