import { Redis } from 'ioredis';
import { createSocketLink } from '#local/slack/socket-link.ts';
import { createWorkspace } from '#local/slack/workspace.ts';
import { startStand } from '#local/stand.ts';
import { botSlot, guardSlot, type Slot, type Ways, watcherSlot, workerSlot } from '#test/chaos/slots.ts';
import { companySeed, employ } from './company.ts';
import type { Options } from './options.ts';
import { makeNamespaces, type Stage } from './stage.ts';

/** Each part of Hallpass as a process of its own, so that what each takes can be told; the strict Slack is reached by Socket Mode. */
export type GrowStage = Stage & {
  readonly slots: Readonly<Record<'worker' | 'bot' | 'guard' | 'watcher', Slot>>;
  /** So many grants are active at each look. */
  readonly sizes: readonly number[];
};

export const startGrowStage = async (options: Options, say: (text: string) => void): Promise<GrowStage> => {
  say('starting Redis, the API server, worker, bot, guard and watcher, each by itself');
  const stand = await startStand({ guard: true, watcher: true });
  const stops: (() => Promise<unknown>)[] = [stand.stop];
  const stop = async (): Promise<void> => {
    for (const one of stops.toReversed()) await one();
  };
  try {
    const namespaces = await makeNamespaces(stand);
    await employ(stand.config('bot').policy);
    const slack = createWorkspace({ seed: companySeed(), rates: 'off' });
    const link = await createSocketLink(slack);
    stops.push(link.stop, async () => slack.stop());
    const ways: Ways = {
      redisUrl: stand.redis.url,
      kubeconfigOf: stand.kubeconfig,
      slackApiUrl: link.slackApiUrl,
      siemUrl: '',
    };
    const slots = {
      worker: workerSlot(stand, ways, 0, 0, namespaces),
      bot: botSlot(stand, ways, 0, 0),
      guard: guardSlot(stand, ways, 0),
      watcher: watcherSlot(stand, ways, 0),
    };
    for (const one of Object.values(slots)) {
      stops.push(one.kill);
      await one.start();
    }
    const redis = new Redis(stand.redis.url);
    stops.push(async () => redis.disconnect());
    const sizes = options.grants ?? (options.small ? [10, 50] : options.long ? [10, 1_000, 10_000] : [10, 1_000]);
    const size = (usual: number, small: number): number => (options.small ? small : usual);
    const parts = { stand, slack, redis, namespaces, size, isLong: options.long, say, workerBlocked: () => 0 };
    return { ...parts, slots, sizes, stop };
  } catch (cause) {
    await stop();
    throw cause;
  }
};
