import type { BotPorts } from '#use-cases/ports.ts';

/** Says to administrators that a click stood on something other than what Hallpass drew. */
export type AlteredAlarm = (clicked: {
  readonly request: string;
  readonly button: string;
  readonly by: string;
  /** The channel, and which message there. */
  readonly where: string;
}) => Promise<void>;

const words =
  'A click stood on something that is not as Hallpass drew it, and did not count: the request was shown from the log instead. Look at that message. Does it say what `/jit show` says? Then it was drawn before an update of Hallpass or with a bot.key that was replaced since, and is drawn anew now; if this is told of every card, Slack gives cards back otherwise than Hallpass knows: each approval takes one click more, nothing else is wrong, and it should be reported. If it says something else, somebody has the bot token: rotate it at Slack, put it into the Secret, restart the bots, and ask those who approved lately whether that is what they saw';

/** Said no more than once in this time, whatever it is about: where each card is concerned, one word is enough. */
const quiet = Temporal.Duration.from({ minutes: 1 });

export const createAlteredAlarm = ({ clock, alarm }: Pick<BotPorts, 'clock' | 'alarm'>): AlteredAlarm => {
  let saidAt: Temporal.Instant | undefined;
  let unsaid = 0;
  return async (clicked) => {
    const now = await clock.now();
    if (saidAt !== undefined && Temporal.Instant.compare(now, saidAt.add(quiet)) < 0) {
      unsaid += 1;
      return;
    }
    alarm(words, { ...clicked, ...(unsaid === 0 ? {} : { 'and before this one': String(unsaid) }) });
    saidAt = now;
    unsaid = 0;
  };
};
