import { join } from 'node:path';
import { createPageHandler } from '#local/page/page.ts';
import { startNodeStandIn } from '#local/parts/node-stand-in.ts';
import { keepIn } from '#local/slack/keep.ts';
import { createPageRoutes } from '#local/slack/page-routes.ts';
import { createWorkspace } from '#local/slack/workspace.ts';
import { startStand } from '#local/stand.ts';
import { overSocket } from '#local/ways-in.ts';
import { startWorker } from '#src/worker.ts';

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
}: DemoOptions): Promise<{ readonly url: string; readonly version: string }> => {
  const stand = await startStand({ folder, controllerManager: true, say });
  onStop(stand.stop);
  const { url, caPem, adminToken, version } = stand.plane;
  const workspace = createWorkspace();
  const keep = keepIn(join(folder, 'slack'), workspace);
  const way = await overSocket(workspace, {
    port,
    routes: [createPageRoutes(workspace, { serveStatic: createPageHandler() })],
  });
  onStop(way.stop);
  onStop(keep);
  onStop(startNodeStandIn({ url, caPem, token: adminToken }).stop);
  const worker = await startWorker(stand.config('worker'));
  if (!worker.ok) throw new Error(`The worker cannot start:\n${worker.error.join('\n')}`);
  onStop(worker.value.stop);
  const bot = await way.startBot((slack) => stand.config('bot', slack));
  onStop(bot.stop);
  worker.value.tellThrough(bot.tell);
  return { url: way.url ?? '', version };
};
