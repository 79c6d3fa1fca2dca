import { formatDuration } from '#domain/duration.ts';
import type { BotPorts } from './ports.ts';

/** More than `most`, or at least `few` and more than half of all, at once may be a mistake: a user group that somebody has emptied. */
const most = 20;
const few = 5;
const within = Temporal.Duration.from({ minutes: 1 });

/** Counts what is ended because people left groups. The policy says who may ask, so it is ended all the same. */
export type CrowdAlarm = {
  /** Before one is ended. */
  readonly begin: () => Promise<void>;
  readonly count: () => Promise<void>;
  /** Tells administrators, once a minute, if there were too many. */
  readonly tell: () => Promise<void>;
};

export const createCrowdAlarm = ({ clock, store, alarm }: Pick<BotPorts, 'clock' | 'store' | 'alarm'>): CrowdAlarm => {
  let ended: readonly Temporal.Instant[] = [];
  /** How many were in force before the first of them was ended. */
  let before = 0;
  let toldAt: Temporal.Instant | undefined;
  const isRecent = (now: Temporal.Instant) => (at: Temporal.Instant) =>
    Temporal.Instant.compare(at.add(within), now) > 0;
  return {
    begin: async () => {
      if (ended.some(isRecent(await clock.now()))) return;
      before = (await store.inStatus('active', 2 * most + 1)).length;
    },
    count: async () => {
      const now = await clock.now();
      ended = [...ended.filter(isRecent(now)), now];
    },
    tell: async () => {
      const now = await clock.now();
      const { length } = ended.filter(isRecent(now));
      const isCrowd = length > most || (length >= few && 2 * length > before);
      if (!isCrowd || (toldAt !== undefined && isRecent(now)(toldAt))) return;
      toldAt = now;
      alarm(
        'Many grants were ended at once: those who asked for them are in no Slack group any more that may ask. If a group was emptied by mistake, fill it again, and have them ask anew; to be told instead of having grants ended, set "left-groups: warn" under "watch" in rules.yaml',
        { ended: String(length), within: formatDuration(within) },
      );
    },
  };
};
