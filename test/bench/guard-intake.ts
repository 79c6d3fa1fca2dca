import { Redis } from 'ioredis';
import { z } from 'zod';
import { bareKeys } from './guard-bare-keys.ts';
import type { GuardStage } from './guard-stage.ts';

const group = 'bench';
const read = z
  .array(z.tuple([z.string(), z.array(z.tuple([z.string(), z.array(z.string())]))]))
  .nullable()
  .transform((streams) => streams?.[0]?.[1] ?? []);

/** Takes in what the bare webhook files, by the same calls to Redis as the bot: read, write a line, write an index, settle. */
export const startBareIntake = ({ stand }: GuardStage) => {
  const [reading, writing] = [new Redis(stand.redis.url), new Redis(stand.redis.url)];
  const ids: string[] = [];
  let isOver = false;
  const takeIn = async (key: string, [, id = '', , text = '']: readonly string[]): Promise<void> => {
    ids.push(id);
    await writing.rpush(bareKeys.log(id), text);
    await writing.set(bareKeys.held, id);
    await writing.set(bareKeys.said, id);
    await writing.xack(bareKeys.intake, group, key);
    await writing.xdel(bareKeys.intake, key);
  };
  const running = (async () => {
    await writing.xgroup('CREATE', bareKeys.intake, group, '0', 'MKSTREAM');
    while (!isOver) {
      const answer = await reading.xreadgroup(
        'GROUP',
        group,
        'bench',
        'COUNT',
        20,
        'BLOCK',
        1_000,
        'STREAMS',
        bareKeys.intake,
        '>',
      );
      await Promise.all(read.parse(answer).map(([key, fields]) => takeIn(key, fields)));
    }
  })();
  // Whoever stops it is told.
  running.catch(() => {});
  return {
    /** Takes out of Redis again what it has written down. */
    clear: async (): Promise<void> => void (await writing.del(...ids.splice(0).map(bareKeys.log))),
    stop: async (): Promise<void> => {
      isOver = true;
      await running;
      for (const connection of [reading, writing]) connection.disconnect();
    },
  };
};
