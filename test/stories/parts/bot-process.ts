import { freePort } from '#local/parts/daemon.ts';
import { createSocketLink, type SocketLink } from '#local/slack/socket-link.ts';
import type { Workspace } from '#local/slack/workspace.ts';
import type { Way } from '#local/ways-in.ts';
import { type OwnProcess, startOwnProcess } from './own-process.ts';

/** Socket Mode, with a bot as it runs in production, as a process of its own; it is handed to `started`, with its way into Slack. */
export const overSocketApart =
  (started: (bot: OwnProcess, link: SocketLink) => void, more: () => Readonly<Record<string, string>> = () => ({})) =>
  async (workspace: Workspace): Promise<Way> => {
    const link = await createSocketLink(workspace);
    const { appToken } = workspace.state.app;
    return {
      name: 'Socket Mode, from a process of its own',
      startBot: async (configure) => {
        const port = await freePort();
        const { slack, ...config } = configure({
          apiUrl: link.slackApiUrl,
          port,
          inbound: { type: 'socket', appToken },
        });
        const bot = await startOwnProcess('The bot is running', {
          HALLPASS_ROLE: 'bot',
          SLACK_BOT_TOKEN: slack?.botToken ?? '',
          SLACK_APP_TOKEN: appToken,
          SLACK_API_URL: link.slackApiUrl,
          HALLPASS_PORT: String(port),
          REDIS_URL: config.redisUrl,
          HALLPASS_POLICY: config.policy,
          HALLPASS_KEYS: config.keys,
          HALLPASS_CLUSTERS: config.clusters
            .flatMap(({ name, source }) => (source.type === 'kubeconfig' ? [`${name}=${source.path}`] : []))
            .join(','),
          ...more(),
        });
        started(bot, link);
        return { stop: bot.kill, tell: async () => {}, lacks: () => undefined };
      },
      stop: link.stop,
    };
  };
