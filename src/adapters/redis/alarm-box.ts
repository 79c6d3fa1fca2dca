import type { Redis } from 'ioredis';
import { z } from 'zod';
import { asking, readAs } from './faults.ts';
import { keys } from './keys.ts';

/** What a process without Slack's token has to tell administrators, until a bot takes it. */
export type AlarmBox = {
  readonly put: (text: string) => Promise<void>;
  /** The oldest, taken out; undefined when there is none. */
  readonly take: () => Promise<string | undefined>;
};

/** More than these nobody reads; the log has each. */
const most = 200;

export const createAlarmBox = (redis: Redis): AlarmBox => ({
  put: async (text) => {
    await asking('leave an alarm for the bot', redis.rpush(keys.alarms, text));
    await asking('leave an alarm for the bot', redis.ltrim(keys.alarms, -most, -1));
  },
  take: async () => {
    const text = await asking('take an alarm', redis.lpop(keys.alarms));
    return readAs(z.string().nullable(), keys.alarms, text) ?? undefined;
  },
});
