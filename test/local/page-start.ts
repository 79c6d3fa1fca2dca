import { App } from '@slack/bolt';
import { createPageHandler } from '#local/page/page.ts';
import { createHttpLink } from '#local/slack/http-link.ts';
import { createInMemoryLink } from '#local/slack/in-memory-link.ts';
import { createPageRoutes, type PageRoutesOptions } from '#local/slack/page-routes.ts';
import { createWorkspace, type Workspace } from '#local/slack/workspace.ts';
import { registerPageApp } from '#test/local/page-app.ts';
import { quietLogger } from '#test/local/slack/sample-app.ts';

export type Started = {
  workspace: Workspace;
  url: string;
  /** What forms brought to the app. */
  submitted: unknown[];
  /** Ends the server; what it gives back starts it again at the same address. */
  goAway: () => Promise<() => Promise<void>>;
  stop: () => Promise<void>;
};

/** A workspace with its page and a small app, ready for a browser. */
export const startPage = async (shown: Pick<PageRoutesOptions, 'cluster' | 'examples'> = {}): Promise<Started> => {
  const workspace = createWorkspace();
  const { fetch, receiver } = createInMemoryLink(workspace);
  const app = new App({
    token: workspace.state.app.token,
    receiver,
    logger: quietLogger,
    clientOptions: { fetch, retryConfig: { retries: 0 }, timeout: 2_000 },
  });
  const { submitted } = registerPageApp(app);
  await app.start();
  const routes = [createPageRoutes(workspace, { serveStatic: createPageHandler(), ...shown })];
  let link = await createHttpLink(workspace, { routes });
  const { port, url } = link;
  const goAway = async () => {
    await link.stop();
    return async () => {
      link = await createHttpLink(workspace, { routes, port });
    };
  };
  const stop = async () => {
    await link.stop();
    await app.stop();
  };
  return { workspace, url, submitted, goAway, stop };
};
