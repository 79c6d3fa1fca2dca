import { Agent, request } from 'undici';
import type { AuditSink } from '#use-cases/follow-audit.ts';
import type { Alarm } from '#use-cases/ports.ts';
import { codeOf, createTrouble, type Outcome, outcomeOf, type Pace, type Words } from './retries.ts';

const usual: Pace = {
  timeout: 10_000,
  first: 1_000,
  most: 60_000,
  slow: 60_000,
  patience: 60_000,
  remind: 3_600_000,
};

/** Of one batch, lines and bytes; a line that is longer goes alone. */
const most = { lines: 500, bytes: 1_000_000 };
/** Characters of an answer that are read: what matters is its status. */
const longestAnswer = 2_000;

export type SiemOptions = {
  readonly url: string;
  readonly token?: string | undefined;
  /** Only a server with a certificate of this authority (PEM) is believed. */
  readonly ca?: string | undefined;
  readonly alarm: Alarm;
  readonly info: (message: string, fields: Readonly<Record<string, string>>) => void;
  readonly pace?: Pace;
};

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
  const trouble = createTrouble({ words: wordsFor(url), alarm, info, pace });

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

const wordsFor = (url: string): Words => ({
  about: { sink: new URL(url).origin },
  refuses: 'The sink of the audit refuses lines',
  isAway: 'The sink of the audit has taken nothing for a while',
  takesAgain: 'The sink of the audit takes lines again',
  remedy: 'Nothing is lost: it goes on trying. Look at the sink, and at HALLPASS_SIEM_URL and HALLPASS_SIEM_TOKEN',
});

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
