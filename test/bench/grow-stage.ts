import { Redis } from 'ioredis';
import { createSocketLink } from '#local/slack/socket-link.ts';
import { createWorkspace } from '#local/slack/workspace.ts';
import { startStand } from '#local/stand.ts';
import { botSlot, type Slot, type Ways, workerSlot } from '#test/chaos/slots.ts';
import { companySeed, employ } from './company.ts';
import type { Options } from './options.ts';
import { makeNamespaces, type Stage } from './stage.ts';

/** Bot and worker each as a process of its own, so that what each takes can be told; the strict Slack is reached by Socket Mode. */
export type GrowStage = Stage & {
  readonly worker: Slot;
  readonly bot: Slot;
  /** So many grants are active at each look. */
  readonly sizes: readonly number[];
};

export const startGrowStage = async (options: Options, say: (text: string) => void): Promise<GrowStage> => {
  say('starting Redis, the API server, the worker and the bot, each by itself');
  const stand = await startStand({});
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
    const worker = workerSlot(stand, ways, 0, 0, namespaces);
    const bot = botSlot(stand, ways, 0, 0);
    stops.push(worker.kill, bot.kill);
    for (const one of [worker, bot]) await one.start();
    const redis = new Redis(stand.redis.url);
    stops.push(async () => redis.disconnect());
    const sizes = options.small ? [10, 1_200] : options.long ? [10, 1_000, 10_000, 100_000] : [10, 1_000];
    const size = (usual: number, small: number): number => (options.small ? small : usual);
    const parts = { stand, slack, redis, namespaces, size, isLong: options.long, say, workerBlocked: () => 0 };
    return { ...parts, worker, bot, sizes, stop };
  } catch (cause) {
    await stop();
    throw cause;
  }
};
