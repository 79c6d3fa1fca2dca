import { join } from 'node:path';
import { createKeys } from '#adapters/keys/keys.ts';
import { connectRedis } from '#adapters/redis/connection.ts';
import { createPageHandler } from '#local/page/page.ts';
import { createClusterPanel } from '#local/panel/cluster-panel.ts';
import { startNodeStandIn } from '#local/parts/node-stand-in.ts';
import { keepIn } from '#local/slack/keep.ts';
import { createPageRoutes } from '#local/slack/page-routes.ts';
import { demoSeed } from '#local/slack/seed.ts';
import { createWorkspace } from '#local/slack/workspace.ts';
import { type Stand, startStand } from '#local/stand.ts';
import { overSocket } from '#local/ways-in.ts';
import { startGuard } from '#src/guard.ts';
import { startWatcher } from '#src/watcher.ts';
import { startWorker } from '#src/worker.ts';
import { writeEnvironment } from './environment.ts';
import { examples } from './examples.ts';

export type DemoOptions = {
  readonly folder: string;
  readonly port: number;
  readonly say: (line: string) => void;
  /** Given each end as soon as there is something to end; they are run last first. */
  readonly onStop: (end: () => Promise<void> | void) => void;
};

/** Starts everything that the demo shows. What has been started when it throws is with `onStop`. */
export const startDemo = async ({
  folder,
  port,
  say,
  onStop,
}: DemoOptions): Promise<{
  readonly url: string;
  readonly version: string;
  readonly api: string;
  readonly issuer: string;
  readonly switchSlack: () => boolean;
}> => {
  const stand = await startStand({ folder, controllerManager: true, guard: true, watcher: true, api: true, say });
  onStop(stand.stop);
  const { url, caPem, adminToken, version } = stand.plane;
  const workspace = createWorkspace({
    seed: { ...demoSeed(), team: { ...demoSeed().team, address: `http://127.0.0.1:${port}/` } },
  });
  const keep = keepIn(join(folder, 'slack'), workspace);
  const way = await overSocket(workspace, {
    port,
    routes: [
      createPageRoutes(workspace, {
        serveStatic: createPageHandler(),
        cluster: openPanel(stand, onStop),
        examples: [examples.change, examples.access],
      }),
    ],
  });
  onStop(way.stop);
  onStop(keep);
  onStop(startNodeStandIn({ url, caPem, token: adminToken }).stop);
  const worker = await startWorker(stand.config('worker'));
  if (!worker.ok) throw new Error(`The worker cannot start:\n${worker.error.join('\n')}`);
  onStop(worker.value.stop);
  const guard = await startGuard(stand.config('guard'));
  if (!guard.ok) throw new Error(`The guard cannot start:\n${guard.error.join('\n')}`);
  onStop(guard.value.stop);
  const watcher = await startWatcher(stand.config('watcher'));
  if (!watcher.ok) throw new Error(`The watcher cannot start:\n${watcher.error.join('\n')}`);
  onStop(watcher.value.stop);
  const bot = await way.startBot((slack) => {
    const config = stand.config('bot', slack);
    writeEnvironment(folder, stand, config);
    return config;
  });
  onStop(bot.stop);
  worker.value.tellThrough(bot.tell);
  const { api } = stand.config('bot');
  let isOff = false;
  const switchSlack = (): boolean => {
    isOff = !isOff;
    if (isOff) workspace.faults.down();
    else workspace.faults.up();
    return isOff;
  };
  return {
    url: way.url ?? '',
    version,
    issuer: stand.issuer ?? '',
    switchSlack,
    api: `http://${api?.host}:${api?.port}`,
  };
};

/** The page's view into the cluster, by its administrator and as Redis's; it reads only. */
const openPanel = (stand: Stand, onStop: DemoOptions['onStop']): ReturnType<typeof createClusterPanel> => {
  const keys = createKeys(stand.config('worker').keys, []);
  if (!keys.ok) throw new Error(`The keys cannot be read:\n${keys.error.join('\n')}`);
  const redis = connectRedis({ url: stand.redis.url, profile: 'commit', name: 'page', onLost: () => {} });
  onStop(() => redis.disconnect());
  return createClusterPanel({ redis, trust: keys.value.trust, admin: stand.admin, now: () => Temporal.Now.instant() });
};
