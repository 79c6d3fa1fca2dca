import type { Clock, Core } from './ports.ts';

/** What the common clock is compared with, which is Redis': whoever moves that one moves neither of these. */
export type OtherClocks = { readonly machine: Clock; readonly slack: Clock };

/** So far clocks may be apart before nothing is removed. */
const mostApart = Temporal.Duration.from({ minutes: 10 });

/** Says whether clocks agree that it is now, and alarms once when they no longer do. Throws when one cannot be asked. */
export const createAgreement = (
  { machine, slack }: OtherClocks,
  alarm: Core['alarm'],
): ((now: Temporal.Instant) => Promise<boolean>) => {
  let isSaid = false;
  return async (now) => {
    const others = { machine: await machine.now(), slack: await slack.now() };
    const agree = Object.values(others).every((other) => !isApart(now, other));
    if (!agree && !isSaid)
      alarm(
        'The clocks of Redis, of this machine and of Slack are more than ten minutes apart: no log is removed until they agree; set the one that is wrong',
        { redis: now.toString(), machine: others.machine.toString(), slack: others.slack.toString() },
      );
    isSaid = !agree;
    return agree;
  };
};

const isApart = (one: Temporal.Instant, other: Temporal.Instant): boolean =>
  Temporal.Duration.compare(one.since(other).abs(), mostApart) > 0;
