import type { Alarm } from '#use-cases/ports.ts';

/** Milliseconds. */
export type Pace = {
  /** For one post, to the last byte of the answer. */
  readonly timeout: number;
  /** Before the first retry, and before any: it doubles in between. */
  readonly first: number;
  readonly most: number;
  /** Before a retry of what the other side will not take as it is. */
  readonly slow: number;
  /** Administrators are told once nothing was taken for so long, and again so often. */
  readonly patience: number;
  readonly remind: number;
};

/** What became of one post. */
export type Outcome =
  | { readonly type: 'taken' }
  /** It passes by itself: no connection, too busy, broken. */
  | { readonly type: 'away'; readonly why: string; readonly wait?: number }
  /** It will not, unless somebody changes something. */
  | { readonly type: 'refused'; readonly status?: number; readonly why: string };

/** What is said of a place that takes nothing, and what is to be done about it. */
export type Words = {
  readonly about: Readonly<Record<string, string>>;
  readonly refuses: string;
  readonly isAway: string;
  readonly takesAgain: string;
  readonly remedy: string;
};

/** What the other side says to wait is believed up to here, in milliseconds. */
const longestWait = 3_600_000;

/** What an answer means: a 2xx is a yes. */
export const outcomeOf = (status: number, retryAfter: string | string[] | undefined): Outcome => {
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
export const createTrouble = ({
  words,
  alarm,
  info,
  pace,
}: {
  readonly words: Words;
  readonly alarm: Alarm;
  readonly info: (message: string, fields: Readonly<Record<string, string>>) => void;
  readonly pace: Pace;
}) => {
  let failures = 0;
  let since = 0;
  let notBefore = 0;
  let toldAt: number | undefined;

  const tell = (message: string, why: string, now: number): void => {
    if (toldAt !== undefined && now - toldAt < pace.remind) return;
    toldAt = now;
    alarm(message, { ...words.about, cause: why, remedy: words.remedy });
  };
  return {
    isOver: () => performance.now() >= notBefore,
    note: (outcome: Outcome): void => {
      const now = performance.now();
      if (outcome.type === 'taken') {
        if (toldAt !== undefined) info(words.takesAgain, words.about);
        [failures, notBefore, toldAt] = [0, 0, undefined];
        return;
      }
      if (failures === 0) since = now;
      failures += 1;
      if (outcome.type === 'refused') {
        notBefore = now + jittered(pace.slow);
        tell(words.refuses, outcome.why, now);
        return;
      }
      const backoff = jittered(Math.min(pace.most, pace.first * 2 ** Math.min(failures - 1, 20)));
      notBefore = now + Math.max(backoff, outcome.wait ?? 0);
      if (now - since >= pace.patience) tell(words.isAway, outcome.why, now);
    },
  };
};

/** Several bots do not come back at once. */
const jittered = (milliseconds: number): number => milliseconds * (0.5 + Math.random() / 2);

/** What a library says of the address or what was sent is left out: its code is enough. */
export const codeOf = (cause: unknown): string => {
  if (!(cause instanceof Error)) return 'unknown';
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.name;
  return cause.cause instanceof Error ? `${code}: ${codeOf(cause.cause)}` : code;
};
