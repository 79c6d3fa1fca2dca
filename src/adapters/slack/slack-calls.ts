import { setTimeout as after } from 'node:timers/promises';
import type { WebClient } from '@slack/web-api';
import { faultOf, stop } from './slack-faults.ts';

/** Real time by default: milliseconds that only go forward, and waiting. */
export type Time = { readonly now: () => number; readonly pause: (milliseconds: number) => Promise<void> };
export const realTime: Time = {
  now: () => performance.now(),
  pause: async (milliseconds) => void (await after(milliseconds)),
};

/**
 * What a call draws on: so many at once, then so many a second (docs.slack.dev/apis/web-api/rate-limits: posts about one
 * a second and channel; chat.update and conversations.history and .replies 50 a minute).
 */
export type Budget = { readonly key: string; readonly burst: number; readonly perSecond: number };
export const postsTo = (channel: string): Budget => ({ key: `post ${channel}`, burst: 4, perSecond: 1 });
export const updates: Budget = { key: 'update', burst: 10, perSecond: 0.8 };
export const lookups: Budget = { key: 'lookup', burst: 10, perSecond: 0.8 };
/** files.*: 100 a minute. */
export const fileCalls: Budget = { key: 'file', burst: 10, perSecond: 1.2 };
/** Everything else is seldom called and has limits of its own, far off. */
export const others: Budget = { key: 'other', burst: 40, perSecond: 2 };

/** Long enough for Slack to come back from a hiccup, short enough that a card is not missed. */
const outagePause = 1_000;
const unauthorised: readonly string[] = [
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'missing_scope',
  'org_login_required',
  'team_access_not_granted',
];

export type Calls = {
  /** Takes a place in a budget, leaving `spare` for what is more urgent; throws a setback when there is none yet. */
  readonly reserve: (budget: Budget, spare?: number) => void;
  /**
   * Makes a call whose place is reserved. Throws a setback when Slack wants a pause, is away, or refuses the bot as
   * such; a refusal of the call itself comes through as Slack's exception.
   */
  readonly attempt: <T>(budget: Budget, work: () => Promise<T>) => Promise<T>;
  /** Both at once. */
  readonly call: <T>(budget: Budget, work: () => Promise<T>) => Promise<T>;
  /** Resolves when Slack is there. After a fault it asks first: else each request would get a post that may be doubled. */
  readonly ready: () => Promise<void>;
};

/** Calls to Slack of one process: paced, resting after a 429, and quiet while Slack is away. */
export const createCalls = (client: WebClient, time: Time): Calls => {
  const buckets = new Map<string, { left: number; at: number }>();
  const rests = new Map<string, number>();
  let suspect = false;

  const reserve: Calls['reserve'] = ({ key, burst, perSecond }, spare = 0) => {
    const now = time.now();
    const rest = (rests.get(key) ?? 0) - now;
    if (rest > 0) throw stop({ type: 'later', milliseconds: Math.ceil(rest), why: `Slack asked for a pause (${key})` });
    const before = buckets.get(key) ?? { left: burst, at: now };
    const left = Math.min(burst, before.left + ((now - before.at) / 1_000) * perSecond);
    const missing = 1 + spare - left;
    if (missing > 0)
      throw stop({
        type: 'later',
        milliseconds: Math.ceil((missing / perSecond) * 1_000),
        why: `Slack takes no more at once (${key})`,
      });
    buckets.set(key, { left: left - 1, at: now });
  };

  const attempt: Calls['attempt'] = async (budget, work) => {
    try {
      const result = await work();
      suspect = false;
      return result;
    } catch (cause) {
      const fault = faultOf(cause);
      switch (fault.type) {
        case 'limited':
          rests.set(budget.key, time.now() + fault.milliseconds);
          throw stop(
            { type: 'later', milliseconds: fault.milliseconds, why: `Slack asked for a pause (${budget.key})` },
            cause,
          );
        case 'uncertain':
          suspect = true;
          throw stop(
            { type: 'outage', milliseconds: outagePause, why: `Slack does not answer: ${fault.error}` },
            cause,
          );
        case 'refused':
          if (!unauthorised.includes(fault.error)) throw cause;
          suspect = true;
          throw stop(
            {
              type: 'outage',
              milliseconds: 30 * outagePause,
              why: `Slack refuses the bot (${fault.error}): check SLACK_BOT_TOKEN and the app's scopes`,
            },
            cause,
          );
      }
    }
  };

  const call: Calls['call'] = async (budget, work) => {
    reserve(budget);
    return attempt(budget, work);
  };

  const ready = async (): Promise<void> => {
    if (suspect) await call(others, () => client.auth.test());
  };
  return { reserve, attempt, call, ready };
};
