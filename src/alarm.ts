import type { Alarm } from '#use-cases/ports.ts';
import { type Log, scrub } from './log.ts';

/** Posts one line to where administrators read. */
export type Tell = (text: string) => Promise<void>;

/** The same message is told in Slack at most once in this time; the log has each of them. Milliseconds. */
const quiet = 60_000;

export type Alarms = {
  /** To the log at once, and to the administrators' channel as soon as there is one, each message once a minute. */
  readonly alarm: Alarm;
  /** To the administrators' channel only, kept until there is one. Throws when it could not be said. */
  readonly tell: Tell;
  readonly tellThrough: (tell: Tell) => void;
};

export const createAlarm = (error: Log): Alarms => {
  const toldAt = new Map<string, number>();
  let tell: Tell | undefined;
  const waiting: string[] = [];
  const say: Tell = async (said) => {
    const text = scrub(said);
    if (tell !== undefined) await tell(text);
    else if (waiting.length < 50) waiting.push(text);
  };
  const trySaying = (said: string): void =>
    void say(said).catch((cause: unknown) =>
      error('The administrators could not be told in Slack', { cause: String(cause) }),
    );
  return {
    alarm: (message, fields) => {
      error(message, fields);
      // What it is about, not how it failed: the same trouble of another request or object is told too.
      const { cause: _, job: __, ...about } = fields;
      const key = JSON.stringify([message, about]);
      const now = performance.now();
      if (now - (toldAt.get(key) ?? Number.NEGATIVE_INFINITY) < quiet) return;
      if (toldAt.size > 1_000) toldAt.clear();
      toldAt.set(key, now);
      trySaying([message, ...Object.entries(fields).map(([name, value]) => `${name}: ${value}`)].join('\n'));
    },
    tell: say,
    tellThrough: (through) => {
      tell = through;
      for (const text of waiting.splice(0)) trySaying(text);
    },
  };
};
