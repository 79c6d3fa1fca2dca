import { freePort } from '#local/parts/daemon.ts';
import { createHttpLink, type Routes } from '#local/slack/http-link.ts';
import { createInMemoryLink } from '#local/slack/in-memory-link.ts';
import { createSocketLink, type SocketLink } from '#local/slack/socket-link.ts';
import type { Workspace } from '#local/slack/workspace.ts';
import type { SlackReached } from '#local/stand.ts';
import { type RunningBot, startBot } from '#src/bot.ts';
import type { Config } from '#src/config.ts';

/** A way into the local Slack: starts a bot on it, as often as wanted. */
export type Way = {
  readonly name: string;
  readonly startBot: (configure: (slack: SlackReached) => Config) => Promise<RunningBot>;
  /** Where the page is, where the way has one. */
  readonly url?: string;
  readonly stop: () => Promise<void>;
};

const running = async (starting: ReturnType<typeof startBot>): Promise<RunningBot> => {
  const bot = await starting;
  if (!bot.ok) throw new Error(`The bot cannot start:\n${bot.error.join('\n')}`);
  return bot.value;
};

/** Everything in this process, without a port. */
export const inMemory = (workspace: Workspace): Way => ({
  name: 'in memory',
  startBot: (configure) => {
    const { fetch, receiver } = createInMemoryLink(workspace);
    return running(startBot(configure({ apiUrl: 'http://slack.local/api/', port: 0 }), { receiver, fetch }));
  },
  stop: async () => workspace.stop(),
});

/** Signed HTTP on 127.0.0.1, as Slack does it: the bot runs just as it does with `npm start`. */
export const overHttp = async (
  workspace: Workspace,
  options: { readonly port?: number; readonly routes?: Routes[] } = {},
): Promise<Way> => {
  const link = await createHttpLink(workspace, options);
  return {
    name: 'signed HTTP',
    url: link.url,
    startBot: async (configure) => {
      const port = await freePort();
      const bot = await running(startBot(configure({ apiUrl: link.slackApiUrl, port })));
      const disconnect = link.connectApp(`http://127.0.0.1:${port}/slack/events`);
      return {
        ...bot,
        stop: async () => {
          disconnect();
          await bot.stop();
        },
      };
    },
    stop: link.stop,
  };
};

/** Socket Mode on 127.0.0.1, as with real Slack by default: the bot connects, and listens for `/livez` only. */
export const overSocket = async (
  workspace: Workspace,
  options: { readonly port?: number; readonly routes?: Routes[] } = {},
): Promise<Way & { readonly link: SocketLink }> => {
  const link = await createSocketLink(workspace, options);
  const { appToken } = workspace.state.app;
  return {
    name: 'Socket Mode',
    url: link.url,
    link,
    startBot: async (configure) => {
      const inbound = { type: 'socket', appToken } as const;
      return running(startBot(configure({ apiUrl: link.slackApiUrl, port: await freePort(), inbound })));
    },
    stop: link.stop,
  };
};
