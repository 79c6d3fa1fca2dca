import { Agent, request } from 'undici';
import type { AuditSink } from '#use-cases/follow-audit.ts';
import type { Alarm } from '#use-cases/ports.ts';

/** Milliseconds. */
export type SiemPace = {
  /** For one batch, to the last byte of the answer. */
  readonly timeout: number;
  /** Before the first retry, and before any: it doubles in between. */
  readonly first: number;
  readonly most: number;
  /** Before a retry of what the sink will not take as it is. */
  readonly slow: number;
  /** Administrators are told once nothing was taken for so long, and again so often. */
  readonly patience: number;
  readonly remind: number;
};
const usual: SiemPace = {
  timeout: 10_000,
  first: 1_000,
  most: 60_000,
  slow: 60_000,
  patience: 60_000,
  remind: 3_600_000,
};

/** Of one batch, lines and bytes; a line that is longer goes alone. */
const most = { lines: 500, bytes: 1_000_000 };
/** What a sink says to wait is believed up to here, in milliseconds. */
const longestWait = 3_600_000;
/** Characters of an answer that are read: what matters is its status. */
const longestAnswer = 2_000;

export type SiemOptions = {
  readonly url: string;
  readonly token?: string | undefined;
  /** Only a server with a certificate of this authority (PEM) is believed. */
  readonly ca?: string | undefined;
  readonly alarm: Alarm;
  readonly info: (message: string, fields: Readonly<Record<string, string>>) => void;
  readonly pace?: SiemPace;
};

type Outcome =
  | { readonly type: 'taken' }
  /** It passes by itself: no connection, too busy, broken. */
  | { readonly type: 'away'; readonly why: string; readonly wait?: number }
  /** It will not, unless somebody changes something. */
  | { readonly type: 'refused'; readonly status: number; readonly why: string };

/**
 * Posts batches of JSON lines to an address, each until it is taken: a 2xx. No redirect is followed. Between two tries it says that it is
 * not ready, so that nobody waits for it; what it was given and did not take is given to it again.
 */
export const createSiemSink = ({
  url,
  token,
  ca,
  alarm,
  info,
  pace = usual,
}: SiemOptions): AuditSink & {
  readonly close: () => Promise<void>;
} => {
  const agent = new Agent({
    connections: 1,
    pipelining: 1,
    allowH2: false,
    connect: { timeout: pace.timeout, ...(ca === undefined ? {} : { ca }) },
    headersTimeout: pace.timeout,
    bodyTimeout: pace.timeout,
    // Below the idle time-out of usual load balancers.
    keepAliveTimeout: 30_000,
  });
  const sink = new URL(url).origin;
  const trouble = createTrouble({ sink, alarm, info, pace });

  const post = async (lines: readonly string[], signal: AbortSignal): Promise<Outcome> => {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(pace.timeout)]);
    try {
      const { statusCode, headers, body } = await request(url, {
        method: 'POST',
        dispatcher: agent,
        headers: {
          'content-type': 'application/x-ndjson',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        body: `${lines.join('\n')}\n`,
        signal: limit,
      });
      await body.dump({ limit: longestAnswer, signal: limit });
      return outcomeOf(statusCode, headers['retry-after']);
    } catch (cause) {
      return {
        type: 'away',
        why: limit.aborted && !signal.aborted ? `no answer within ${pace.timeout} ms` : codeOf(cause),
      };
    }
  };

  /** One batch, or halves of it where it is too much at a time. */
  const send = async (lines: readonly string[], signal: AbortSignal): Promise<Outcome> => {
    const outcome = await post(lines, signal);
    if (outcome.type !== 'refused' || outcome.status !== 413 || lines.length === 1) return outcome;
    const middle = Math.ceil(lines.length / 2);
    const first = await send(lines.slice(0, middle), signal);
    return first.type === 'taken' ? send(lines.slice(middle), signal) : first;
  };

  return {
    name: 'siem',
    isReady: trouble.isOver,
    write: async (lines, signal) => {
      for (const batch of batchesOf(lines)) {
        const outcome = await send(batch, signal);
        if (signal.aborted) return false;
        trouble.note(outcome);
        if (outcome.type !== 'taken') return false;
      }
      return true;
    },
    close: () => agent.destroy(),
  };
};

const outcomeOf = (status: number, retryAfter: string | string[] | undefined): Outcome => {
  if (status >= 200 && status < 300) return { type: 'taken' };
  const why = `HTTP status ${status}`;
  if (status !== 429 && status !== 408 && status < 500) return { type: 'refused', status, why };
  const wait = typeof retryAfter === 'string' ? waitOf(retryAfter) : undefined;
  return { type: 'away', why, ...(wait === undefined ? {} : { wait }) };
};

/** `Retry-After` is seconds or a date (RFC 9110, 10.2.3). */
const waitOf = (text: string): number | undefined => {
  const wait = /^\d+$/.test(text.trim()) ? Number(text) * 1_000 : Date.parse(text) - Date.now();
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(0, wait), longestWait);
};

/** When to try again, and whether administrators have to know. */
const createTrouble = ({
  sink,
  alarm,
  info,
  pace,
}: { sink: string; pace: SiemPace } & Pick<SiemOptions, 'alarm' | 'info'>) => {
  let failures = 0;
  let since = 0;
  let notBefore = 0;
  let toldAt: number | undefined;

  const tell = (message: string, why: string, now: number): void => {
    if (toldAt !== undefined && now - toldAt < pace.remind) return;
    toldAt = now;
    alarm(message, {
      sink,
      cause: why,
      remedy: 'Nothing is lost: it goes on trying. Look at the sink, and at HALLPASS_SIEM_URL and HALLPASS_SIEM_TOKEN',
    });
  };
  return {
    isOver: () => performance.now() >= notBefore,
    note: (outcome: Outcome): void => {
      const now = performance.now();
      if (outcome.type === 'taken') {
        if (toldAt !== undefined) info('The sink of the audit takes lines again', { sink });
        [failures, notBefore, toldAt] = [0, 0, undefined];
        return;
      }
      if (failures === 0) since = now;
      failures += 1;
      if (outcome.type === 'refused') {
        notBefore = now + jittered(pace.slow);
        tell('The sink of the audit refuses lines', outcome.why, now);
        return;
      }
      const backoff = jittered(Math.min(pace.most, pace.first * 2 ** Math.min(failures - 1, 20)));
      notBefore = now + Math.max(backoff, outcome.wait ?? 0);
      if (now - since >= pace.patience) tell('The sink of the audit has taken nothing for a while', outcome.why, now);
    },
  };
};

/** Several bots do not come back at once. */
const jittered = (milliseconds: number): number => milliseconds * (0.5 + Math.random() / 2);

const batchesOf = (lines: readonly string[]): readonly (readonly string[])[] => {
  const batches: string[][] = [];
  let bytes = 0;
  for (const line of lines) {
    const size = Buffer.byteLength(line) + 1;
    const last = batches.at(-1);
    if (last === undefined || last.length >= most.lines || bytes + size > most.bytes) {
      batches.push([line]);
      bytes = size;
    } else {
      last.push(line);
      bytes += size;
    }
  }
  return batches;
};

/** What a library says of the address or what was sent is left out: its code is enough. */
const codeOf = (cause: unknown): string => {
  if (!(cause instanceof Error)) return 'unknown';
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.name;
  return cause.cause instanceof Error ? `${code}: ${codeOf(cause.cause)}` : code;
};
