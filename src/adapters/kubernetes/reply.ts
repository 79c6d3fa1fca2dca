import type { Dispatcher } from 'undici';
import { z } from 'zod';
import { sayPath } from '#domain/content/say.ts';
import { alteredIn } from './exact.ts';
import { createFault, createRefusal, garbage, type KubernetesFault } from './fault.ts';

/** An answer of any status, read to its end. */
export type Reply = {
  readonly status: number;
  readonly text: string;
  readonly date: Temporal.Instant | undefined;
  /** Seconds; 1 where the server does not say. */
  readonly retryAfter: number;
};

export const readReply = async ({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<Reply> => ({
  status: statusCode,
  text: await body.text(),
  date: readDate(headers.date),
  retryAfter: readSeconds(headers['retry-after']),
});

/** An HTTP date (RFC 9110, IMF-fixdate, what Go's servers send) has whole seconds. */
const readDate = (header: string | string[] | undefined): Temporal.Instant | undefined => {
  const milliseconds = typeof header === 'string' ? Date.parse(header) : Number.NaN;
  return Number.isNaN(milliseconds) ? undefined : Temporal.Instant.fromEpochMilliseconds(milliseconds);
};

const readSeconds = (header: string | string[] | undefined): number =>
  typeof header === 'string' && /^\d{1,4}$/.test(header) ? Number(header) : 1;

/** What an error of the system, of TLS or of undici says of itself. */
export const codeOf = (error: unknown): string => {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  if (!(error instanceof Error)) return 'unknown';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.cause === undefined ? error.name : codeOf(error.cause);
};

/** The connection was there and broke, as when a server restarts: another one may do. */
export const isDropped = (error: unknown): boolean => ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'].includes(codeOf(error));

/** `Status` of meta/v1, the body of every refusal of Kubernetes itself; a proxy before it may say something else. */
const statusBody = z.object({
  kind: z.literal('Status'),
  message: z.string().optional(),
  reason: z.string().optional(),
});

/** Characters of the server's words: people mend by them what they wrote, and several fields may be wrong at once. */
const longestMessage = 1_500;
/** A reason is one word (`AlreadyExists`), whoever answers. */
const longestReason = 100;

export const statusFault = (cluster: string, call: string, { status, text }: Reply): KubernetesFault => {
  const said = statusBody.safeParse(parse(text)).data;
  const reason = (said?.reason ?? 'not an answer of Kubernetes').slice(0, longestReason);
  const words = (said?.message ?? '').slice(0, longestMessage);
  const message = `Cluster "${cluster}" refused to ${call}: ${status} ${reason}${words === '' ? '' : `: ${words}`}`;
  return createFault({ call, failure: status === 401 ? 'credentials' : 'status', status, reason }, message);
};

/** Parses and checks a body. One that is not what was asked for is a fault, whatever the status said. */
export const readJson = <T>(cluster: string, call: string, reply: Reply, schema: z.ZodType<T>): T => {
  const checked = schema.safeParse(parse(reply.text));
  if (checked.success) return checked.data;
  throw garbage(cluster, call, `answer ${reply.status}`, checked.error);
};

/** Refuses an answer of which a number would not survive being read and written back. */
export const refuseAltered = (cluster: string, call: string, { text }: Reply): void => {
  const altered = alteredNumber(text);
  if (altered === undefined) return;
  const { place, source } = altered;
  throw createRefusal(
    call,
    422,
    `Cluster "${cluster}" has ${source} at ${sayPath([...place])}, a number that Hallpass cannot write back without altering it (${call}). Change this object with kubectl.`,
  );
};

const alteredNumber = (text: string): ReturnType<typeof alteredIn> => {
  try {
    return alteredIn(text);
  } catch {
    // No JSON: whoever reads it says so.
    return undefined;
  }
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
